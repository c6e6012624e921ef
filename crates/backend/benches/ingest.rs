//! Reports against raw COPY into the same table, side by side (bar: at least half as many lines a
//! second), and pages of a list of 100,000 bans. `cargo bench -p backend --bench ingest`, with
//! `DATABASE_URL` naming a Postgres in which a database may be created.

use std::time::{Duration, Instant};

use backend::bans::{BanQuery, BanSort, BanState};
use backend::{Actor, Backend, bans, ingest, nodes};
use domain::attack::Kind;
use domain::ban::HeldBan;
use domain::ids::NodeId;
use domain::wire::{AttackEvent, BanList, Chunk, Cursor, EVENTS_PER_REPORT, Report, Source};
use runtime::Clock;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};

const LINES: usize = 200_000;
const ROUNDS: usize = 3;
const BANS: u32 = 100_000;
const LINE_BYTES: i64 = 100;

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres");
    let options: PgConnectOptions = url.parse().expect("DATABASE_URL is a Postgres URL");
    let name = format!("bench_ingest_{}", std::process::id());
    let mut admin = options.connect().await.expect("Postgres answers");
    let run = |sql: String| AssertSqlSafe(sql);
    sqlx::query(run(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .expect("creates");
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .connect_with(options.database(&name))
        .await
        .expect("connects");
    backend::MIGRATOR.run(&pool).await.expect("migrates");
    let backend = Backend::new(pool.clone(), Clock::system());
    lines(&backend).await;
    pages(&backend).await;
    pool.close().await;
    let drop = run(format!("drop database {name} with (force)"));
    sqlx::query(drop).execute(&mut admin).await.expect("drops");
}

async fn node(backend: &Backend, name: &str) -> NodeId {
    nodes::add(backend, &Actor::console(), name)
        .await
        .expect("adds")
        .node
}

fn event(backend: &Backend, n: usize) -> AttackEvent {
    let source = format!("198.51.{}.{}", (n / 7) % 200, n % 250);
    AttackEvent {
        offset: i64::try_from(n).expect("small") * LINE_BYTES,
        at: Some(
            backend.clock.unix_millis() * 1_000 - 3_600_000_000 + i64::try_from(n).expect("small"),
        ),
        source: source.parse().ok(),
        kind: Kind::RegistrationFailed,
        user: Some(format!("{}", 1_000 + n % 9_000)),
        number: None,
        agent: None,
        raw: format!(
            "ip[{source}] user[1001] at[2026-11-22T10:40:28.123456+0000] Registration failed succeed!"
        ),
    }
}

async fn lines(backend: &Backend) {
    let events: Vec<AttackEvent> = (0..LINES).map(|n| event(backend, n)).collect();
    let mut best = (Duration::MAX, Duration::MAX);
    for round in 0..ROUNDS {
        let copied = copy(
            &backend.pool,
            node(backend, &format!("copy-{round}")).await,
            &events,
        )
        .await;
        let reported = report(
            backend,
            node(backend, &format!("worker-{round}")).await,
            &events,
        )
        .await;
        best = (best.0.min(copied), best.1.min(reported));
        let nodes: i64 = sqlx::query_scalar("select count(*) from attacks")
            .fetch_one(&backend.pool)
            .await
            .expect("counts");
        assert_eq!(
            nodes,
            2 * i64::try_from(LINES * (round + 1)).expect("small"),
            "0 lost, 0 twice"
        );
    }
    let rate = |time: Duration| per_second(LINES, time);
    println!(
        "COPY, {EVENTS_PER_REPORT} lines a commit:      {:>9.0} lines/s",
        rate(best.0)
    );
    println!(
        "reports (JSON, dedupe, commit): {:>9.0} lines/s",
        rate(best.1)
    );
    println!("ratio {:.2} (bar 0.50)", rate(best.1) / rate(best.0));
}

#[expect(clippy::cast_precision_loss, reason = "a count for people")]
fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The same rows in the same portions, straight into the table.
async fn copy(pool: &PgPool, node: NodeId, events: &[AttackEvent]) -> Duration {
    let portions: Vec<String> = events
        .chunks(EVENTS_PER_REPORT)
        .map(|events| {
            let rows = events.iter().map(|event| {
                let at = event.at.expect("dated");
                let source = event.source.expect("has a source");
                let user = event.user.as_deref().expect("has a user");
                format!(
                    "{node}\t1\t{}\t{}\t{source}\t{}\t{user}\t\\N\t{}\n",
                    event.offset,
                    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000)
                        .expect("a time"),
                    event.kind.as_str(),
                    event.raw
                )
            });
            rows.collect()
        })
        .collect();
    let mut conn = pool.acquire().await.expect("connects");
    let begin = Instant::now();
    for portion in portions {
        let mut copy = conn
            .copy_in_raw(
                r#"copy attacks (node_id, generation, "offset", at, source, kind, extension, number, raw)
                   from stdin"#,
            )
            .await
            .expect("copies");
        copy.send(portion.into_bytes()).await.expect("copies");
        copy.finish().await.expect("copies");
    }
    begin.elapsed()
}

/// As the worker sends them: JSON made before, read inside.
async fn report(backend: &Backend, node: NodeId, events: &[AttackEvent]) -> Duration {
    let bodies: Vec<Vec<u8>> = events
        .chunks(EVENTS_PER_REPORT)
        .map(|events| {
            let start = events[0].offset;
            let offset = events[events.len() - 1].offset + LINE_BYTES;
            let end = Cursor {
                source: Source::Attacks,
                generation: 1,
                offset,
                mark: offset,
            };
            let chunk = Chunk {
                start,
                end,
                attacks: events.to_vec(),
                bans: Vec::new(),
                lines: u32::try_from(events.len()).expect("small"),
                broken: 0,
                gap: None,
            };
            let report = Report {
                chunks: vec![chunk],
                ..Report::default()
            };
            serde_json::to_vec(&report).expect("serialises")
        })
        .collect();
    let peer = "192.0.2.1".parse().expect("an address");
    let begin = Instant::now();
    for body in bodies {
        let report: Report = serde_json::from_slice(&body).expect("reads");
        ingest::accept(backend, node, peer, report)
            .await
            .expect("accepts");
    }
    begin.elapsed()
}

async fn pages(backend: &Backend) {
    let now = backend.clock.unix();
    let peer = "192.0.2.1".parse().expect("an address");
    for name in ["fs-1", "fs-2"] {
        let changed = (0..BANS)
            .map(|n| HeldBan {
                network: domain::net::Network::host(
                    std::net::Ipv4Addr::from(0x0b00_0000 + n * 131).into(),
                ),
                since: now - i64::from(n % 40_000),
                until: Some(now + i64::from(n.wrapping_mul(7_919) % 86_400)),
                in_firewall: Some(n % 50 != 0),
            })
            .collect();
        let list = BanList {
            base: None,
            changed,
            gone: Vec::new(),
        };
        let report = Report {
            ban_list: Some(list),
            ..Report::default()
        };
        let node = node(backend, name).await;
        let begin = Instant::now();
        ingest::accept(backend, node, peer, report)
            .await
            .expect("accepts");
        println!("whole list of {BANS} bans stored in {:?}", begin.elapsed());
    }
    sqlx::query("vacuum analyze")
        .execute(&backend.pool)
        .await
        .expect("analyses");
    let plain = BanQuery {
        limit: 50,
        descending: true,
        ..BanQuery::default()
    };
    let node = nodes::get(backend, "fs-1")
        .await
        .expect("reads")
        .expect("is there")
        .row
        .id;
    let search = |search: &str| BanQuery {
        search: search.to_owned(),
        ..plain.clone()
    };
    let queries = [
        ("by since", plain.clone()),
        (
            "by time left",
            BanQuery {
                sort: BanSort::Until,
                ..plain.clone()
            },
        ),
        (
            "by network",
            BanQuery {
                sort: BanSort::Network,
                ..plain.clone()
            },
        ),
        (
            "of one node",
            BanQuery {
                node: Some(node),
                ..plain.clone()
            },
        ),
        (
            "not effective",
            BanQuery {
                state: Some(BanState::NotEffective),
                ..plain.clone()
            },
        ),
        ("search /32", search("11.5.6.7")),
        ("search /16", search("11.5.0.0/16")),
        ("search /8", search("11.0.0.0/8")),
    ];
    for (name, mut query) in queries {
        let mut times = Vec::new();
        for _ in 0..60 {
            let begin = Instant::now();
            let page = bans::list(backend, &query).await.expect("lists");
            times.push(begin.elapsed());
            query.after = page.next;
        }
        times.sort_unstable();
        println!(
            "page of 50, {name:<14} p50 {:>9.2?}  p99 {:>9.2?}",
            times[30], times[59]
        );
    }
}
