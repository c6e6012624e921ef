//! Reads counts; what is pending is added by the same statement or in the same snapshot.

use std::collections::HashMap;

use domain::attack::window::Window;
use domain::ids::NodeId;
use sqlx::PgConnection;
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

/// Lines of each kind by bars, the pending ones by themselves.
pub(super) async fn events(
    conn: &mut PgConnection,
    node: Option<NodeId>,
    window: Window,
    stretches: &[Stretch],
    step: Duration,
) -> Result<Vec<Counted>, sqlx::Error> {
    let columns = Columns::from(stretches);
    sqlx::query_as!(
        Counted,
        r#"select bar as "bar!", kind as "kind!", sum(events)::bigint as "events!" from (
               select date_bin(make_interval(secs => $7::float8), c.start, timestamptz 'epoch') as bar,
                      c.kind, c.events
               from unnest($1::smallint[], $2::timestamptz[], $3::timestamptz[])
                        as s (level, begins, ends)
               join event_counts c on c.level = s.level and c.node_id = $4
                   and c.start >= s.begins and c.start < s.ends
               union all
               select u.start, u.kind, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, kind, events)
               where p.facet = 0 and ($4::bigint = 0 or p.node_id = $4)
                 and u.start >= $5 and u.start < $6
           ) counted
           group by 1, 2"#,
        &columns.levels,
        &columns.froms,
        &columns.tos,
        code(node),
        window.from(),
        window.to(),
        step.as_seconds_f64(),
    )
    .fetch_all(conn)
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

/// What is pending of each of these facets, as if it were a bucket: its first `depth` keys, in their order.
pub(super) async fn pending(
    conn: &mut PgConnection,
    facets: &[i16],
    node: Option<NodeId>,
    window: Window,
    depth: i64,
) -> Result<HashMap<i16, Vec<Head>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select f.facet as "facet!", head.key as "key!", head.events as "events!"
           from unnest($1::smallint[]) as f (facet)
           cross join lateral (
               select u.key, sum(u.events)::bigint as events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = f.facet and ($2::bigint = 0 or p.node_id = $2)
                 and u.start >= $3 and u.start < $4
               group by 1 order by 2 desc limit $5
           ) head"#,
        facets,
        code(node),
        window.from(),
        window.to(),
        depth,
    )
    .fetch_all(conn)
    .await?;
    let mut pending: HashMap<i16, Vec<Head>> = HashMap::new();
    for row in rows {
        pending.entry(row.facet).or_default().push(Head {
            key: row.key,
            events: row.events,
        });
    }
    Ok(pending)
}

/// One of the first keys of a bucket.
#[derive(Clone)]
pub(super) struct Head {
    pub key: String,
    pub events: i64,
}

/// The first `depth` keys of each bucket of each of these facets, in their order: the buckets of the first
/// facet, then those of the second, …
pub(super) async fn heads(
    conn: &mut PgConnection,
    facets: &[i16],
    node: Option<NodeId>,
    buckets: &[(i16, OffsetDateTime)],
    depth: i64,
) -> Result<Vec<Vec<Head>>, sqlx::Error> {
    let (levels, starts): (Vec<i16>, Vec<OffsetDateTime>) = buckets.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select (f.place - 1) * cardinality($2) + b.place - 1 as "place!", c.key, c.events
           from unnest($1::smallint[]) with ordinality as f (facet, place)
           cross join unnest($2::smallint[], $3::timestamptz[])
                          with ordinality as b (level, start, place)
           cross join lateral (
               select key, events from facet_counts c
               where c.level = b.level and c.facet = f.facet and c.node_id = $4 and c.start = b.start
                 and c.events > 0
               order by c.level, c.facet, c.node_id, c.start, c.events desc limit $5
           ) c"#,
        facets,
        &levels,
        &starts,
        code(node),
        depth,
    )
    .fetch_all(conn)
    .await?;
    let mut heads = vec![Vec::new(); facets.len() * buckets.len()];
    for row in rows {
        if let Some(head) = usize::try_from(row.place)
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

/// Lines of each key of each facet.
pub(super) type Sums = HashMap<i16, HashMap<String, i64>>;

/// Exact sums of these keys of facets in a window that is cut into these stretches; 0 is left out.
pub(super) async fn sums(
    conn: &mut PgConnection,
    keys: &[(i16, &str)],
    node: Option<NodeId>,
    window: Window,
    stretches: &[Stretch],
) -> Result<Sums, sqlx::Error> {
    let mut sums = Sums::new();
    if keys.is_empty() {
        return Ok(sums);
    }
    let (facets, keys): (Vec<i16>, Vec<&str>) = keys.iter().copied().unzip();
    let columns = Columns::from(stretches);
    let rows = sqlx::query!(
        r#"-- (Unnested by itself: joined before, it would be so once for each key.)
           with pending as materialized (
               select p.facet, u.key, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = any($1) and ($6::bigint = 0 or p.node_id = $6)
                 and u.start >= $7 and u.start < $8
           )
           select facet as "facet!", key as "key!", sum(events)::bigint as "events!" from (
               select k.facet, k.key, f.events
               from unnest($1::smallint[], $2::text[]) as k (facet, key)
               cross join unnest($3::smallint[], $4::timestamptz[], $5::timestamptz[])
                              as s (level, begins, ends)
               cross join lateral (
                   select sum(f.events) as events from facet_counts f
                   where f.level = s.level and f.facet = k.facet and f.node_id = $6
                     and f.key = k.key and f.start >= s.begins and f.start < s.ends
               ) f
               where f.events is not null
               union all
               select p.facet, p.key, p.events
               from pending p
               join unnest($1::smallint[], $2::text[]) as k (facet, key) using (facet, key)
           ) parts
           group by 1, 2"#,
        &facets,
        &keys as &[&str],
        &columns.levels,
        &columns.froms,
        &columns.tos,
        code(node),
        window.from(),
        window.to(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let of = sums.entry(row.facet).or_default();
        of.insert(row.key, row.events);
    }
    Ok(sums)
}

/// Those of the facets of which not all keys of these stretches are kept.
pub(super) async fn incomplete(
    conn: &mut PgConnection,
    facets: &[i16],
    node: Option<NodeId>,
    stretches: &[Stretch],
) -> Result<Vec<i16>, sqlx::Error> {
    let columns = Columns::from(stretches);
    sqlx::query_scalar!(
        r#"select f.facet as "facet!" from unnest($1::smallint[]) as f (facet)
           where exists (
               select from unnest($2::smallint[], $3::timestamptz[], $4::timestamptz[])
                               as s (level, begins, ends)
               join facet_totals t on t.level = s.level and t.facet = f.facet
               where t.since > s.begins or exists (
                   select from facet_buckets b
                   where b.level = s.level and b.facet = f.facet and b.node_id = $5
                     and b.start >= s.begins and b.start < s.ends and b.floor > 0
               )
           )"#,
        facets,
        &columns.levels,
        &columns.froms,
        &columns.tos,
        code(node),
    )
    .fetch_all(conn)
    .await
}
