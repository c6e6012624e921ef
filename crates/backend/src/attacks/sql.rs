//! Reads counts; what is pending is added by the same statement or in the same snapshot.

use std::collections::HashMap;

use domain::attack::window::Window;
use domain::ids::NodeId;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use time::{Duration, OffsetDateTime};

use super::cut::{Rolled, Stretch};

/// As much as the clocks of two consoles may differ.
const CLOCKS: Duration = Duration::minutes(10);

/// Lines of a kind in one bar.
pub(super) struct Counted {
    /// Some moment of the bar.
    pub bar: OffsetDateTime,
    pub kind: String,
    pub events: i64,
}

/// Stretches as columns.
struct Columns {
    levels: Vec<i16>,
    froms: Vec<OffsetDateTime>,
    tos: Vec<OffsetDateTime>,
}

impl From<&[Stretch]> for Columns {
    fn from(stretches: &[Stretch]) -> Self {
        Self {
            levels: stretches.iter().map(|s| s.level.code()).collect(),
            froms: stretches.iter().map(|s| s.from).collect(),
            tos: stretches.iter().map(|s| s.to).collect(),
        }
    }
}

/// Node 0 is all of them.
fn code(node: Option<NodeId>) -> i64 {
    node.map_or(0, |node| node.0)
}

/// Lines of these kinds by bars, the pending ones by themselves.
pub(super) async fn events(
    pool: &PgPool,
    node: Option<NodeId>,
    window: Window,
    stretches: &[Stretch],
    step: Duration,
    kinds: &[&str],
) -> Result<Vec<Counted>, sqlx::Error> {
    let columns = Columns::from(stretches);
    sqlx::query_as!(
        Counted,
        r#"select bar as "bar!", kind as "kind!", sum(events)::bigint as "events!" from (
               select date_bin(make_interval(secs => $8::float8), c.start, timestamptz 'epoch') as bar,
                      c.kind, c.events
               from unnest($1::smallint[], $2::timestamptz[], $3::timestamptz[])
                        as s (level, begins, ends)
               join event_counts c on c.level = s.level and c.node_id = $4
                   and c.start >= s.begins and c.start < s.ends and c.kind = any($5)
               union all
               select u.start, u.kind, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, kind, events)
               where p.facet = 0 and ($4::bigint = 0 or p.node_id = $4) and u.kind = any($5)
                 and u.start >= $6 and u.start < $7
           ) counted
           group by 1, 2"#,
        &columns.levels,
        &columns.froms,
        &columns.tos,
        code(node),
        kinds as &[&str],
        window.from(),
        window.to(),
        step.as_seconds_f64(),
    )
    .fetch_all(pool)
    .await
}

/// Lines of these keys on all nodes by bars, the pending ones by themselves.
pub(super) async fn of_keys(
    conn: &mut PgConnection,
    facet: i16,
    keys: &[String],
    window: Window,
    stretches: &[Stretch],
    step: Duration,
) -> Result<Vec<(OffsetDateTime, i64)>, sqlx::Error> {
    let columns = Columns::from(stretches);
    let rows = sqlx::query!(
        r#"select bar as "bar!", sum(events)::bigint as "events!" from (
               select to_timestamp(floor(extract(epoch from c.start) / $8::float8) * $8::float8)
                          as bar, c.events
               from unnest($1::smallint[], $2::timestamptz[], $3::timestamptz[])
                        as s (level, begins, ends)
               join facet_counts c on c.level = s.level and c.facet = $4 and c.node_id = 0
                   and c.key = any($5) and c.start >= s.begins and c.start < s.ends
               union all
               select u.start, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = $4 and u.key = any($5) and u.start >= $6 and u.start < $7
           ) counted
           group by 1"#,
        &columns.levels,
        &columns.froms,
        &columns.tos,
        facet,
        keys,
        window.from(),
        window.to(),
        step.as_seconds_f64(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.bar, row.events)).collect())
}

/// A transaction that sees one moment.
pub(super) async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with("begin isolation level repeatable read read only")
        .await
}

/// Until when there are buckets of keys; no line is dated after its arrival.
pub(super) async fn rolled(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Rolled, sqlx::Error> {
    let row = sqlx::query!("select hours, days from rolled")
        .fetch_one(conn)
        .await?;
    Ok(Rolled {
        minutes: now + CLOCKS,
        hours: row.hours,
        days: row.days,
    })
}

/// What is pending, as if it were a bucket: its first `depth` keys, in their order.
pub(super) async fn pending(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    window: Window,
    depth: i64,
) -> Result<Vec<Head>, sqlx::Error> {
    sqlx::query_as!(
        Head,
        r#"select u.key as "key!", sum(u.events)::bigint as "events!"
           from pending_counts p
           cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
           where p.facet = $1 and ($2::bigint = 0 or p.node_id = $2) and u.start >= $3 and u.start < $4
           group by 1 order by 2 desc limit $5"#,
        facet,
        code(node),
        window.from(),
        window.to(),
        depth,
    )
    .fetch_all(conn)
    .await
}

/// One of the first keys of a bucket.
#[derive(Clone)]
pub(super) struct Head {
    pub key: String,
    pub events: i64,
}

/// The first `depth` keys of each bucket, in their order.
pub(super) async fn heads(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    buckets: &[(i16, OffsetDateTime)],
    depth: i64,
) -> Result<Vec<Vec<Head>>, sqlx::Error> {
    let (levels, starts): (Vec<i16>, Vec<OffsetDateTime>) = buckets.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select b.place as "place!", c.key, c.events
           from unnest($1::smallint[], $2::timestamptz[])
                    with ordinality as b (level, start, place)
           cross join lateral (
               select key, events from facet_counts f
               where f.level = b.level and f.facet = $3 and f.node_id = $4 and f.start = b.start
                 and f.events > 0
               order by f.level, f.facet, f.node_id, f.start, f.events desc limit $5
           ) c"#,
        &levels,
        &starts,
        facet,
        code(node),
        depth,
    )
    .fetch_all(conn)
    .await?;
    let mut heads = vec![Vec::new(); buckets.len()];
    for row in rows {
        if let Some(head) = usize::try_from(row.place - 1)
            .ok()
            .and_then(|place| heads.get_mut(place))
        {
            head.push(Head {
                key: row.key,
                events: row.events,
            });
        }
    }
    Ok(heads)
}

/// Exact sums of these keys in a window that is cut into these stretches; 0 is left out.
pub(super) async fn sums(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    window: Window,
    stretches: &[Stretch],
    keys: &[&str],
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let columns = Columns::from(stretches);
    let rows = sqlx::query!(
        r#"select key as "key!", sum(events)::bigint as "events!" from (
               select k.key, f.events
               from unnest($1::text[]) as k (key)
               cross join unnest($2::smallint[], $3::timestamptz[], $4::timestamptz[])
                              as s (level, begins, ends)
               cross join lateral (
                   select sum(f.events) as events from facet_counts f
                   where f.level = s.level and f.facet = $5 and f.node_id = $6 and f.key = k.key
                     and f.start >= s.begins and f.start < s.ends
               ) f
               where f.events is not null
               union all
               select u.key, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               join unnest($1::text[]) as k (key) on k.key = u.key
               where p.facet = $5 and ($6::bigint = 0 or p.node_id = $6)
                 and u.start >= $7 and u.start < $8
           ) parts
           group by 1"#,
        keys as &[&str],
        &columns.levels,
        &columns.froms,
        &columns.tos,
        facet,
        code(node),
        window.from(),
        window.to(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.events)).collect())
}

/// Whether all keys of these stretches are kept.
pub(super) async fn complete(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    stretches: &[Stretch],
) -> Result<bool, sqlx::Error> {
    let columns = Columns::from(stretches);
    sqlx::query_scalar!(
        r#"select not exists (
               select from unnest($1::smallint[], $2::timestamptz[], $3::timestamptz[])
                               as s (level, begins, ends)
               join facet_totals t on t.level = s.level and t.facet = $4
               where t.since > s.begins or exists (
                   select from facet_buckets b
                   where b.level = s.level and b.facet = $4 and b.node_id = $5
                     and b.start >= s.begins and b.start < s.ends and b.floor > 0
               )
           ) as "complete!""#,
        &columns.levels,
        &columns.froms,
        &columns.tos,
        facet,
        code(node),
    )
    .fetch_one(conn)
    .await
}
