//! Bans in fail2ban's list: its texts, and the addresses they stand for.
//!
//! `banip` keeps whatever text it is given, `unbanip` finds only the very text it is given. So the
//! list is compared by address, and entries are lifted by the text that fail2ban has.

use std::collections::HashMap;

use domain::net::{NetError, Network};
use jiff::tz::TimeZone;

use super::times;

/// Most entries of junk that are reported.
const ODD_LIMIT: usize = 100;
/// Longest piece of a junk entry that is shown.
const ODD_LENGTH: usize = 80;

/// One ban of the jail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldEntry {
    /// Who.
    pub network: Network,
    /// Unix seconds.
    pub since: i64,
    /// Unix seconds; `None` is for ever.
    pub until: Option<i64>,
}

/// The jail's whole list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BanSnapshot {
    /// Bans, sorted by network, each network once.
    pub held: Vec<HeldEntry>,
    /// Entries that are no addresses (somebody banned junk), made inert; at most 100.
    pub odd: Vec<String>,
}

/// The address that a text of fail2ban's list stands for, however it is spelled.
pub(crate) fn meaning(text: &str) -> Option<Network> {
    match text.parse::<Network>() {
        Ok(network) | Err(NetError::HostBits { network }) => Some(network),
        Err(_) => None,
    }
}

/// Is it the text that we would write ourselves?
pub(super) fn is_canonical(text: &str, network: Network) -> bool {
    network.to_string() == text
}

/// Other spellings in the list, by network: what `unbanip` must be given to lift them.
pub(super) type Spellings = HashMap<Network, Vec<String>>;

/// Reads the lines of `get JAIL banip --with-time`. `None` where a line has another form.
pub(super) fn snapshot<'a>(
    lines: impl Iterator<Item = &'a str>,
    zone: &TimeZone,
    now: i64,
) -> Option<(BanSnapshot, Spellings)> {
    let mut held: HashMap<Network, HeldEntry> = HashMap::new();
    let mut odd = Vec::new();
    let mut spellings = Spellings::new();
    for line in lines {
        // From the right: the entry itself may hold anything.
        let (text, times) = line.rsplit_once(" \t")?;
        let (since, until) = times::span(times, zone, now)?;
        let Some(network) = meaning(text) else {
            if odd.len() < ODD_LIMIT {
                odd.push(domain::inert::inert(text.as_bytes(), ODD_LENGTH));
            }
            continue;
        };
        if !is_canonical(text, network) {
            spellings.entry(network).or_default().push(text.to_owned());
        }
        let entry = HeldEntry {
            network,
            since,
            until,
        };
        held.entry(network)
            .and_modify(|known| {
                // The ban that lasts longest is what the address feels.
                if until.is_none_or(|until| known.until.is_some_and(|known| known < until)) {
                    *known = entry;
                }
            })
            .or_insert(entry);
    }
    let mut held: Vec<HeldEntry> = held.into_values().collect();
    held.sort_unstable_by_key(|entry| entry.network);
    Some((BanSnapshot { held, odd }, spellings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_17_reads_junk_and_other_spellings() {
        let recorded = [
            "198.51.100.7 \t2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36",
            "192.0.2.0/28 \t2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36",
            "2001:DB8:0::8 \t2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36",
            "notanip \t2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36",
            "999.1.1.1 \t2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36",
            " \t2026-11-22 09:24:37 + 86400 = 2026-11-23 09:24:37",
            "198.51.100.20,198.51.100.21 \t2026-11-22 09:24:37 + 86400 = 2026-11-23 09:24:37",
            " 198.51.100.7  \t2026-11-22 09:24:38 + -1 = 9999-12-31 23:59:59",
            "evil \t2026 \u{1b}[2J \t2026-11-22 09:24:38 + 1 = 2026-11-22 09:24:39",
        ];
        let (snapshot, spellings) =
            snapshot(recorded.into_iter(), &TimeZone::UTC, 1_800_000_000).unwrap();
        let net = |text: &str| text.parse::<Network>().unwrap();
        let shown: Vec<_> = snapshot
            .held
            .iter()
            .map(|entry| (entry.network, entry.until))
            .collect();
        assert_eq!(
            shown,
            [
                (net("192.0.2.0/28"), Some(1_795_425_876)),
                (net("198.51.100.7"), None),
                (net("2001:db8::8"), Some(1_795_425_876)),
            ]
        );
        assert_eq!(
            snapshot.odd,
            [
                "notanip",
                "999.1.1.1",
                "",
                "198.51.100.20,198.51.100.21",
                "evil \\x092026 \\x1b[2J"
            ]
        );
        assert_eq!(spellings[&net("2001:db8::8")], ["2001:DB8:0::8"]);
        assert_eq!(spellings[&net("198.51.100.7")], [" 198.51.100.7 "]);
    }

    #[test]
    fn another_form_is_not_guessed() {
        for line in ["198.51.100.7", "198.51.100.7 \tsoon"] {
            assert!(snapshot([line].into_iter(), &TimeZone::UTC, 0).is_none());
        }
    }
}
