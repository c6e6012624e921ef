//! Lines close together become one burst; what several nodes log within a minute, one entry.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use domain::attack::Kind;
use time::{Duration, OffsetDateTime};

use super::{Attempts, Burst, LogEntry};
use crate::bans::BanEventRow;

/// A longer pause ends a burst.
const PAUSE: Duration = Duration::minutes(10);
/// Nodes that hear of one ban or unban do so within this.
const TOGETHER: Duration = Duration::minutes(1);

/// What a burst is made of.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub at: OffsetDateTime,
    pub source: IpAddr,
    pub node: String,
    pub kind: Kind,
    pub extension: Option<String>,
    pub number: Option<String>,
}

#[derive(Default)]
struct Growing {
    lines: i64,
    kinds: BTreeMap<Kind, i64>,
    extensions: BTreeSet<String>,
    numbers: BTreeSet<String>,
    nodes: BTreeSet<String>,
    sources: BTreeSet<IpAddr>,
}

/// Bursts, newest first; `attempts` and `between` (what else happened) are newest first, too.
pub(super) fn bursts(attempts: Vec<Attempt>, between: &[OffsetDateTime]) -> Vec<Burst> {
    let mut bursts = Vec::new();
    let mut growing = Growing::default();
    let mut span: Option<(OffsetDateTime, OffsetDateTime)> = None;
    for attempt in attempts {
        if let Some((first, last)) = span {
            let parted = between.iter().any(|at| attempt.at <= *at && *at < first);
            if parted || first - attempt.at > PAUSE {
                bursts.push(std::mem::take(&mut growing).burst(first, last));
                span = None;
            }
        }
        let last = span.map_or(attempt.at, |(_, last)| last);
        span = Some((attempt.at, last));
        growing.add(attempt);
    }
    if let Some((first, last)) = span {
        bursts.push(growing.burst(first, last));
    }
    bursts
}

impl Growing {
    fn add(&mut self, attempt: Attempt) {
        self.lines += 1;
        *self.kinds.entry(attempt.kind).or_default() += 1;
        self.extensions.extend(attempt.extension);
        self.numbers.extend(attempt.number);
        self.nodes.insert(attempt.node);
        self.sources.insert(attempt.source);
    }

    fn burst(self, first: OffsetDateTime, last: OffsetDateTime) -> Burst {
        let mut kinds = Vec::from_iter(self.kinds);
        kinds.sort_by_key(|(kind, lines)| (-lines, *kind));
        Burst {
            first,
            last,
            lines: self.lines,
            at_least: false,
            kinds,
            extensions: some(self.extensions),
            numbers: some(self.numbers),
            nodes: Vec::from_iter(self.nodes),
            source: self.sources.first().copied(),
            sources: self.sources.len(),
        }
    }
}

fn some(texts: BTreeSet<String>) -> Attempts {
    Attempts {
        all: texts.len(),
        some: texts.into_iter().take(Attempts::SHOWN).collect(),
    }
}

/// Entries, newest first, of lines that are newest first.
pub(super) fn entries(lines: Vec<BanEventRow>) -> Vec<LogEntry> {
    let mut entries: Vec<LogEntry> = Vec::new();
    for line in lines {
        let same = |entry: &&mut LogEntry| {
            (entry.kind, entry.network) == (line.kind, line.network)
                && entry.at - line.at <= TOGETHER
        };
        match entries.last_mut().filter(same) {
            Some(entry) => {
                if !entry.nodes.contains(&line.node_name) {
                    entry.nodes.push(line.node_name);
                }
            }
            None => entries.push(LogEntry {
                at: line.at,
                kind: line.kind,
                network: line.network,
                nodes: vec![line.node_name],
            }),
        }
    }
    for entry in &mut entries {
        entry.nodes.sort_unstable();
    }
    entries
}

#[cfg(test)]
mod tests {
    use domain::ban::BanEventKind;

    use super::*;

    fn at(second: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::seconds(second)
    }

    fn attempt(second: i64, extension: &str) -> Attempt {
        Attempt {
            at: at(second),
            source: "198.51.100.7".parse().unwrap(),
            node: "edge-1".into(),
            kind: Kind::RegistrationFailed,
            extension: Some(extension.into()),
            number: None,
        }
    }

    #[test]
    fn a_pause_or_a_ban_parts_bursts() {
        let attempts = [5_000, 4_990, 4_980, 4_000, 3_401, 2_800, 2_200];
        let attempts = attempts.map(|second| attempt(second, "100")).to_vec();
        let found: Vec<_> = bursts(attempts, &[at(4_985)])
            .iter()
            .map(|burst| (burst.last, burst.first, burst.lines))
            .collect();
        let expected = [
            (at(5_000), at(4_990), 2),
            (at(4_980), at(4_980), 1),
            (at(4_000), at(3_401), 2),
            (at(2_800), at(2_200), 2),
        ];
        assert_eq!(found, expected);
        assert!(bursts(Vec::new(), &[at(1)]).is_empty());
    }

    #[test]
    fn a_burst_names_some_of_what_was_tried() {
        let attempts = (0..40)
            .rev()
            .map(|n| attempt(n, &(100 + n % 9).to_string()));
        let burst = bursts(attempts.collect(), &[]).remove(0);
        assert_eq!((burst.lines, burst.extensions.all), (40, 9));
        assert_eq!(burst.extensions.some, ["100", "101", "102", "103", "104"]);
        assert_eq!((burst.sources, burst.nodes), (1, vec!["edge-1".to_owned()]));
    }

    #[test]
    fn what_nodes_log_together_is_one_entry() {
        let line = |second: i64, node: &str, kind| BanEventRow {
            node_name: node.into(),
            at: at(second),
            kind,
            network: "198.51.100.7".parse().unwrap(),
        };
        let lines = vec![
            line(200, "edge-2", BanEventKind::Unban),
            line(190, "edge-1", BanEventKind::Unban),
            line(100, "edge-1", BanEventKind::Ban),
            line(30, "edge-2", BanEventKind::Ban),
        ];
        let entries = entries(lines);
        let seen: Vec<_> = entries
            .iter()
            .map(|entry| (entry.kind, entry.nodes.len()))
            .collect();
        let expected = [
            (BanEventKind::Unban, 2),
            (BanEventKind::Ban, 1),
            (BanEventKind::Ban, 1),
        ];
        assert_eq!(seen, expected);
        assert_eq!(entries[0].nodes, ["edge-1", "edge-2"]);
    }
}
