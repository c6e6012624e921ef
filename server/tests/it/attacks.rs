use std::collections::{BTreeSet, HashMap};

use backend::attacks::{Tops, over_time, tops};
use backend::{nodes, retention};
use domain::attack::Kind;
use domain::attack::facet::Facet;
use domain::attack::window::{Span, Window};
use domain::ban::BanEventKind;
use domain::ids::NodeId;
use domain::role::Role;
use domain::wire::{AttackEvent, BanEvent, Chunk, Cursor, Report, Source};
use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::{NOW, TestConsole, TestWorker, actor, attack, ban_event, net, until};

/// Lines of each node's log of attacks.
const LINES: i64 = 2_500;
/// Bytes of a line.
const BYTES: i64 = 10;

/// A time before [`NOW`]: mostly the last hours, some the last weeks, some older than all that is kept.
fn ago(random: &mut StdRng) -> Duration {
    let days = match random.random_range(0..100) {
        0..60 => 0,
        60..80 => random.random_range(0..4),
        80..98 => random.random_range(0..87),
        _ => random.random_range(91..99),
    };
    Duration::days(days) + Duration::milliseconds(random.random_range(-200_000..9_000_000))
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap()
}

/// A few attack much, many a little.
fn skewed(random: &mut StdRng, most: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number"
    )]
    let n = most.powf(random.random::<f64>()) as u32;
    n
}

fn attacks(random: &mut StdRng) -> Vec<AttackEvent> {
    let line = |n| {
        let source = skewed(random, 3_000.0);
        let source = format!("198.51.{}.{}", source >> 8, source & 255);
        let user = match random.random_range(0..10) {
            0 => None,
            1 => Some(String::new()),
            _ => Some(format!("10{}", skewed(random, 400.0))),
        };
        let number = ["0044", "9011", "+1", "8613", "900"][random.random_range(0..5)];
        AttackEvent {
            at: Some(millis(NOW - ago(random)) * 1_000 + random.random_range(0..1_000)),
            source: (!random.random_bool(0.05)).then(|| source.parse().unwrap()),
            kind: Kind::ALL[random.random_range(0..6)],
            user,
            number: random.random_bool(0.5).then(|| format!("{number}2012345")),
            ..attack(n * BYTES, "192.0.2.1")
        }
    };
    (0..LINES).map(line).collect()
}

fn bans(random: &mut StdRng) -> Vec<BanEvent> {
    let kinds = [
        BanEventKind::Ban,
        BanEventKind::Unban,
        BanEventKind::Restore,
        BanEventKind::Other,
    ];
    let line = |n| BanEvent {
        kind: kinds[random.random_range(0..4)],
        network: net(&format!("198.51.100.{}", random.random_range(0..50))),
        at: millis(NOW - ago(random)),
        ..ban_event(n * BYTES, "192.0.2.1", 0)
    };
    (0..LINES / 5).map(line).collect()
}

/// The next piece of a log.
fn piece(source: Source, from: i64, to: i64, attacks: &[AttackEvent], bans: &[BanEvent]) -> Chunk {
    let inside = |offset: i64| (from..to).contains(&offset);
    Chunk {
        start: from,
        end: Cursor {
            source,
            generation: 1,
            offset: to,
            mark: to,
        },
        attacks: attacks
            .iter()
            .filter(|line| inside(line.offset))
            .cloned()
            .collect(),
        bans: bans
            .iter()
            .filter(|line| inside(line.offset))
            .cloned()
            .collect(),
        lines: 0,
        broken: 0,
        gap: None,
    }
}

/// Sends both logs of a node in pieces, some of them twice, late, or to two consoles at once.
async fn send(
    worker: TestWorker,
    consoles: &[&TestConsole],
    seed: u64,
    part: std::ops::Range<i64>,
) {
    let mut random = StdRng::seed_from_u64(seed);
    let (attacks, bans) = (attacks(&mut random), bans(&mut random));
    let mut history: Vec<Chunk> = Vec::new();
    for source in [Source::Attacks, Source::Fail2ban] {
        let (attacks, bans, scale) = match source {
            Source::Attacks => (&attacks[..], &[][..], LINES / 100),
            Source::Fail2ban => (&[][..], &bans[..], LINES / 500),
        };
        let (mut at, end) = (part.start * scale * BYTES, part.end * scale * BYTES);
        while at < end {
            let to = (at + random.random_range(1..300) * BYTES).min(end);
            let mut chunks = vec![piece(source, at, to, attacks, bans)];
            if let Some(old) = history.last()
                && random.random_bool(0.3)
            {
                chunks.insert(0, old.clone());
            }
            history.extend(chunks.last().cloned());
            let report = Report {
                chunks,
                ..Report::default()
            };
            let first = random.random_range(0..consoles.len());
            let copies = if random.random_bool(0.3) { 2 } else { 1 };
            let copies = (0..copies).map(|n| worker.at(consoles[(first + n) % consoles.len()]));
            let copies: Vec<_> = copies.collect();
            join_all(copies.iter().map(|worker| worker.report(&report))).await;
            at = to;
        }
    }
}

/// What a row counts for: its node, when it was, its kind, and its value of each facet.
struct Row {
    node: i64,
    at: OffsetDateTime,
    kind: String,
    facets: [Option<String>; 5],
}

/// A row of either table as it is read.
type Stored = (i64, OffsetDateTime, String, Vec<Option<String>>);

impl From<Stored> for Row {
    fn from((node, at, kind, facets): Stored) -> Self {
        let mut facets = facets.into_iter();
        Self {
            node,
            at,
            kind,
            facets: std::array::from_fn(|_| facets.next().flatten()),
        }
    }
}

/// Attack lines, lines of bans.
async fn raw(pool: &PgPool) -> (Vec<Row>, Vec<Row>) {
    let read = async |sql: &'static str| {
        let rows: Vec<Stored> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
        rows.into_iter().map(Row::from).collect()
    };
    let lines = "select node_id, at, kind,
                        array[host(source), asn::text, country, nullif(extension, ''), prefix]
                 from attacks";
    let bans = "select node_id, at, kind, array[]::text[] from ban_events";
    (read(lines).await, read(bans).await)
}

fn inside(row: &Row, node: Option<NodeId>, from: OffsetDateTime, to: OffsetDateTime) -> bool {
    node.is_none_or(|node| node.0 == row.node) && (from..to).contains(&row.at)
}

/// Counts rows into bars, in the simplest way.
fn recount(
    rows: &[Row],
    kinds: &[&str],
    node: Option<NodeId>,
    window: Window,
    starts: &[OffsetDateTime],
) -> Vec<Vec<i64>> {
    let mut bars = vec![vec![0; kinds.len()]; starts.len()];
    for row in rows {
        let kind = kinds.iter().position(|kind| *kind == row.kind);
        if let Some(kind) = kind
            && inside(row, node, window.from(), window.to())
        {
            bars[starts.partition_point(|start| *start <= row.at) - 1][kind] += 1;
        }
    }
    bars
}

fn sums(rows: &[Row], facet: Facet, node: Option<NodeId>, window: Window) -> HashMap<&str, i64> {
    let place = Facet::ALL.iter().position(|other| *other == facet).unwrap();
    let mut sums = HashMap::new();
    for row in rows {
        if let Some(key) = row.facets[place].as_deref()
            && inside(row, node, window.from(), window.to())
        {
            *sums.entry(key).or_default() += 1;
        }
    }
    sums
}

/// Any window that somebody may ask for.
fn window(random: &mut StdRng, now: OffsetDateTime) -> Window {
    if random.random_bool(0.2) {
        return Window::last(Span::ALL[random.random_range(0..5)], now);
    }
    let to = now - ago(random) + Duration::minutes(random.random_range(-30..30));
    let length = Duration::seconds_f64(60.0 * 100_000_f64.powf(random.random()));
    Window::between(to - length, to, now).unwrap()
}

/// What was asked, and how much of it there was.
#[derive(Default)]
struct Asked {
    bars: i64,
    bans: i64,
    keys: HashMap<Facet, BTreeSet<String>>,
    deep: usize,
}

/// Asks about random windows and counts the rows for each.
async fn compare(
    consoles: &[&TestConsole],
    nodes: &[NodeId],
    random: &mut StdRng,
    windows: usize,
    asked: &mut Asked,
) {
    let now = consoles[0].backend.clock.now();
    let (lines, bans) = raw(&consoles[0].backend.pool).await;
    for n in 0..windows {
        let backend = &consoles[random.random_range(0..consoles.len())].backend;
        let node = random
            .random_bool(0.5)
            .then(|| nodes[random.random_range(0..nodes.len())]);
        let window = window(random, now);
        let what = format!("window {n}: {window:?} of {node:?}");

        let bars = over_time(backend, node, window).await.unwrap();
        let starts: Vec<_> = bars.iter().map(|bar| bar.start).collect();
        assert_eq!(
            starts,
            window.bars(window.step(now)).collect::<Vec<_>>(),
            "{what}"
        );
        let counted: Vec<_> = bars.iter().map(|bar| bar.events.to_vec()).collect();
        let kinds = Kind::ALL.map(Kind::as_str);
        assert_eq!(
            counted,
            recount(&lines, &kinds, node, window, &starts),
            "{what}"
        );
        asked.bars += bars.iter().map(backend::attacks::Bar::total).sum::<i64>();

        let counted: Vec<_> = bars.iter().map(|bar| vec![bar.bans, bar.unbans]).collect();
        let expected = recount(&bans, &["ban", "unban"], node, window, &starts);
        assert_eq!(counted, expected, "{what}");
        asked.bans += counted.iter().flatten().sum::<i64>();

        // Two lists that share their statements.
        let place = random.random_range(0..5);
        let other = (place + random.random_range(1..5)) % 5;
        let facets = [Facet::ALL[place], Facet::ALL[other]];
        let limit = [1, 5, 10, 30][random.random_range(0..4)];
        let tops = tops(backend, &facets, node, window, limit).await.unwrap();
        assert_eq!(tops.len(), 2, "{what}");
        for (facet, top) in facets.into_iter().zip(tops) {
            let what = format!("{what}, {limit} of {facet:?}");
            let before = sums(&lines, facet, node, window.before(now));
            let sums = sums(&lines, facet, node, window);
            right(&top, limit, &sums, &before, &what);
            if top.keys.is_none() {
                asked.deep += 1;
            }
            let keys = top.rows.into_iter().map(|row| row.key);
            asked.keys.entry(facet).or_default().extend(keys);
        }
    }
}

/// The list is what the rows add up to.
fn right(
    top: &Tops,
    limit: usize,
    sums: &HashMap<&str, i64>,
    before: &HashMap<&str, i64>,
    what: &str,
) {
    let mut expected: Vec<i64> = sums.values().copied().collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    expected.truncate(limit);
    let counted: Vec<i64> = top.rows.iter().map(|row| row.events).collect();
    assert_eq!(counted, expected, "{what}");
    for row in &top.rows {
        let key = row.key.as_str();
        let counted = (sums.get(key), before.get(key).unwrap_or(&0));
        assert_eq!(counted, (Some(&row.events), &row.before), "{key}, {what}");
    }
    assert!(top.exact, "{what}");
    if let Some(keys) = top.keys {
        assert_eq!(usize::try_from(keys).unwrap(), sums.len(), "{what}");
    }
}

/// Lines that come late, twice and through two consoles at once, while a node is removed and hours and days
/// are rolled up: what the counters say of any window is what the rows say.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn counts_are_the_lines_in_a_thousand_windows(pool: PgPool) {
    let (one, two) = (
        TestConsole::start(&pool).await,
        TestConsole::start(&pool).await,
    );
    let consoles = [&one, &two];
    let mut workers = Vec::new();
    for name in ["fs-1", "fs-2", "fs-3", "gone"] {
        workers.push(one.node(name).await);
    }
    let nodes: Vec<NodeId> = workers.iter().map(|worker| worker.node).collect();
    let mut random = StdRng::seed_from_u64(4);
    let mut asked = Asked::default();
    let told = async |part: std::ops::Range<i64>, workers: &[TestWorker]| {
        let sent = workers.iter().map(|worker| {
            send(
                worker.clone(),
                &consoles,
                worker.node.0.unsigned_abs(),
                part.clone(),
            )
        });
        join_all(sent).await;
    };

    told(0..40, &workers).await;
    // Some of it is not folded yet.
    compare(&consoles, &nodes, &mut random, 250, &mut asked).await;
    let later = async |hours| {
        for console in consoles {
            console.backend.clock.advance(Duration::hours(hours));
        }
        // It rolls up what is over.
        retention::sweep(&one.backend).await.unwrap();
    };
    later(1).await;
    told(40..60, &workers).await;
    compare(&consoles, &nodes, &mut random, 250, &mut asked).await;

    let gone = workers.pop().unwrap().node;
    let admin = actor(Role::Admin);
    let removed = async { nodes::remove(&two.backend, &admin, gone).await.unwrap() };
    later(2).await;
    tokio::join!(removed, told(60..80, &workers));
    retention::sweep(&one.backend).await.unwrap();
    assert_eq!(one.count("removed_nodes").await, 0);
    compare(&consoles, &nodes, &mut random, 250, &mut asked).await;
    later(24).await;
    told(80..100, &workers).await;
    compare(&consoles, &nodes, &mut random, 250, &mut asked).await;
    for left in [
        "attacks where node_id not in (select id from nodes)",
        "ban_events where node_id not in (select id from nodes)",
        "event_counts where node_id not in (select 0 union all select id from nodes)",
        "facet_counts where node_id not in (select 0 union all select id from nodes)",
        "facet_counts where events <= 0",
        // What retention goes by.
        "log_weeks where log = 'attacks' and rows is distinct from (
             select count(*) from attacks where date_trunc('week', at, 'UTC') at time zone 'UTC' = week
         )",
        "facet_buckets b where keys is distinct from (
             select count(*) from facet_counts c
             where c.level = b.level and c.facet = b.facet and c.start = b.start
               and c.node_id = b.node_id
         )",
    ] {
        until(left, async || (one.count(left).await == 0).then_some(())).await;
    }

    assert_eq!(
        one.count("attacks where at < '2026-08-24'").await,
        0,
        "not stored"
    );
    assert!(one.count("log_gaps where cause = 'too_old'").await > 100);
    assert!(
        asked.bars > 100_000 && asked.bans > 10_000,
        "{} {}",
        asked.bars,
        asked.bans
    );
    let keys = |facet| asked.keys.get(&facet).map_or(0, BTreeSet::len);
    assert!(keys(Facet::Source) > 100 && keys(Facet::Extension) > 50);
    assert!(asked.deep > 10, "{}: every list was short", asked.deep);
}
