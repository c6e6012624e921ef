//! Ten million lines of ten days: counted as they come, right in any window, and swept down to what is kept.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which clippy does not see as tests"
)]

use std::num::{NonZeroU16, NonZeroU32};
use std::time::{Duration, Instant};

use backend::attacks::{over_time, tops};
use backend::retention::{self, Limits};
use backend::{Actor, Backend, nodes};
use domain::attack::facet::Facet;
use domain::attack::window::{Span, Window};
use domain::ids::NodeId;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use runtime::Clock;
use sqlx::{AssertSqlSafe, PgPool};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-22 10:40:28 UTC);
const LINES: i64 = 10_000_000;
/// Lines of one round of reports.
const ROUND: i64 = 250_000;
const NODES: i64 = 4;
const PATIENCE: Duration = Duration::from_mins(10);

/// The lines from `$1` to `$2` of `$3`, the last ones now. Few sources and extensions have many of them.
/// Every tenth is a ban or its end.
const STORE: [&str; 2] = [
    r#"insert into attacks (node_id, generation, "offset", at, source, kind, extension, number, raw,
                            country, asn, prefix)
       select 1 + n % 4, 1, n, $4 - interval '10 days' * (1 - n::float8 / $3),
              inet '2001:db8::' + s, (array['registration_failed', 'call_unauthorised',
                                                    'number_refused', 'scan'])[1 + n % 4],
              (1000 + s)::text, case when n % 3 = 0 then p || '442012345' end,
              'ip[198.51.100.0] user[1001] Registration failed succeed!',
              chr(65 + (s % 7)::int) || 'X', 64500 + s % 30, case when n % 3 = 0 then p end
       from (
           select n, power(200, random())::bigint as s,
                  (array['00', '+', '011', '900'])[1 + (random() * 3)::int] as p
           from generate_series($1::bigint, $2::bigint) as n offset 0
       ) line"#,
    r#"insert into ban_events (node_id, generation, "offset", at, kind, network)
       select 1 + n % 4, 1, n, $4 - interval '10 days' * (1 - n::float8 / $3),
              (array['ban', 'unban'])[1 + n / 10 % 2], (inet '198.51.100.0' + n % 256)::cidr
       from generate_series($1::bigint, $2::bigint) as n where n % 10 = 0"#,
];

/// The sums of the same lines, as reports of an hour would have written them.
const PENDING: &str = r#"
    insert into pending_counts (node_id, facet, starts, keys, events, lines)
    select node_id, facet, array_agg(minute), array_agg(key), array_agg(events), sum(events)
    from (
        select a.node_id, f.facet, date_trunc('minute', a.at, 'UTC') as minute, f.key, count(*) as events
        from attacks a
        cross join lateral (values
            (0::smallint, a.kind), (1, host(a.source)), (2, a.asn::text), (3, a.country),
            (4, a.extension), (5, a.prefix)
        ) as f (facet, key)
        where f.key is not null and a."offset" between $1 and $2
          and a.at >= $4 - interval '10 days' * (1 - $1::float8 / $3) - interval '1 minute'
          and a.at <= $4 - interval '10 days' * (1 - $2::float8 / $3) + interval '1 minute'
        group by 1, 2, 3, 4
        union all
        select node_id, 0, date_trunc('minute', at, 'UTC'), kind, count(*) from ban_events
        where "offset" between $1 and $2 group by 1, 2, 3, 4
    ) counted
    group by node_id, facet, date_trunc('hour', minute, 'UTC')"#;

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn ten_million_lines_are_counted_and_swept(pool: PgPool) {
    let clock = Clock::fixed(NOW);
    let all = Limits {
        attack_rows: NonZeroU32::MAX,
        ban_event_rows: NonZeroU32::MAX,
        ..Limits::default()
    };
    let connections = || server::connections(20, pool.connect_options().as_ref().clone());
    let backend = Backend::new(connections(), clock.clone()).with_retention(all);
    for n in 0..NODES {
        nodes::add(&backend, &Actor::console(), &format!("fs-{n}"))
            .await
            .unwrap();
    }
    for log in ["attacks", "ban_events"] {
        sqlx::query(
            "select make_week($1, date_trunc('week', at, 'UTC')::date)
             from generate_series($2 - interval '35 days', $2, interval '7 days') as at",
        )
        .bind(log)
        .bind(NOW)
        .execute(&pool)
        .await
        .unwrap();
    }
    let begin = Instant::now();
    let starts: Vec<i64> = (1..=LINES)
        .step_by(usize::try_from(ROUND).unwrap())
        .collect();
    for pair in starts.chunks(2) {
        let stored = futures::future::join_all(pair.iter().map(|from| store(&backend, *from)));
        // What was pending before.
        tokio::join!(stored, fold(&backend, begin));
    }
    fold(&backend, begin).await;
    println!("stored and counted after {:.0?}", begin.elapsed());
    assert_eq!(count(&pool, "attacks").await, LINES);

    let mut random = StdRng::seed_from_u64(10);
    for n in 0..20 {
        let node = random
            .random_bool(0.5)
            .then(|| NodeId(random.random_range(1..=NODES)));
        let window = if n < 5 {
            Window::last(Span::ALL[n], NOW)
        } else {
            let to = NOW - time::Duration::minutes(random.random_range(0..10_000));
            let length = time::Duration::seconds_f64(60.0 * 20_000_f64.powf(random.random()));
            Window::between(to - length, to, NOW).unwrap()
        };
        right(&backend, node, window, Facet::ALL[n % 5]).await;
    }
    println!("20 windows are right after {:.0?}", begin.elapsed());

    // The oldest lines go, their counts stay.
    let month = Window::last(Span::Month, NOW);
    let before = over_time(&backend, None, month).await.unwrap();
    // Of four days, and of the week in which they begin; all but some of them.
    let kept = count(&pool, "attacks where at >= '2026-11-16'").await - 20_000;
    let fewer = Limits {
        days: NonZeroU16::new(4).unwrap(),
        attack_rows: NonZeroU32::new(kept.try_into().unwrap()).unwrap(),
        ..Limits::default()
    };
    let sweeping = Backend::new(connections(), clock).with_retention(fewer);
    while count(&pool, "attacks").await > kept {
        assert!(begin.elapsed() < 2 * PATIENCE, "not swept in time");
        retention::sweep(&sweeping).await.unwrap();
    }
    assert_eq!(count(&pool, "attacks").await, kept);
    assert_eq!(over_time(&backend, None, month).await.unwrap(), before);
    println!("swept after {:.0?}", begin.elapsed());
}

/// One round of lines, and their sums.
async fn store(backend: &Backend, from: i64) {
    let mut tx = backend.begin().await.unwrap();
    for sql in STORE.into_iter().chain([PENDING]) {
        sqlx::query(sql)
            .bind(from)
            .bind(from + ROUND - 1)
            .bind(LINES)
            .bind(NOW)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Sweeping folds first; nobody tells the job of the console, as a report does.
async fn fold(backend: &Backend, since: Instant) {
    while count(&backend.pool, "pending_counts").await > 0 {
        assert!(since.elapsed() < PATIENCE, "not folded in time");
        retention::sweep(backend).await.unwrap();
    }
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(pool)
        .await
        .unwrap()
}

/// What the counts say of a window is what the rows say.
async fn right(backend: &Backend, node: Option<NodeId>, window: Window, facet: Facet) {
    let what = format!("{window:?} of {node:?}, {facet:?}");
    let bars = over_time(backend, node, window).await.unwrap();
    for (log, counted) in [
        (
            "attacks",
            bars.iter()
                .map(backend::attacks::Bar::total)
                .collect::<Vec<i64>>(),
        ),
        (
            "ban_events",
            bars.iter().map(|bar| bar.bans + bar.unbans).collect(),
        ),
    ] {
        let sql = format!(
            "select coalesce(sum(lines), 0)::bigint from unnest($1::timestamptz[]) with ordinality as bar (start, place)
             left join lateral (
                 select count(*) as lines from {log}
                 where at >= greatest(start, $3) and at < least(start + make_interval(secs => $2), $4)
                   and ($5::bigint is null or node_id = $5)
             ) counted on true
             group by place order by place"
        );
        let starts: Vec<OffsetDateTime> = bars.iter().map(|bar| bar.start).collect();
        let expected: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(starts)
            .bind(window.step(NOW).as_seconds_f64())
            .bind(window.from())
            .bind(window.to())
            .bind(node.map(|node| node.0))
            .fetch_all(&backend.pool)
            .await
            .unwrap();
        assert_eq!(counted, expected, "{log}, {what}");
    }
    let tops = tops(backend, &[facet], node, window, 10).await;
    let top = tops.unwrap().remove(0);
    let key = match facet {
        Facet::Source => "host(source)",
        Facet::Network => "asn::text",
        Facet::Country => "country",
        Facet::Extension => "extension",
        Facet::Prefix => "prefix",
    };
    let sql = format!(
        r#"select {key}, count(*) from attacks
           where at >= $1 and at < $2 and ($3::bigint is null or node_id = $3) and {key} is not null
           group by 1 order by 2 desc, {key} collate "C" limit 10"#
    );
    let expected: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(window.from())
        .bind(window.to())
        .bind(node.map(|node| node.0))
        .fetch_all(&backend.pool)
        .await
        .unwrap();
    let counted: Vec<(String, i64)> = top
        .rows
        .into_iter()
        .map(|row| (row.key, row.events))
        .collect();
    assert_eq!(counted, expected, "{what}");
    assert!(top.exact, "{what}");
}
