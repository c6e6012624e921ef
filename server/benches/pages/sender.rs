//! One node's worker, as far as it sends lines.

use std::time::{Duration, Instant};

use backend::{Actor, Backend, nodes};
use domain::attack::Kind;
use domain::wire::{AttackEvent, Chunk, Cursor, Enrol, Report, Source, VERSION};

/// As a worker gathers lines.
const EVERY: Duration = Duration::from_millis(200);
/// Bytes of a line.
const BYTES: i64 = 96;

pub struct Sender {
    url: String,
    http: reqwest::Client,
    token: String,
    number: usize,
}

impl Sender {
    pub async fn enrol(backend: &Backend, url: &str, number: usize) -> Self {
        let actor = Actor::console();
        let added = nodes::add(backend, &actor, &format!("fs-{number}")).await;
        let enrol = Enrol {
            version: VERSION,
            code: added.expect("adds").code,
            host_name: "bench".to_owned(),
            worker_version: "bench".to_owned(),
            event_socket: None,
        };
        let peer = "127.0.0.1".parse().expect("an address");
        let enrolled = nodes::enrol(backend, &enrol, peer).await.expect("enrols");
        Self {
            url: format!("{url}/api/node/v1/reports"),
            http: reqwest::Client::new(),
            token: enrolled.token,
            number,
        }
    }

    /// So many lines a second until then; how many they were, and how long each report took.
    pub async fn send(self, rate: usize, end: Instant) -> (u32, Vec<Duration>) {
        let mut ticks = tokio::time::interval(EVERY);
        let each = rate * usize::try_from(EVERY.as_millis()).expect("short") / 1_000;
        let (mut sent, mut took, mut offset) = (0, Vec::new(), 0);
        while Instant::now() < end {
            ticks.tick().await;
            let report = self.report(offset, each);
            offset = report.chunks[0].end.offset;
            let begin = Instant::now();
            let request = self.http.post(&self.url).bearer_auth(&self.token);
            let answer = request.json(&report).send().await.expect("an answer");
            assert!(answer.status().is_success(), "{}", answer.status());
            took.push(begin.elapsed());
            sent += u32::try_from(each).expect("few");
        }
        (sent, took)
    }

    fn report(&self, from: i64, lines: usize) -> Report {
        let line = |n: usize| {
            let offset = from + i64::try_from(n).expect("few") * BYTES;
            // Few sources and extensions with many lines, many with few.
            let mix = usize::try_from(offset / BYTES).expect("positive") * 7_919 + self.number * 13;
            let rare = mix.is_multiple_of(3);
            let (source, user) = if rare {
                (mix % 20_000, mix % 900)
            } else {
                (mix % 40, mix % 25)
            };
            let source = if rare {
                format!("2001:db8::{source:x}")
            } else {
                format!("198.51.100.{source}")
            };
            AttackEvent {
                offset,
                at: None,
                source: Some(source.parse().expect("an address")),
                kind: Kind::ALL[mix % Kind::ALL.len()],
                user: Some(format!("{}", 1_000 + user)),
                number: rare.then(|| format!("00442012{:04}", mix % 10_000)),
                agent: Some("friendly-scanner".to_owned()),
                raw: format!("ip[{source}] user[{user}] Registration failed succeed!"),
            }
        };
        let attacks: Vec<AttackEvent> = (0..lines).map(line).collect();
        let end = from + i64::try_from(lines).expect("few") * BYTES;
        Report {
            version: VERSION,
            chunks: vec![Chunk {
                start: from,
                end: Cursor {
                    source: Source::Attacks,
                    generation: 1,
                    offset: end,
                    mark: end,
                },
                lines: u32::try_from(lines).expect("few"),
                attacks,
                bans: Vec::new(),
                broken: 0,
                gap: None,
            }],
            ..Report::default()
        }
    }
}
