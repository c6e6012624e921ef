//! nftables: sets `addr-set-JAIL` and `addr6-set-JAIL` of fail2ban's table, as JSON.

use std::collections::HashSet;
use std::net::IpAddr;

use domain::net::{Network, parse_address};
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use serde_json::Value;

use super::{Firewall, FirewallError};

impl Firewall {
    pub(super) async fn read_nft(
        &self,
        jail: &str,
    ) -> Result<Option<HashSet<Network>>, FirewallError> {
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
fn parse(listing: &[u8], jail: &str) -> Result<Option<HashSet<Network>>, FirewallError> {
    let shape = || FirewallError::Shape("nft".into());
    let listing: Value = serde_json::from_slice(listing).map_err(|_| shape())?;
    let objects = listing.get("nftables").and_then(Value::as_array);
    let objects = objects.ok_or_else(shape)?;
    let mut held = None;
    for name in [format!("addr-set-{jail}"), format!("addr6-set-{jail}")] {
        let set = objects
            .iter()
            .filter_map(|object| object.get("set"))
            .find(|set| set.get("name").and_then(Value::as_str) == Some(&name));
        let Some(set) = set else {
            continue;
        };
        let held = held.get_or_insert_with(HashSet::new);
        // A set that no rule uses blocks nobody.
        if !has_rule(objects, &name) {
            continue;
        }
        let Some(elements) = set.get("elem") else {
            continue;
        };
        for element in elements.as_array().ok_or_else(shape)? {
            add(element, held).ok_or_else(shape)?;
        }
    }
    Ok(held)
}

fn has_rule(objects: &[Value], set: &str) -> bool {
    let reference = format!("@{set}");
    objects
        .iter()
        .filter_map(|object| object.get("rule")?.get("expr")?.as_array())
        .any(|expressions| {
            let uses = expressions.iter().any(|expression| {
                let right = expression.pointer("/match/right");
                right.and_then(Value::as_str) == Some(&reference)
            });
            let blocks = expressions.iter().any(|expression| {
                expression.get("drop").is_some() || expression.get("reject").is_some()
            });
            uses && blocks
        })
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
        assert_eq!(parse(text.as_bytes(), "cti").unwrap(), Some(expected));
    }

    #[test]
    fn a_set_without_its_rule_blocks_nobody() {
        let text = listing("\"198.51.100.7\"", "addr-set-sshd");
        assert_eq!(parse(text.as_bytes(), "cti").unwrap(), Some(HashSet::new()));
        assert_eq!(parse(text.as_bytes(), "other").unwrap(), None);
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
