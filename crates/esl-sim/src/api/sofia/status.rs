//! `sofia status`

use super::gateway;
use crate::api::users::date;
use crate::switch::{Gateway, Profile, Registration, Switch};

const LINE: &str = "=================================================================================================";

pub fn answer(switch: &Switch, words: &[&str]) -> String {
    match words {
        [] => overview(switch),
        ["profile", name, "reg" | "user", ..] => match switch.profile(name) {
            Some(profile) => registrations(switch, &profile.name),
            None => "Invalid Profile!\n".to_owned(),
        },
        ["profile", name, ..] => match switch.profile(name) {
            Some(profile) => one(switch, profile, name),
            None => "Invalid Profile!\n".to_owned(),
        },
        [_] => gateways(switch),
        ["gateway", name, ..] => match find(switch, name) {
            Some((profile, gateway)) => one_gateway(profile, gateway),
            None => "Invalid Gateway!\n".to_owned(),
        },
        _ => "Invalid Syntax!\n".to_owned(),
    }
}

/// A gateway of a running profile.
pub fn find<'a>(switch: &'a Switch, name: &str) -> Option<(&'a Profile, &'a Gateway)> {
    running(switch).find_map(|profile| {
        let mut gateways = profile.gateways.iter();
        gateways
            .find(|gateway| gateway.name == name)
            .map(|gateway| (profile, gateway))
    })
}

/// The running profiles.
pub fn running(switch: &Switch) -> impl Iterator<Item = &Profile> {
    switch
        .profiles
        .iter()
        .filter(|profile| profile.is_running())
}

/// Every other name of a running profile, with its own.
pub fn aliases(switch: &Switch) -> impl Iterator<Item = (&str, &str)> {
    running(switch).flat_map(|profile| {
        profile
            .aliases
            .iter()
            .map(|alias| (alias.as_str(), profile.name.as_str()))
    })
}

fn overview(switch: &Switch) -> String {
    let row = |name: &str, kind: &str, data: &str, state: &str| {
        format!("{name:>25}\t{kind}\t  {data:>40}\t{state}\n")
    };
    let mut output = row("Name", "   Type", "Data", "State") + LINE + "\n";
    for (alias, name) in aliases(switch) {
        output.push_str(&row(alias, "  alias", name, "ALIASED"));
    }
    for profile in running(switch) {
        output.push_str(&row(
            &profile.name,
            "profile",
            &profile.url(),
            "RUNNING (0)",
        ));
        for one in &profile.gateways {
            let name = format!("{}::{}", profile.name, one.name);
            output.push_str(&row(&name, "gateway", &gateway::to(one), &state(one)));
        }
    }
    let (profiles, aliases) = (running(switch).count(), aliases(switch).count());
    let (s, es) = (
        if profiles == 1 { "" } else { "s" },
        if aliases == 1 { "" } else { "es" },
    );
    output + &format!("{LINE}\n{profiles} profile{s} {aliases} alias{es}\n")
}

fn state(gateway: &Gateway) -> String {
    match gateway.state.as_str() {
        waiting @ ("FAILED" | "FAIL_WAIT" | "TRYING") => format!("{waiting} (retry: NEVER)"),
        state => state.to_owned(),
    }
}

fn gateways(switch: &Switch) -> String {
    let mut output = format!(
        "{:>25}\t{:>32}\tState\tPing Time\tIB Calls(F/T)\tOB Calls(F/T)\n{LINE}\n",
        "Profile::Gateway-Name", "    Data    "
    );
    let mut count = 0;
    for profile in running(switch) {
        for one in &profile.gateways {
            count += 1;
            let name = format!("{}::{}", profile.name, one.name);
            let waits = state(one)
                .strip_prefix(&one.state)
                .unwrap_or_default()
                .to_owned();
            let to = gateway::to(one);
            put!(
                output,
                "{name:>25}\t{to:>32}\t{}\t{:6.2}\t0/0\t0/0{waits}\n",
                one.state,
                0.0
            );
        }
    }
    let s = if count == 1 { "" } else { "s" };
    output
        + &format!(
            "{LINE}\n{count} gateway{s}: Inbound(Failed/Total): 0/0,Outbound(Failed/Total):0/0\n"
        )
}

fn one_gateway(profile: &Profile, one: &Gateway) -> String {
    let fields = gateway::fields(profile, one);
    let field = |wanted: &str| {
        let mut same = fields.iter().filter(|(name, _)| *name == wanted);
        same.next().map_or("", |(_, value)| value.as_str())
    };
    let mut output = format!("{LINE}\n");
    for (label, name) in [
        ("Name    ", "name"),
        ("Profile ", "profile"),
        ("Scheme  ", "scheme"),
        ("Realm   ", "realm"),
        ("Username", "username"),
        ("Password", "password"),
        ("From    ", "from"),
        ("Contact ", "contact"),
        ("Exten   ", "exten"),
        ("To      ", "to"),
        ("Proxy   ", "proxy"),
        ("Context ", "context"),
        ("Expires ", "expires"),
        ("Freq    ", "freq"),
        ("Ping    ", "ping"),
        ("PingFreq", "pingfreq"),
        ("PingTime", "pingtime"),
    ] {
        put!(output, "{label}\t{}\n", field(name));
    }
    let uptime = if one.up {
        one.since.elapsed().as_secs()
    } else {
        0
    };
    output
        + &format!(
            "PingState\t0/0/0\nState   \t{}\nStatus  \t{}\nUptime  \t{uptime}s\nCallsIN \t0\n\
             CallsOUT\t0\nFailedCallsIN\t0\nFailedCallsOUT\t0\n{LINE}\n",
            one.state,
            field("status"),
        )
}

/// The fields of a profile in the words of `xmlstatus`, in its order.
pub fn fields(switch: &Switch, profile: &Profile) -> Vec<(&'static str, String)> {
    let get = |name: &str, otherwise: &str| {
        let value = profile.param(name).filter(|value| !value.is_empty());
        value.unwrap_or(otherwise).to_owned()
    };
    let flag = |name: &str| {
        profile
            .param(name)
            .is_some_and(crate::acl::is_true)
            .to_string()
    };
    let text = |value: &str| value.to_owned();
    let url = profile.url();
    let own = profile.address();
    let phones = switch
        .registrations
        .iter()
        .filter(|phone| phone.profile == profile.name);
    let name = &profile.name;
    vec![
        ("domain-name", text("N/A")),
        ("auto-nat", text("false")),
        ("db-name", format!("sofia_reg_{name}")),
        ("pres-hosts", get("presence-hosts", "")),
        ("dialplan", get("dialplan", "XML")),
        ("context", get("context", "default")),
        ("challenge-realm", get("challenge-realm", "auto_to")),
        ("rtp-ip", get("rtp-ip", own)),
        ("ext-rtp-ip", get("ext-rtp-ip", own)),
        ("sip-ip", text(own)),
        ("ext-sip-ip", get("ext-sip-ip", own)),
        ("url", url.clone()),
        ("bind-url", format!("{url};maddr={own};transport=udp,tcp")),
        ("hold-music", get("hold-music", "N/A")),
        ("outbound-proxy", get("outbound-proxy", "N/A")),
        ("inbound-codecs", get("inbound-codec-prefs", "")),
        ("outbound-codecs", get("outbound-codec-prefs", "")),
        ("tel-event", get("rfc2833-pt", "101")),
        ("dtmf-mode", text("rfc2833")),
        ("cng", text("13")),
        ("session-to", get("session-timeout", "0")),
        ("max-dialog", get("max-proceeding", "0")),
        ("max-recv-rps", get("max-recv-requests-per-second", "1000")),
        ("nomedia", flag("inbound-bypass-media")),
        ("late-neg", flag("inbound-late-negotiation")),
        ("proxy-media", flag("inbound-proxy-media")),
        ("aggressive-nat", flag("aggressive-nat-detection")),
        ("calls-in", text("0")),
        ("calls-out", text("0")),
        ("failed-calls-in", text("0")),
        ("failed-calls-out", text("0")),
        ("registrations", phones.count().to_string()),
    ]
}

fn one(switch: &Switch, profile: &Profile, asked: &str) -> String {
    const LABELS: [&str; 32] = [
        "Domain Name",
        "Auto-NAT",
        "DBName",
        "Pres Hosts",
        "Dialplan",
        "Context",
        "Challenge Realm",
        "RTP-IP",
        "Ext-RTP-IP",
        "SIP-IP",
        "Ext-SIP-IP",
        "URL",
        "BIND-URL",
        "HOLD-MUSIC",
        "OUTBOUND-PROXY",
        "CODECS IN",
        "CODECS OUT",
        "TEL-EVENT",
        "DTMF-MODE",
        "CNG",
        "SESSION-TO",
        "MAX-DIALOG",
        "MAX-RECV-RPS",
        "NOMEDIA",
        "LATE-NEG",
        "PROXY-MEDIA",
        "AGGRESSIVENAT",
        "CALLS-IN",
        "CALLS-OUT",
        "FAILED-CALLS-IN",
        "FAILED-CALLS-OUT",
        "REGISTRATIONS",
    ];
    let fields = fields(switch, profile);
    let mut rows: Vec<_> = LABELS
        .iter()
        .zip(&fields)
        .map(|(label, (_, value))| (*label, value))
        .collect();
    // The one place where the order differs from that of `xmlstatus`.
    rows.swap(28, 29);
    let mut output = format!("{LINE}\n{:<17}\t{asked}\n", "Name");
    for (label, value) in rows {
        put!(output, "{label:<17}\t{value}\n");
        if label == "Domain Name" && !asked.eq_ignore_ascii_case(&profile.name) {
            put!(output, "{:<17}\t{}\n", "Alias Of", profile.name);
        }
    }
    output
}

/// `Registered(UDP)(unknown) exp(…) expsecs(…)`
pub fn registered(switch: &Switch, phone: &Registration) -> (String, i64) {
    (date(phone.expires), phone.expires - switch.clock.unix())
}

fn registrations(switch: &Switch, profile: &str) -> String {
    let mut output = format!("\nRegistrations:\n{LINE}\n");
    let mut count = 0;
    for phone in switch
        .registrations
        .iter()
        .filter(|phone| phone.profile == profile)
    {
        count += 1;
        let (expires, left) = registered(switch, phone);
        let (user, realm) = (&phone.user, &phone.realm);
        let (address, port) = &phone.network;
        put!(
            output,
            "Call-ID:    \t{}\nUser:       \t{user}@{realm}\nContact:    \t\"\" <{}>\n\
             Agent:      \t{}\n\
             Status:     \tRegistered(UDP)(unknown) EXP({expires}) EXPSECS({left})\n\
             Ping-Status:\tReachable\nPing-Time:\t0.00\nHost:       \t{}\nIP:         \t{address}\n\
             Port:       \t{port}\nAuth-User:  \t{user}\nAuth-Realm: \t{realm}\n\
             MWI-Account:\t{user}@{realm}\n\n",
            phone.call_id,
            phone.uri(),
            phone.agent,
            switch.identity.hostname,
        );
    }
    output + &format!("Total items returned: {count}\n{LINE}\n")
}
