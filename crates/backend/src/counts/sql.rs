//! The tables of counts.

use std::ops::RangeInclusive;

use domain::attack::window::{HOURS_KEPT, HOURS_OF_KINDS_KEPT, MINUTES_KEPT};
use domain::ids::NodeId;
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};

pub(super) async fn insert_pending(
    conn: &mut PgConnection,
    node: NodeId,
    facet: i16,
    starts: &[OffsetDateTime],
    keys: &[String],
    events: &[i64],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into pending_counts (node_id, facet, starts, keys, events, lines)
         values ($1, $2, $3, $4, $5, $6)",
        node.0,
        facet,
        starts,
        keys,
        events,
        events.iter().sum::<i64>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn pending_lines(conn: impl PgExecutor<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(lines), 0)::bigint as "lines!" from pending_counts where facet = 0"#
    )
    .fetch_one(conn)
    .await
}

/// Frees what dead rows take, as far as no transaction still sees them. Where another replica is at it, that is
/// enough. True when the table is empty to its last page.
pub(super) async fn vacuum(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql("vacuum (skip_locked) pending_counts")
        .execute(pool)
        .await?;
    sqlx::query_scalar!(r#"select pg_relation_size('pending_counts') = 0 as "empty!""#)
        .fetch_one(pool)
        .await
}

/// Events that one statement moves, over all facets: some 50,000 lines.
const EVENTS: i64 = 250_000;
/// Rows that one statement moves.
pub(super) const ROWS: i64 = 500;
/// Keys of a bucket that is full: attackers choose theirs freely.
const KEYS: i64 = 100_000;
/// Keys that a full bucket still takes each time: those with most lines, for somebody attacks in the flood.
const NEWCOMERS: i64 = 100;

/// Moves the oldest rows, at most [`ROWS`], of one node or all; how many there were. Minutes and hours from
/// before those dates are swept already, or soon: what came late counts in the larger buckets only. Hours and
/// days that are not rolled up yet get theirs then, out of minutes and hours that stay until then. Of a full
/// bucket the keys that it has are counted, of others the first [`NEWCOMERS`]; `floor` says what is missing.
pub(crate) async fn fold_some(
    conn: &mut PgConnection,
    node: Option<NodeId>,
    now: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    sqlx::query_file_scalar!(
        "src/counts/fold.sql",
        EVENTS,
        now - MINUTES_KEPT,
        now - HOURS_OF_KINDS_KEPT,
        now - HOURS_KEPT,
        node.map(|node| node.0),
        ROWS,
        KEYS,
        NEWCOMERS,
    )
    .fetch_one(conn)
    .await
}

/// Until when hours and days are rolled up.
pub(super) struct Rolled {
    pub hours: OffsetDateTime,
    pub days: OffsetDateTime,
}

pub(super) async fn rolled(conn: &mut PgConnection) -> Result<Rolled, sqlx::Error> {
    sqlx::query_as!(Rolled, "select hours, days from rolled")
        .fetch_one(conn)
        .await
}

pub(super) async fn set_rolled(conn: &mut PgConnection, to: Rolled) -> Result<(), sqlx::Error> {
    sqlx::query!("update rolled set hours = $1, days = $2", to.hours, to.days)
        .execute(conn)
        .await?;
    Ok(())
}

/// As [`super::code`] has them.
pub(super) const FACETS: RangeInclusive<i16> = 1..=5;

/// When the first bucket of a level begins that does not begin before.
pub(super) async fn first_bucket(
    conn: &mut PgConnection,
    level: i16,
    from: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    sqlx::query_scalar!(
        "select min(first) from generate_series(1, 5) as facet
         cross join lateral (
             select start as first from facet_buckets b
             where b.level = $1 and b.facet = facet and b.start >= $2 order by start limit 1
         ) b",
        level,
        from,
    )
    .fetch_one(conn)
    .await
}

/// Makes a facet's buckets of that start and length, of each node and of all, of the level's buckets: of the
/// [`KEYS`] with most lines.
pub(super) async fn roll_up(
    conn: &mut PgConnection,
    level: i16,
    facet: i16,
    start: OffsetDateTime,
    length: Duration,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with parts as (
             select node_id, start, floor from facet_buckets
             where level = $1 and facet = $2 and start >= $3 and start < $4
         ), sums as (
             select c.node_id, c.key, sum(c.events)::bigint as events
             from parts p
             join facet_counts c on c.level = $1 and c.facet = $2 and c.node_id = p.node_id
                 and c.start = p.start and c.events > 0
             group by 1, 2
         ), ranked as materialized (
             select *, row_number() over (partition by node_id order by events desc) as place
             from sums
         ), stored as (
             insert into facet_counts (level, facet, node_id, key, start, events)
             select $1 + 1, $2, node_id, key, $3, events from ranked where place <= $5::bigint
             order by node_id, key
             on conflict (level, facet, node_id, key, start) do update set events = excluded.events
         ), floors as (
             select node_id, sum(floor)::bigint as floor from parts group by 1
         ), buckets as (
             insert into facet_buckets (level, facet, start, node_id, keys, floor)
             select $1 + 1, $2, $3, r.node_id, least(count(*), $5),
                    max(f.floor) + coalesce(max(r.events) filter (where r.place > $5), 0)
             from ranked r join floors f using (node_id)
             group by r.node_id
             on conflict (level, facet, start, node_id) do update
             set keys = excluded.keys, floor = excluded.floor
             returning keys
         )
         update facet_totals t set keys = t.keys + (select coalesce(sum(keys), 0) from buckets)
         where t.level = $1 + 1 and t.facet = $2",
        level,
        facet,
        start,
        start + length,
        KEYS,
    )
    .execute(conn)
    .await?;
    Ok(())
}
