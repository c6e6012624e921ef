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
use runtime::{Clock, Shutdown};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Acquire, AssertSqlSafe, ConnectOptions, PgPool};

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
    let options = options.database(&name).options(backend::CONNECTION);
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect_with(options)
        .await
        .expect("connects");
    backend::MIGRATOR.run(&pool).await.expect("migrates");
    let backend = Backend::new(pool.clone(), Clock::system());
    let shutdown = Shutdown::new();
    backend::jobs::spawn_all(&backend, &shutdown);
    lines(&backend, Attack::Botnet).await;
    lines(&backend, Attack::Flood).await;
    pages(&backend).await;
    shutdown.stop();
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

/// Who attacks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attack {
    /// 7,000 sources and 9,000 extensions, again and again.
    Botnet,
    /// Every line from another source, against the same few extensions.
    Flood,
}

fn event(backend: &Backend, attack: Attack, n: usize) -> AttackEvent {
    let (source, extension) = match attack {
        Attack::Botnet => (
            format!("198.51.{}.{}", (n / 7) % 200, n % 250),
            1_000 + n % 9_000,
        ),
        Attack::Flood => (
            format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255),
            1_000 + n % 50,
        ),
    };
    let offset = i64::try_from(n).expect("small");
    AttackEvent {
        offset: offset * LINE_BYTES,
        at: Some(backend.clock.unix_millis() * 1_000 - 3_600_000_000 + offset),
        source: source.parse().ok(),
        kind: Kind::RegistrationFailed,
        user: Some(extension.to_string()),
        number: None,
        agent: None,
        raw: format!(
            "ip[{source}] user[1001] at[2026-11-22T10:40:28.123456+0000] Registration failed succeed!"
        ),
    }
}

async fn lines(backend: &Backend, attack: Attack) {
    let pool = &backend.pool;
    let name = match attack {
        Attack::Botnet => "botnet",
        Attack::Flood => "flood",
    };
    let now = backend.clock.now();
    let monday = now.date() - time::Duration::days(now.weekday().number_days_from_monday().into());
    for monday in [monday, monday - time::Duration::WEEK] {
        sqlx::query("select make_week('attacks', $1)")
            .bind(monday)
            .execute(pool)
            .await
            .expect("makes");
    }
    let events: Vec<AttackEvent> = (0..LINES).map(|n| event(backend, attack, n)).collect();
    let mut best = [Duration::MAX; 4];
    for round in 0..ROUNDS {
        let new = async |what: &str| node(backend, &format!("{name}-{what}-{round}")).await;
        let copied = copy(pool, new("copy").await, &events, false).await;
        let staged = copy(pool, new("staged").await, &events, true).await;
        let worker = new("worker").await;
        let reported = report(backend, worker, &events).await;
        let begin = Instant::now();
        while pending(pool).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let folded = reported + begin.elapsed();
        for (best, time) in best.iter_mut().zip([copied, staged, reported, folded]) {
            *best = (*best).min(time);
        }
        let stored: i64 = sqlx::query_scalar("select count(*) from attacks where node_id = $1")
            .bind(worker.0)
            .fetch_one(pool)
            .await
            .expect("counts");
        assert_eq!(
            stored,
            i64::try_from(LINES).expect("small"),
            "0 lost, 0 twice"
        );
    }
    let rate = |time: Duration| per_second(LINES, time);
    println!("{name}: {LINES} lines, {EVENTS_PER_REPORT} a commit");
    let [copied, staged, reported, folded] = best.map(rate);
    println!("  COPY into the table:              {copied:>9.0} lines/s");
    println!("  COPY into staging, insert select: {staged:>9.0} lines/s");
    println!("  reports (JSON, dedupe, commit):   {reported:>9.0} lines/s");
    println!("  … until all counts are folded:    {folded:>9.0} lines/s");
    println!("  ratio {:.2} (bar 0.50)", reported / copied);
}

async fn pending(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from pending_counts")
        .fetch_one(pool)
        .await
        .expect("counts")
}

#[expect(clippy::cast_precision_loss, reason = "a count for people")]
fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The same rows in the same portions, straight into the table or by way of a temporary one.
async fn copy(pool: &PgPool, node: NodeId, events: &[AttackEvent], staged: bool) -> Duration {
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
    let table = if staged { "staging" } else { "attacks" };
    let columns = r#"node_id, generation, "offset", at, source, kind, extension, number, raw"#;
    if staged {
        let create =
            "create temporary table if not exists staging (like attacks) on commit delete rows";
        sqlx::query(create)
            .execute(&mut *conn)
            .await
            .expect("creates");
    }
    let begin = Instant::now();
    for portion in portions {
        let mut tx = conn.begin().await.expect("begins");
        let statement = format!("copy {table} ({columns}) from stdin");
        let mut copy = tx.copy_in_raw(&statement).await.expect("copies");
        copy.send(portion.into_bytes()).await.expect("copies");
        copy.finish().await.expect("copies");
        if staged {
            let insert = format!("insert into attacks ({columns}) select {columns} from staging");
            sqlx::query(AssertSqlSafe(insert))
                .execute(&mut *tx)
                .await
                .expect("inserts");
        }
        tx.commit().await.expect("commits");
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
