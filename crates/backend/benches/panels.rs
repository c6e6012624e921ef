//! Each panel of the dashboard against the same question on raw rows (bar: p99 at most 20 ms, at least 50
//! times as fast). `cargo bench -p backend --bench panels`, with `DATABASE_URL` naming a Postgres in
//! which a database may be created; `LINES` of the last 30 days, 10,000,000 where it is not set.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use backend::attacks::{bans_over_time, over_time, tops};
use backend::retention::Limits;
use backend::{Actor, Backend, nodes};
use domain::attack::facet::Facet;
use domain::attack::window::{HOURS_KEPT, HOURS_OF_KINDS_KEPT, MINUTES_KEPT, Span, Window, floor};
use domain::ids::NodeId;
use runtime::Clock;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool, Row};
use time::OffsetDateTime;

const NODES: usize = 5;
const RUNS: usize = 100;
const TOP: usize = 10;

#[tokio::main]
async fn main() {
    let lines = std::env::var("LINES").map_or(10_000_000, |lines| lines.parse().expect("a number"));
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres");
    let options: PgConnectOptions = url.parse().expect("DATABASE_URL is a Postgres URL");
    let name = format!("bench_panels_{}", std::process::id());
    let mut admin = options.connect().await.expect("Postgres answers");
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .expect("creates");
    // Filling takes longer than anything that is measured.
    let options = options
        .database(&name)
        .options(backend::CONNECTION)
        .options([("statement_timeout", "0")]);
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect_with(options)
        .await
        .expect("connects");
    backend::MIGRATOR.run(&pool).await.expect("migrates");
    let limits = Limits {
        attack_rows: NonZeroU32::MAX,
        ..Limits::default()
    };
    let now = Clock::system().now();
    let backend = Backend::new(pool.clone(), Clock::fixed(now)).with_retention(limits);
    let node = fill(&backend, lines).await;
    panels(&backend, node).await;
    pool.close().await;
    sqlx::query(AssertSqlSafe(format!("drop database {name} with (force)")))
        .execute(&mut admin)
        .await
        .expect("drops");
}

/// Lines of 30 days: few sources and extensions with many, many with few. One of the nodes.
async fn fill(backend: &Backend, lines: i64) -> NodeId {
    let pool = &backend.pool;
    let mut node = None;
    for n in 0..NODES {
        let added = nodes::add(backend, &Actor::console(), &format!("fs-{n}")).await;
        node = Some(added.expect("adds").node);
    }
    let begin = Instant::now();
    let now = backend.clock.now();
    for log in ["attacks", "ban_events"] {
        let make = "select make_week($1, date_trunc('week', at, 'UTC')::date)
                    from generate_series($2 - interval '35 days', $2, interval '7 days') as at";
        run(pool, make, |query| query.bind(log).bind(now)).await;
    }
    let days = "select setseed(0.4)";
    run(pool, days, |query| query).await;
    run(
        pool,
        r#"insert into attacks (node_id, generation, "offset", at, source, kind, extension, number,
                                raw, country, asn, prefix)
           select 1 + n % 5, 1, n, $2 - interval '30 days' * (1 - n::float8 / $1),
                  inet '10.0.0.0' + s,
                  (array['registration_failed', 'registration_failed', 'registration_failed',
                         'call_unauthorised', 'number_refused', 'scan'])[1 + (random() * 5)::int],
                  1000 + power(9000, random())::int, case n % 3 when 0 then p || '442012345' end,
                  'ip[10.0.0.1] user[1001] at[2026-11-22T10:40:28.123456+0000] Registration failed',
                  chr(65 + (s % 11)::int) || chr(65 + (s % 13)::int), 64500 + s % 3000,
                  case n % 3 when 0 then p end
           from (
               select n, power(50000, random())::bigint as s,
                      (array['00', '+', '011', '900', '9011', '810'])[1 + (random() * 5)::int] as p
               from generate_series(1, $1::bigint) as n offset 0
           ) line"#,
        |query| query.bind(lines).bind(now),
    )
    .await;
    run(
        pool,
        r#"insert into ban_events (node_id, generation, "offset", at, kind, network)
           select 1 + n % 5, 1, n, $2 - interval '30 days' * (1 - n::float8 / $1),
                  (array['ban', 'unban'])[1 + n % 2], (inet '10.0.0.0' + n % 50000)::cidr
           from generate_series(1, $1::bigint) as n"#,
        |query| query.bind(lines / 50).bind(now),
    )
    .await;
    println!(
        "{lines} lines and {} bans and unbans stored in {:.0?}",
        lines / 50,
        begin.elapsed()
    );
    let begin = Instant::now();
    count(pool, now).await;
    println!("counted in {:.0?}", begin.elapsed());
    run(pool, "vacuum analyze", |query| query).await;
    let sizes = "select relname, pg_size_pretty(size) as size from (
                     select relname, sum(pg_total_relation_size(coalesce(i.inhrelid, c.oid))) as size
                     from pg_class c left join pg_inherits i on i.inhparent = c.oid
                     where relname in ('attacks', 'event_counts', 'facet_counts') and relkind in ('r', 'p')
                     group by relname
                 ) sized order by relname";
    for row in sqlx::query(sizes).fetch_all(pool).await.expect("reads") {
        println!("{}: {}", row.get::<String, _>(0), row.get::<String, _>(1));
    }
    node.expect("there are nodes")
}

/// What folding and rolling up would have left; that it does is what the tests show, and each panel below.
async fn count(pool: &PgPool, now: OffsetDateTime) {
    let (hours, days) = (
        floor(now - time::Duration::MINUTE, time::Duration::HOUR),
        floor(now - time::Duration::MINUTE, time::Duration::DAY),
    );
    run(pool, "update rolled set hours = $1, days = $2", |query| {
        query.bind(hours).bind(days)
    })
    .await;
    let never = OffsetDateTime::UNIX_EPOCH;
    let late = now + time::Duration::HOUR;
    // Level, unit, from when kinds and from when keys are counted, until when keys are.
    let levels = [
        (
            0_i16,
            "minute",
            now - MINUTES_KEPT,
            now - MINUTES_KEPT,
            late,
        ),
        (
            1,
            "hour",
            now - HOURS_OF_KINDS_KEPT,
            now - HOURS_KEPT,
            hours,
        ),
        (2, "day", never, never, days),
    ];
    for (level, unit, kinds, keys, until) in levels {
        run(
            pool,
            "insert into event_counts (level, node_id, start, kind, events)
             select $1, n.node_id, date_trunc($2, l.at, 'UTC'), l.kind, count(*)
             from (select node_id, at, kind from attacks union all
                   select node_id, at, kind from ban_events) l
             cross join lateral (values (0), (l.node_id)) as n (node_id)
             where l.at >= date_trunc($2, $3::timestamptz, 'UTC') group by 1, 2, 3, 4",
            |query| query.bind(level).bind(unit).bind(kinds),
        )
        .await;
        for (facet, key) in [
            (1_i16, "host(source)"),
            (2, "asn::text"),
            (3, "country"),
            (4, "extension"),
            (5, "prefix"),
        ] {
            let sql = format!(
                "insert into facet_counts (level, facet, node_id, key, start, events)
                 select $1, $5, n.node_id, {key}, date_trunc($2, at, 'UTC'), count(*)
                 from attacks cross join lateral (values (0), (attacks.node_id)) as n (node_id)
                 where {key} is not null and at >= date_trunc($2, $3::timestamptz, 'UTC') and at < $4
                 group by 3, 4, 5 order by 3, 4, 5"
            );
            sqlx::query(AssertSqlSafe(sql))
                .bind(level)
                .bind(unit)
                .bind(keys)
                .bind(until)
                .bind(facet)
                .execute(pool)
                .await
                .expect("counts");
        }
    }
    let buckets = "insert into facet_buckets (level, facet, start, node_id, keys)
                   select level, facet, start, node_id, count(*) from facet_counts group by 1, 2, 3, 4";
    run(pool, buckets, |query| query).await;
}

type Query<'a> = sqlx::query::Query<'a, sqlx::Postgres, sqlx::postgres::PgArguments>;

async fn run<'a>(pool: &PgPool, sql: &'static str, bind: impl FnOnce(Query<'a>) -> Query<'a>) {
    bind(sqlx::query(sql)).execute(pool).await.expect(sql);
}

async fn panels(backend: &Backend, node: NodeId) {
    println!(
        "{:<44} {:>9} {:>9} {:>11} {:>7}",
        "panel", "p50", "p99", "raw rows", "times"
    );
    let now = backend.clock.now();
    let mut worst = (Duration::ZERO, f64::MAX);
    for span in [Span::Hour, Span::Day, Span::Week, Span::Month] {
        let window = Window::last(span, now);
        for node in [None, Some(node)] {
            let name = |panel: &str| {
                let node = node.map_or("all nodes", |_| "one node");
                format!("{panel}, {}, {node}", span.as_str())
            };
            let raw = raw_bars(backend, "attacks", node, window).await;
            let panel = async || {
                let bars = over_time(backend, node, window).await.expect("reads");
                bars.iter().map(backend::attacks::Bar::total).collect()
            };
            worst = measure(&name("attacks over time"), panel, raw, worst).await;
            let raw = raw_bars(backend, "ban_events", node, window).await;
            let panel = async || {
                let bars = bans_over_time(backend, node, window).await.expect("reads");
                bars.iter().map(|bar| bar.bans + bar.unbans).collect()
            };
            worst = measure(&name("bans and unbans"), panel, raw, worst).await;
            for facet in Facet::ALL {
                let raw = raw_tops(backend, facet, node, window).await;
                let panel = async || {
                    let tops = tops(backend, facet, node, window, TOP)
                        .await
                        .expect("reads");
                    assert!(tops.exact, "{facet:?} {window:?}");
                    tops.rows
                        .iter()
                        .flat_map(|top| [top.events, top.before])
                        .collect()
                };
                let name = name(&format!("top {}", facet.as_str()));
                worst = measure(&name, panel, raw, worst).await;
            }
        }
    }
    println!(
        "slowest p99 {:.1?} (bar 20 ms), least ratio {:.0} (bar 50)",
        worst.0, worst.1
    );
}

/// What the raw rows say, and how long that took.
type Raw = (Vec<i64>, Duration);

async fn measure<F: Future<Output = Vec<i64>>>(
    name: &str,
    panel: impl Fn() -> F,
    (expected, raw): Raw,
    worst: (Duration, f64),
) -> (Duration, f64) {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let begin = Instant::now();
        let counted = panel().await;
        times.push(begin.elapsed());
        assert_eq!(counted, expected, "{name}: the recount");
    }
    times.sort_unstable();
    let (p50, p99) = (times[RUNS / 2], times[RUNS - 1]);
    let ratio = raw.as_secs_f64() / p50.as_secs_f64();
    println!("{name:<44} {p50:>9.2?} {p99:>9.2?} {raw:>11.2?} {ratio:>7.0}");
    (worst.0.max(p99), worst.1.min(ratio))
}

/// Lines of each bar; the faster of two runs.
async fn raw_bars(backend: &Backend, log: &str, node: Option<NodeId>, window: Window) -> Raw {
    let now = backend.clock.now();
    let sql = format!(
        "select to_timestamp(floor(extract(epoch from at) / $3) * $3), kind, count(*) from {log}
         where at >= $1 and at < $2 and ($4::bigint is null or node_id = $4) group by 1, 2"
    );
    let mut best = (Vec::new(), Duration::MAX);
    for _ in 0..2 {
        let query = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(window.from())
            .bind(window.to())
            .bind(window.step(now).as_seconds_f64())
            .bind(node.map(|node| node.0));
        let begin = Instant::now();
        let rows = query.fetch_all(&backend.pool).await.expect("counts");
        let of = |start| {
            let bar = rows
                .iter()
                .filter(|row| row.get::<OffsetDateTime, _>(0) == start);
            bar.map(|row| row.get::<i64, _>(2)).sum()
        };
        best.0 = window.bars(window.step(now)).map(of).collect();
        best.1 = best.1.min(begin.elapsed());
    }
    best
}

/// Lines of each of the first keys, in the window and in the one before; the faster of two runs.
async fn raw_tops(backend: &Backend, facet: Facet, node: Option<NodeId>, window: Window) -> Raw {
    let column = match facet {
        Facet::Source => "source",
        Facet::Network => "asn",
        Facet::Country => "country",
        Facet::Extension => "extension",
        Facet::Prefix => "prefix",
    };
    let text = match facet {
        Facet::Source => "host(source)".to_owned(),
        _ => format!("{column}::text"),
    };
    let sql = format!(
        r#"select count(*) filter (where at >= $5) as events, count(*) filter (where at < $5)
           from attacks
           where at >= $1 and at < $2 and ($3::bigint is null or node_id = $3)
             and {column} is not null
           group by {column} having count(*) filter (where at >= $5) > 0
           order by 1 desc, {text} collate "C" limit $4"#
    );
    let before = window.before(backend.clock.now());
    let mut best = (Vec::new(), Duration::MAX);
    for _ in 0..2 {
        let query = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(before.from())
            .bind(window.to())
            .bind(node.map(|node| node.0))
            .bind(i64::try_from(TOP).expect("small"))
            .bind(window.from());
        let begin = Instant::now();
        let rows = query.fetch_all(&backend.pool).await.expect("counts");
        best.1 = best.1.min(begin.elapsed());
        best.0 = rows
            .iter()
            .flat_map(|row| [row.get(0), row.get(1)])
            .collect();
    }
    best
}
