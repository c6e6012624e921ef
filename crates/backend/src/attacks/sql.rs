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

/// Lines by key that no bucket has yet.
#[derive(Default)]
pub(super) struct Pending {
    pub now: HashMap<String, i64>,
    pub before: HashMap<String, i64>,
}

pub(super) async fn pending(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    window: Window,
    before: Window,
) -> Result<Pending, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select u.start >= $3 as "now!", u.key as "key!", sum(u.events)::bigint as "events!"
           from pending_counts p
           cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
           where p.facet = $1 and ($2::bigint = 0 or p.node_id = $2) and u.start < $4
             and (u.start >= $3 or u.start >= $5 and u.start < $6)
           group by 1, 2"#,
        facet,
        code(node),
        window.from(),
        window.to(),
        before.from(),
        before.to(),
    )
    .fetch_all(conn)
    .await?;
    let mut pending = Pending::default();
    for row in rows {
        let part = if row.now {
            &mut pending.now
        } else {
            &mut pending.before
        };
        part.insert(row.key, row.events);
    }
    Ok(pending)
}

/// One of the first keys of a bucket.
pub(super) struct Head {
    pub level: i16,
    pub start: OffsetDateTime,
    pub key: String,
    pub events: i64,
}

/// The first `depth` keys of each bucket, in their order.
pub(super) async fn heads(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    stretches: &[Stretch],
    depth: i64,
) -> Result<Vec<Head>, sqlx::Error> {
    let buckets = stretches
        .iter()
        .flat_map(|stretch| stretch.starts().map(|start| (stretch.level.code(), start)));
    let (levels, starts): (Vec<i16>, Vec<OffsetDateTime>) = buckets.unzip();
    sqlx::query_as!(
        Head,
        r#"select b.level as "level!", b.start as "start!", c.key, c.events
           from unnest($1::smallint[], $2::timestamptz[]) as b (level, start)
           cross join lateral (
               select key, events from facet_counts f
               where f.level = b.level and f.facet = $3 and f.node_id = $4 and f.start = b.start
               order by f.level, f.facet, f.node_id, f.start, f.events desc limit $5
           ) c"#,
        &levels,
        &starts,
        facet,
        code(node),
        depth,
    )
    .fetch_all(conn)
    .await
}

/// Exact sums of these keys, without what is pending; 0 is left out.
pub(super) async fn sums(
    conn: &mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    stretches: &[Stretch],
    keys: &[&str],
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let columns = Columns::from(stretches);
    let rows = sqlx::query!(
        r#"select k.key as "key!", c.events as "events!"
           from unnest($1::text[]) as k (key)
           cross join lateral (
               select sum(f.events)::bigint as events
               from unnest($2::smallint[], $3::timestamptz[], $4::timestamptz[])
                        as s (level, begins, ends)
               cross join lateral (
                   select sum(f.events) as events from facet_counts f
                   where f.level = s.level and f.facet = $5 and f.node_id = $6 and f.key = k.key
                     and f.start >= s.begins and f.start < s.ends
               ) f
           ) c
           where c.events is not null"#,
        keys as &[&str],
        &columns.levels,
        &columns.froms,
        &columns.tos,
        facet,
        code(node),
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
