//! Made-up countries and networks for the documentation addresses, which belong to nobody: so the
//! demo has something to show. For demonstrations only; nothing of it is part of the product.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context, Result};

use crate::geo;

/// First and last address, a country that is none (ISO 3166 leaves `XA` to `XZ` to everybody), a
/// network whose number is for documentation (RFC 5398).
const RANGES: [(&str, &str, &str, u32); 12] = [
    ("192.0.2.0", "192.0.2.127", "XA", 64_496),
    ("192.0.2.128", "192.0.2.255", "XB", 64_497),
    ("198.51.100.0", "198.51.100.63", "XA", 64_496),
    ("198.51.100.64", "198.51.100.127", "XC", 64_498),
    ("198.51.100.128", "198.51.100.255", "XD", 64_499),
    ("203.0.113.0", "203.0.113.63", "XE", 64_500),
    ("203.0.113.64", "203.0.113.127", "XA", 64_501),
    ("203.0.113.128", "203.0.113.255", "XB", 64_502),
    (
        "2001:db8::",
        "2001:db8:3fff:ffff:ffff:ffff:ffff:ffff",
        "XC",
        64_503,
    ),
    (
        "2001:db8:4000::",
        "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
        "XA",
        64_501,
    ),
    (
        "2001:db8:8000::",
        "2001:db8:bfff:ffff:ffff:ffff:ffff:ffff",
        "XD",
        64_504,
    ),
    (
        "2001:db8:c000::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "XF",
        64_505,
    ),
];

const NAMES: [(u32, &str); 10] = [
    (64_496, "Made-up Hosting A"),
    (64_497, "Made-up Broadband B"),
    (64_498, "Made-up Cloud C"),
    (64_499, "Made-up Telecom D"),
    (64_500, "Made-up University E"),
    (64_501, "Made-up Servers A2"),
    (64_502, "Made-up Mobile B2"),
    (64_503, "Made-up VPN C2"),
    (64_504, "Made-up Fibre D2"),
    (64_505, "Made-up Transit F"),
];

/// Writes the console's four files into `folder`: our ranges, among those of `real` where that has
/// any.
pub fn write(folder: &Path, real: Option<&Path>) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, package) in geo::FILES {
        let others = match real.map(|real| fs::read_to_string(real.join(name))) {
            None => String::new(),
            Some(Err(error)) if error.kind() == ErrorKind::NotFound => String::new(),
            Some(text) => text.with_context(|| format!("{name} cannot be read"))?,
        };
        let text = among(&ours(name.contains("ipv6"), package == "asn"), &others);
        let beside = folder.join("beside");
        fs::write(&beside, text)?;
        fs::rename(beside, folder.join(name))?;
    }
    Ok(())
}

/// Our lines, by where they begin.
fn ours(v6: bool, networks: bool) -> BTreeMap<IpAddr, String> {
    let ranges = RANGES
        .into_iter()
        .filter_map(|(first, last, country, asn)| {
            let start: IpAddr = first
                .parse()
                .ok()
                .filter(|start: &IpAddr| start.is_ipv6() == v6)?;
            let name = NAMES.iter().find(|(number, _)| *number == asn);
            let line = match name {
                Some((_, name)) if networks => format!("{first},{last},{asn},{name}"),
                _ => format!("{first},{last},{country}"),
            };
            Some((start, line))
        });
    ranges.collect()
}

/// Sorted, as the console wants it: no range of another one begins within ours.
fn among(ours: &BTreeMap<IpAddr, String>, others: &str) -> String {
    let mut text = String::with_capacity(others.len() + 1_024);
    let mut next = ours.iter().peekable();
    let mut add = |text: &mut String, before: Option<IpAddr>| {
        while let Some((_, line)) =
            next.next_if(|(start, _)| before.is_none_or(|before| **start < before))
        {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{line}");
        }
    };
    for line in others.lines() {
        let start = line.split(',').next().and_then(|start| start.parse().ok());
        if start.is_some() {
            add(&mut text, start);
        }
        let _ = writeln!(text, "{line}");
    }
    add(&mut text, None);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_stand_in_order_among_the_others() {
        let ours = ours(false, false);
        let text = among(&ours, "1.0.0.0,1.0.0.255,AU\n200.0.0.0,200.0.0.255,BR\n");
        let starts: Vec<IpAddr> = text
            .lines()
            .map(|line| line.split(',').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(starts.len(), 2 + 8);
        assert!(starts.is_sorted(), "{text}");
        assert_eq!(among(&ours, "").lines().count(), 8);
    }

    #[test]
    fn every_network_has_a_name_and_only_documentation_is_used() {
        for (first, last, _, asn) in RANGES {
            assert!(NAMES.iter().any(|(number, _)| *number == asn), "{asn}");
            assert!((64_496..=64_511).contains(&asn), "{asn}");
            for address in [first, last] {
                let documented = match address.parse().unwrap() {
                    IpAddr::V4(v4) => v4.is_documentation(),
                    IpAddr::V6(v6) => v6.segments()[..2] == [0x2001, 0xdb8],
                };
                assert!(documented, "{address}");
            }
        }
    }
}
