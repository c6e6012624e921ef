//! Each panel of the dashboard against the same question on raw rows (bar: p99 at most 20 ms, at least 50
//! times as fast). `cargo bench -p backend --bench panels`, with `DATABASE_URL` naming a Postgres in
//! which a database may be created; `LINES` of the last 30 days, 10,000,000 where it is not set. Filling
//! takes longer than measuring: a database that `KEEP` names is filled once and stays.

use std::time::{Duration, Instant};

use backend::attacks::{Bar, over_time, tops};
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
/// A question on raw rows that takes longer is asked once.
const LONG: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let lines = std::env::var("LINES").map_or(10_000_000, |lines| lines.parse().expect("a number"));
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres");
    let options: PgConnectOptions = url.parse().expect("DATABASE_URL is a Postgres URL");
    let kept = std::env::var("KEEP").ok();
    let name = kept.clone();
    let name = name.unwrap_or_else(|| format!("bench_panels_{}", std::process::id()));
    let mut admin = options.connect().await.expect("Postgres answers");
    let filled = sqlx::query("select from pg_database where datname = $1").bind(&name);
    let filled = filled.fetch_optional(&mut admin).await.expect("reads");
    if filled.is_none() {
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&mut admin)
            .await
            .expect("creates");
    }
    let options = options.database(&name).options(backend::CONNECTION);
    let pool = connect(options.clone()).await;
    backend::MIGRATOR.run(&pool).await.expect("migrates");
    // Filling and raw rows take longer than the console would wait, and more memory.
    let raw = options.options([
        ("statement_timeout", "0"),
        ("work_mem", "256MB"),
        ("maintenance_work_mem", "1GB"),
    ]);
    let raw = connect(raw).await;
    if filled.is_none() {
        fill(&raw, lines).await;
    }
    // The last line was written now.
    let (now, node) = sqlx::query_as("select max(at), (select max(id) from nodes) from attacks")
        .fetch_one(&raw)
        .await
        .expect("reads");
    let backend = Backend::new(pool.clone(), Clock::fixed(now));
    panels(&backend, &raw, NodeId(node)).await;
    raw.close().await;
    pool.close().await;
    if kept.is_none() {
        sqlx::query(AssertSqlSafe(format!("drop database {name} with (force)")))
            .execute(&mut admin)
            .await
            .expect("drops");
    }
}

async fn connect(options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(8);
    pool.connect_with(options).await.expect("connects")
}

/// Lines of 30 days: few sources and extensions with many, many with few.
async fn fill(pool: &PgPool, lines: i64) {
    let now = Clock::system().now();
    let backend = Backend::new(pool.clone(), Clock::fixed(now));
    for n in 0..NODES {
        let added = nodes::add(&backend, &Actor::console(), &format!("fs-{n}")).await;
        added.expect("adds");
    }
    let begin = Instant::now();
    for log in ["attacks", "ban_events"] {
        let make = "select make_week($1, date_trunc('week', at, 'UTC')::date)
                    from generate_series($2 - interval '35 days', $2, interval '7 days') as at";
        run(pool, make, |query| query.bind(log).bind(now)).await;
    }
    let attacks = take_indexes(pool, "attacks").await;
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
    make_indexes(pool, attacks).await;
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
    let counts = take_indexes(pool, "facet_counts").await;
    count(pool, now).await;
    make_indexes(pool, counts).await;
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
}

/// Drops a table's indexes, so that they are made of all rows at once; says how.
async fn take_indexes(pool: &PgPool, table: &str) -> Vec<String> {
    let sql = format!(
        "select format('alter table {table} drop constraint %I', conname),
                format('alter table {table} add constraint %I %s', conname, pg_get_constraintdef(oid))
         from pg_constraint where conrelid = '{table}'::regclass and contype = 'p'
         union all
         select format('drop index %s', indexrelid::regclass),
                replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
         from pg_index where indrelid = '{table}'::regclass and not indisprimary"
    );
    let rows: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(pool)
        .await
        .expect("reads");
    let (drop, make): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    make_indexes(pool, drop).await;
    make
}

async fn make_indexes(pool: &PgPool, statements: Vec<String>) {
    for sql in statements {
        let made = sqlx::query(AssertSqlSafe(sql)).execute(pool).await;
        made.expect("changes the indexes");
    }
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
                 group by 3, 4, 5"
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

/// One panel of the page.
#[derive(Clone, Copy)]
enum Panel {
    OverTime,
    Top(Facet),
    /// All five, as the page asks for them: no panel by itself.
    Tops,
}

impl Panel {
    const ALL: [Self; 7] = [
        Self::OverTime,
        Self::Top(Facet::Source),
        Self::Top(Facet::Network),
        Self::Top(Facet::Country),
        Self::Top(Facet::Extension),
        Self::Top(Facet::Prefix),
        Self::Tops,
    ];

    fn name(self) -> String {
        match self {
            Self::OverTime => "attacks and bans over time".to_owned(),
            Self::Top(facet) => format!("top {}", facet.as_str()),
            Self::Tops => "all lists at once".to_owned(),
        }
    }

    async fn ask(self, backend: &Backend, node: Option<NodeId>, window: Window) -> Vec<i64> {
        match self {
            Self::OverTime => {
                let bars = over_time(backend, node, window).await.expect("reads");
                let bans = bars.iter().map(|bar| bar.bans + bar.unbans);
                bars.iter().map(Bar::total).chain(bans).collect()
            }
            Self::Top(facet) => lists(backend, &[facet], node, window).await,
            Self::Tops => lists(backend, &Facet::ALL, node, window).await,
        }
    }
}

/// What a panel said, each time the same, and how long that took.
struct Asked {
    panel: Panel,
    name: String,
    node: Option<NodeId>,
    window: Window,
    said: Vec<i64>,
    p50: Duration,
    p99: Duration,
}

/// All panels first, then raw rows, whose reading leaves nothing else in memory.
async fn panels(backend: &Backend, raw: &PgPool, node: NodeId) {
    let mut asked = Vec::new();
    for span in [Span::Hour, Span::Day, Span::Week, Span::Month] {
        for (of, node) in [("all nodes", None), ("one node", Some(node))] {
            for panel in Panel::ALL {
                let name = format!("{}, {}, {of}", panel.name(), span.as_str());
                let window = Window::last(span, backend.clock.now());
                let mut times = Vec::with_capacity(RUNS);
                let said = panel.ask(backend, node, window).await;
                for _ in 0..RUNS {
                    let begin = Instant::now();
                    let again = panel.ask(backend, node, window).await;
                    times.push(begin.elapsed());
                    assert_eq!(again, said, "{name}: nothing changes");
                }
                times.sort_unstable();
                let (p50, p99) = (times[RUNS / 2], times[RUNS * 99 / 100]);
                println!("{name:<44} {p50:>9.2?} {p99:>9.2?}");
                asked.push(Asked {
                    panel,
                    name,
                    node,
                    window,
                    said,
                    p50,
                    p99,
                });
            }
        }
    }
    compare(raw, backend.clock.now(), &asked).await;
}

/// The same questions on raw rows.
async fn compare(raw: &PgPool, now: OffsetDateTime, asked: &[Asked]) {
    println!(
        "{:<44} {:>9} {:>9} {:>11} {:>7}",
        "panel", "p50", "p99", "raw rows", "times"
    );
    let mut worst = (Duration::ZERO, f64::MAX);
    // Of the lists of one page.
    let mut lists = Raw::default();
    for asked in asked {
        let (node, window) = (asked.node, asked.window);
        let (rows, took) = match asked.panel {
            Panel::OverTime => raw_bars(raw, now, node, window).await,
            Panel::Top(facet) => {
                let one = raw_tops(raw, now, facet, node, window).await;
                lists.0.extend(&one.0);
                lists.1 += one.1;
                one
            }
            Panel::Tops => std::mem::take(&mut lists),
        };
        let Asked { name, p50, p99, .. } = asked;
        assert_eq!(asked.said, rows, "{name}: the recount");
        let ratio = took.as_secs_f64() / p50.as_secs_f64();
        println!("{name:<44} {p50:>9.2?} {p99:>9.2?} {took:>11.2?} {ratio:>7.0}");
        if !matches!(asked.panel, Panel::Tops) {
            worst = (worst.0.max(*p99), worst.1.min(ratio));
        }
    }
    println!(
        "slowest p99 of a panel {:.1?} (bar 20 ms), least ratio {:.0} (bar 50)",
        worst.0, worst.1
    );
}

/// Lines of the first keys of each list, in the window and in the one before.
async fn lists(
    backend: &Backend,
    facets: &[Facet],
    node: Option<NodeId>,
    window: Window,
) -> Vec<i64> {
    let tops = tops(backend, facets, node, window, TOP)
        .await
        .expect("reads");
    assert!(tops.iter().all(|tops| tops.exact), "{facets:?} {window:?}");
    let rows = tops.iter().flat_map(|tops| &tops.rows);
    rows.flat_map(|top| [top.events, top.before]).collect()
}

/// What the raw rows say, and how long that took.
type Raw = (Vec<i64>, Duration);

/// The faster of two runs, or one that takes long.
async fn twice(query: impl AsyncFn() -> Vec<i64>) -> Raw {
    let begin = Instant::now();
    let said = query().await;
    let took = begin.elapsed();
    if took > LONG {
        return (said, took);
    }
    let begin = Instant::now();
    query().await;
    (said, took.min(begin.elapsed()))
}

/// Attack lines of each bar, then bans and unbans.
async fn raw_bars(pool: &PgPool, now: OffsetDateTime, node: Option<NodeId>, window: Window) -> Raw {
    let step = window.step(now);
    let mut both = Raw::default();
    for log in ["attacks", "ban_events"] {
        let sql = format!(
            "select to_timestamp(floor(extract(epoch from at) / $3) * $3), kind, count(*) from {log}
             where at >= $1 and at < $2 and ($4::bigint is null or node_id = $4) group by 1, 2"
        );
        let (lines, took) = twice(async || {
            let rows = sqlx::query(AssertSqlSafe(sql.clone()))
                .bind(window.from())
                .bind(window.to())
                .bind(step.as_seconds_f64())
                .bind(node.map(|node| node.0))
                .fetch_all(pool)
                .await
                .expect("counts");
            let of = |start| {
                let bar = rows
                    .iter()
                    .filter(|row| row.get::<OffsetDateTime, _>(0) == start);
                bar.map(|row| row.get::<i64, _>(2)).sum()
            };
            window.bars(step).map(of).collect()
        })
        .await;
        both.0.extend(lines);
        both.1 += took;
    }
    both
}

/// Lines of each of the first keys, in the window and in the one before.
async fn raw_tops(
    pool: &PgPool,
    now: OffsetDateTime,
    facet: Facet,
    node: Option<NodeId>,
    window: Window,
) -> Raw {
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
    let before = window.before(now);
    twice(async || {
        let rows = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(before.from())
            .bind(window.to())
            .bind(node.map(|node| node.0))
            .bind(i64::try_from(TOP).expect("small"))
            .bind(window.from())
            .fetch_all(pool)
            .await
            .expect("counts");
        let row = |row: &sqlx::postgres::PgRow| [row.get::<i64, _>(0), row.get(1)];
        rows.iter().flat_map(row).collect()
    })
    .await
}
