//! nftables: sets `addr-set-JAIL` and `addr6-set-JAIL` of fail2ban's table, as JSON.

use std::collections::HashSet;
use std::net::IpAddr;

use domain::net::{Network, parse_address};
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use serde_json::Value;

use super::{Blocked, Firewall, FirewallError, Scope};

impl Firewall {
    pub(super) async fn read_nft(&self, jail: &str) -> Result<Option<Blocked>, FirewallError> {
        let words = ["-j", "list", "table", "inet", "f2b-table"];
        let output = self.run(&self.config.nft, &words).await?;
        if !output.success {
            // fail2ban makes its table with the first ban.
            if output.stderr.contains("No such file or directory") {
                return Ok(None);
            }
            return Err(FirewallError::Refused {
                program: "nft".into(),
                text: output.stderr,
            });
        }
        parse(&output.stdout, jail)
    }
}

/// `None`: no set of this jail.
fn parse(listing: &[u8], jail: &str) -> Result<Option<Blocked>, FirewallError> {
    let shape = || FirewallError::Shape("nft".into());
    let listing: Value = serde_json::from_slice(listing).map_err(|_| shape())?;
    let objects = listing.get("nftables").and_then(Value::as_array);
    let objects = objects.ok_or_else(shape)?;
    let mut blocked = None;
    for name in [format!("addr-set-{jail}"), format!("addr6-set-{jail}")] {
        let set = objects
            .iter()
            .filter_map(|object| object.get("set"))
            .find(|set| set.get("name").and_then(Value::as_str) == Some(&name));
        let Some(set) = set else {
            continue;
        };
        let blocked = blocked.get_or_insert_with(Blocked::default);
        // A set that no rule uses blocks nobody.
        let Some(scope) = rules_scope(objects, &name) else {
            continue;
        };
        let Some(elements) = set.get("elem") else {
            continue;
        };
        let mut members = HashSet::new();
        for element in elements.as_array().ok_or_else(shape)? {
            add(element, &mut members).ok_or_else(shape)?;
        }
        for network in members {
            blocked.add(network, scope);
        }
    }
    Ok(blocked)
}

/// What the rules that use the set stop together; `None` without any.
fn rules_scope(objects: &[Value], set: &str) -> Option<Scope> {
    let reference = format!("@{set}");
    objects
        .iter()
        .filter_map(|object| object.get("rule")?.get("expr")?.as_array())
        .filter_map(|expressions| rule_scope(expressions, &reference))
        .reduce(|one, other| one | other)
}

/// `None`: it does not block the set's members.
fn rule_scope(expressions: &[Value], reference: &str) -> Option<Scope> {
    let (mut scope, mut uses, mut blocks) = (Scope::WHOLE, false, false);
    for expression in expressions {
        if let Some(found) = expression.get("match") {
            let is = found.get("op").and_then(Value::as_str).unwrap_or("==") == "==";
            let right = found.get("right").unwrap_or(&Value::Null);
            let field = found.pointer("/left/payload/field").and_then(Value::as_str);
            if right.as_str() == Some(reference) {
                uses = is && field.is_none_or(|field| field == "saddr");
            } else {
                scope = scope
                    & if is {
                        matched(found, right)
                    } else {
                        Scope::PIECES
                    };
            }
        } else if let Some(reject) = expression.get("reject") {
            blocks = true;
            if reject.get("type").and_then(Value::as_str) == Some("tcp reset") {
                scope = scope & Scope::protocol("tcp");
            }
        } else if expression.get("drop").is_some() {
            blocks = true;
        } else if expression.get("counter").is_none() && expression.get("log").is_none() {
            // A limit, for one.
            scope = Scope::PIECES;
        }
    }
    (uses && blocks).then_some(scope)
}

/// What is left of all traffic after one condition beside the set's.
fn matched(found: &Value, right: &Value) -> Scope {
    let values = right.get("set").and_then(Value::as_array);
    let values = values.map_or(std::slice::from_ref(right), Vec::as_slice);
    let any = |scope: fn(&Value) -> Scope| {
        let scopes = values.iter().map(scope);
        scopes.reduce(|one, other| one | other).unwrap_or_default()
    };
    let left = |pointer: &str| found.pointer(pointer).and_then(Value::as_str);
    match (left("/left/meta/key"), left("/left/payload/field")) {
        (Some("l4proto"), _) | (_, Some("protocol" | "nexthdr")) => {
            any(|value| value.as_str().map_or(Scope::PIECES, Scope::protocol))
        }
        // The set's own family.
        (Some("nfproto" | "protocol"), _) => Scope::WHOLE,
        (_, Some("dport")) if values.iter().any(is_every_port) => {
            Scope::protocol(left("/left/payload/protocol").unwrap_or_default())
        }
        _ => Scope::PIECES,
    }
}

fn is_every_port(value: &Value) -> bool {
    let end = |at: usize| value.get("range")?.get(at)?.as_u64();
    end(0).is_some_and(|first| first <= 1) && end(1) == Some(u64::from(u16::MAX))
}

fn add(element: &Value, held: &mut HashSet<Network>) -> Option<()> {
    if let Some(text) = element.as_str() {
        held.insert(Network::host(parse_address(text).ok()?));
    } else if let Some(prefix) = element.get("prefix") {
        let address = parse_address(prefix.get("addr")?.as_str()?).ok()?;
        let length = u8::try_from(prefix.get("len")?.as_u64()?).ok()?;
        held.insert(Network::around(address, length).ok()?);
    } else if let Some(range) = element.get("range") {
        let range = range.as_array()?;
        let end = |at: usize| parse_address(range.get(at)?.as_str()?).ok();
        held.extend(range_networks(end(0)?, end(1)?)?);
    } else {
        // With a time-out, counter or comment the value stands one level deeper.
        add(element.get("elem")?.get("val")?, held)?;
    }
    Some(())
}

/// Neighbours are merged into a range by nft; the networks it is made of are at most 254.
fn range_networks(first: IpAddr, last: IpAddr) -> Option<Vec<Network>> {
    let nets: Vec<IpNet> = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => {
            Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect()
        }
        (IpAddr::V6(first), IpAddr::V6(last)) if first <= last => {
            Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect()
        }
        _ => return None,
    };
    Some(nets.into_iter().map(Network::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(elements: &str, rule: &str) -> String {
        format!(
            r#"{{"nftables": [{{"metainfo": {{"version": "1.0.6"}}}},
            {{"set": {{"family": "inet", "name": "addr-set-cti", "table": "f2b-table",
              "type": "ipv4_addr", "flags": ["interval"], "elem": [{elements}]}}}},
            {{"set": {{"family": "inet", "name": "addr6-set-cti", "table": "f2b-table"}}}},
            {{"rule": {{"expr": [{{"match": {{"op": "==", "right": "@{rule}"}}}}, {{"drop": null}}]}}}}]}}"#
        )
    }

    fn networks(texts: &[&str]) -> HashSet<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn reads_every_kind_of_element() {
        let elements = r#""198.51.100.7", {"prefix": {"addr": "198.51.101.0", "len": 24}},
            {"range": ["192.0.2.1", "192.0.2.4"]},
            {"elem": {"val": "203.0.113.9", "timeout": 60}}"#;
        let expected = networks(&[
            "198.51.100.7",
            "198.51.101.0/24",
            "192.0.2.1",
            "192.0.2.2/31",
            "192.0.2.4",
            "203.0.113.9",
        ]);
        let text = listing(elements, "addr-set-cti");
        let blocked = parse(text.as_bytes(), "cti").unwrap().unwrap();
        assert_eq!(blocked.held, expected);
    }

    #[test]
    fn a_set_without_its_rule_blocks_nobody() {
        let text = listing("\"198.51.100.7\"", "addr-set-sshd");
        let blocked = parse(text.as_bytes(), "cti").unwrap();
        assert_eq!(blocked, Some(Blocked::default()));
        assert_eq!(parse(text.as_bytes(), "other").unwrap(), None);
    }

    #[test]
    fn what_stops_some_traffic_only_is_told_apart() {
        let source = r#"{"match": {"op": "==", "right": "@s",
            "left": {"payload": {"protocol": "ip", "field": "saddr"}}}}"#;
        let scope = |more: &str, verdict: &str| {
            let rule = format!("[{more}{source}, {verdict}]");
            let expressions: Vec<Value> = serde_json::from_str(&rule).unwrap();
            rule_scope(&expressions, "@s")
        };
        let l4 = |right: &str| {
            format!(
                r#"{{"match": {{"op": "==", "left": {{"meta": {{"key": "l4proto"}}}}, "right": {right}}}}}, "#
            )
        };
        let ports = |right: &str| {
            format!(
                r#"{{"match": {{"op": "==", "left": {{"payload": {{"protocol": "udp",
                    "field": "dport"}}}}, "right": {right}}}}}, "#
            )
        };
        let drop = r#"{"drop": null}"#;
        let (tcp, udp) = (Scope::protocol("tcp"), Scope::protocol("udp"));
        for (more, verdict, expected) in [
            ("", drop, Some(Scope::WHOLE)),
            (
                "",
                r#"{"counter": null}, {"reject": null}"#,
                Some(Scope::WHOLE),
            ),
            ("", r#"{"accept": null}"#, None),
            ("", r#"{"reject": {"type": "tcp reset"}}"#, Some(tcp)),
            (&l4(r#""tcp""#), drop, Some(tcp)),
            (&l4(r#"{"set": ["tcp", "udp"]}"#), drop, Some(Scope::WHOLE)),
            (&ports("5060"), drop, Some(Scope::PIECES)),
            (
                &ports(r#"{"set": [{"range": [0, 65535]}]}"#),
                drop,
                Some(udp),
            ),
            (r#"{"limit": {"rate": 5}}, "#, drop, Some(Scope::PIECES)),
        ] {
            assert_eq!(scope(more, verdict), expected, "{more}{verdict}");
        }
        let elsewhere = source.replace("saddr", "daddr");
        let rule = serde_json::from_str::<Vec<Value>>(&format!("[{elsewhere}, {drop}]")).unwrap();
        assert_eq!(rule_scope(&rule, "@s"), None);
    }

    #[test]
    fn another_form_is_not_guessed() {
        for text in [
            "",
            "{}",
            "[1]",
            &listing("{\"concat\": []}", "addr-set-cti"),
        ] {
            assert!(parse(text.as_bytes(), "cti").is_err(), "{text}");
        }
    }
}
