//! `sofia xmlstatus`

use super::{gateway, status};
use crate::switch::{Gateway, Profile, Switch};

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";

pub fn answer(switch: &Switch, words: &[&str]) -> String {
    match words {
        [] => overview(switch),
        ["profile", name, rest @ ..] => match switch.profile(name) {
            Some(profile) => one(switch, profile, name, rest),
            None => "Invalid Profile!\n".to_owned(),
        },
        [_] => {
            let gateways: String = status::running(switch)
                .flat_map(|profile| profile.gateways.iter().map(|one| one_gateway(profile, one)))
                .collect();
            format!("{HEADER}<gateways>\n{gateways}</gateways>\n")
        }
        ["gateway", name, ..] => match status::find(switch, name) {
            Some((profile, gateway)) => format!("{HEADER}{}", one_gateway(profile, gateway)),
            None => "Invalid Gateway!\n".to_owned(),
        },
        _ => "Invalid Syntax!\n".to_owned(),
    }
}

fn overview(switch: &Switch) -> String {
    let item = |kind: &str, name: &str, data: &str, state: &str| {
        format!(
            "<{kind}>\n<name>{name}</name>\n<type>{kind}</type>\n<data>{data}</data>\n\
             <state>{state}</state>\n</{kind}>\n"
        )
    };
    let mut output = format!("{HEADER}<profiles>\n");
    for (alias, name) in status::aliases(switch) {
        output.push_str(&item("alias", alias, name, "ALIASED"));
    }
    for profile in status::running(switch) {
        output.push_str(&item(
            "profile",
            &profile.name,
            &profile.url(),
            "RUNNING (0)",
        ));
        for one in &profile.gateways {
            output.push_str(&item("gateway", &one.name, &gateway::to(one), &one.state));
            if matches!(one.state.as_str(), "FAILED" | "FAIL_WAIT" | "TRYING") {
                output.push_str(" (retry: NEVER)");
            }
            output.push('\n');
        }
    }
    output + "</profiles>\n"
}

fn one_gateway(profile: &Profile, one: &Gateway) -> String {
    let fields: Vec<_> = gateway::fields(profile, one)
        .iter()
        .map(|(name, value)| format!("    <{name}>{}</{name}>\n", escape(value)))
        .collect();
    let fields = fields.concat();
    let retry = match one.state.as_str() {
        "FAILED" | "FAIL_WAIT" | "TRYING" => "    <retry>NEVER</retry>\n",
        _ => "",
    };
    format!("  <gateway>\n{fields}{retry}  </gateway>\n")
}

fn one(switch: &Switch, profile: &Profile, asked: &str, rest: &[&str]) -> String {
    let inside = if matches!(rest, ["reg" | "user", ..]) {
        registrations(switch, &profile.name)
    } else {
        let fields: Vec<_> = status::fields(switch, profile)
            .iter()
            .map(|(name, value)| format!("    <{name}>{value}</{name}>\n"))
            .collect();
        let mut fields = fields.concat();
        if !asked.eq_ignore_ascii_case(&profile.name) {
            let name = &profile.name;
            let end = "</domain-name>\n";
            fields = fields.replacen(end, &format!("{end}    <alias-of>{name}</alias-of>\n"), 1);
        }
        format!("  <profile-info>\n    <name>{asked}</name>\n{fields}  </profile-info>\n")
    };
    format!("{HEADER}<profile>\n{inside}</profile>\n")
}

fn registrations(switch: &Switch, profile: &str) -> String {
    let phones = switch
        .registrations
        .iter()
        .filter(|phone| phone.profile == profile);
    let phones: Vec<_> = phones
        .map(|phone| {
            let (expires, left) = status::registered(switch, phone);
            let address = format!("{}@{}", phone.user, phone.realm);
            let contact = format!("\"\" <{}>", phone.uri());
            [
                ("call-id", phone.call_id.as_str()),
                ("user", &address),
                ("contact", &contact),
                ("agent", &phone.agent),
                (
                    "status",
                    &format!("Registered(UDP)(unknown) exp({expires}) expsecs({left})"),
                ),
                ("ping-status", "Reachable"),
                ("ping-time", "0.00"),
                ("host", &switch.identity.hostname),
                ("network-ip", &phone.network.0),
                ("network-port", &phone.network.1.to_string()),
                ("sip-auth-user", &phone.user),
                ("sip-auth-realm", &phone.realm),
                ("mwi-account", &address),
            ]
            .map(|(name, value)| format!("        <{name}>{}</{name}>\n", escape(value)))
            .concat()
        })
        .map(|fields| format!("    <registration>\n{fields}    </registration>\n"))
        .collect();
    let phones = phones.concat();
    format!("  <registrations>\n{phones}  </registrations>\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
