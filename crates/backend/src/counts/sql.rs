//! The tables of counts.

use domain::attack::window::{HOURS_KEPT, MINUTES_KEPT};
use domain::ids::NodeId;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use crate::advisory;

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

/// Events that one statement moves, over all facets: some 50,000 lines.
const EVENTS: i64 = 250_000;

/// Moves the oldest rows; how many there were. Minutes and hours from before those dates are
/// swept already, or soon: what came late counts in the larger buckets only.
pub(super) async fn fold(conn: &mut PgConnection, now: OffsetDateTime) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with taken as (
               delete from pending_counts
               where id in (
                   select id from (
                       select id, lines, sum(lines) over (order by id) as running
                       from (select id, lines from pending_counts order by id limit 500) oldest
                   ) p
                   where running - lines < $1::bigint
               )
               returning node_id, facet, starts, keys, events
           ), minutes as (
               select p.facet, n.node_id, u.start, u.key, sum(u.events)::bigint as events
               from taken p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               cross join lateral (values (0), (p.node_id)) as n (node_id)
               group by 1, 2, 3, 4
           ), leveled as (
               select 0::smallint as level, facet, node_id, start, key, events from minutes
               where start >= $2
               union all
               select 1, facet, node_id, date_trunc('hour', start, 'UTC'), key, sum(events)::bigint
               from minutes where start >= $3 group by 2, 3, 4, 5
               union all
               select 2, facet, node_id, date_trunc('day', start, 'UTC'), key, sum(events)::bigint
               from minutes group by 2, 3, 4, 5
           ), moved as (
               insert into event_counts (level, node_id, start, kind, events)
               select level, node_id, start, key, events from leveled where facet = 0
               on conflict (level, node_id, start, kind) do update
               set events = event_counts.events + excluded.events
           ), ranked as (
               insert into facet_counts (level, facet, node_id, key, start, events)
               select level, facet, node_id, key, start, events from leveled where facet > 0
               order by level, facet, node_id, key collate "C", start
               on conflict (level, facet, node_id, key, start) do update
               set events = facet_counts.events + excluded.events
               returning level, facet, start, node_id, xmax = 0 as new
           ), grown as (
               insert into facet_buckets (level, facet, start, node_id, keys)
               select level, facet, start, node_id, count(*) from ranked where new group by 1, 2, 3, 4
               on conflict (level, facet, start, node_id) do update
               set keys = facet_buckets.keys + excluded.keys
           ), totals as (
               update facet_totals t set keys = t.keys + n.keys
               from (
                   select level, facet, count(*) as keys from ranked where new group by 1, 2
               ) n
               where t.level = n.level and t.facet = n.facet
           ), weeks as (
               insert into log_weeks (log, week, rows)
               select case when key in ('ban', 'unban', 'restore', 'ban_other') then 'ban_events'
                           else 'attacks' end,
                      date_trunc('week', start, 'UTC') at time zone 'UTC', sum(events)
               from minutes where facet = 0 and node_id <> 0 group by 1, 2
               on conflict (log, week) do update set rows = log_weeks.rows + excluded.rows
           )
           select count(*) as "rows!" from taken"#,
        EVENTS,
        now - MINUTES_KEPT,
        now - HOURS_KEPT,
    )
    .fetch_one(conn)
    .await
}

/// Takes a node's lines and counts out of everything. Its row is locked, so no report comes between.
pub(crate) async fn forget_node(
    conn: &mut PgConnection,
    node: NodeId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    advisory::lock(conn, advisory::COUNTS).await?;
    // First everything is where it is taken out of.
    while fold(conn, now).await? > 0 {}
    sqlx::query!(
        "with gone as (
             delete from event_counts where level = any(array[0, 1, 2]::smallint[]) and node_id = $1
             returning level, start, kind, events
         )
         update event_counts c set events = c.events - gone.events
         from gone
         where c.level = gone.level and c.node_id = 0 and c.start = gone.start and c.kind = gone.kind",
        node.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "with gone as (
             delete from facet_counts
             where level = any(array[0, 1, 2]::smallint[])
               and facet = any(array[1, 2, 3, 4, 5]::smallint[]) and node_id = $1
             returning level, facet, key, start, events
         )
         update facet_counts c set events = c.events - gone.events
         from gone
         where c.level = gone.level and c.facet = gone.facet and c.node_id = 0
           and c.key = gone.key and c.start = gone.start",
        node.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from event_counts where node_id = 0 and events <= 0")
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "with gone as (
             delete from facet_counts where node_id = 0 and events <= 0
             returning level, facet, start
         ), fewer as (
             select level, facet, start, count(*) as keys from gone group by 1, 2, 3
         )
         update facet_buckets b set keys = b.keys - fewer.keys
         from fewer
         where b.level = fewer.level and b.facet = fewer.facet and b.start = fewer.start
           and b.node_id = 0",
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from facet_buckets where node_id = $1 or keys <= 0",
        node.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update facet_totals t set keys = coalesce((
             select sum(keys) from facet_buckets b where b.level = t.level and b.facet = t.facet
         ), 0)"
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "with attack as (
             delete from attacks where node_id = $1 returning at
         ), ban as (
             delete from ban_events where node_id = $1 returning at
         ), gone as (
             select 'attacks' as log, date_trunc('week', at, 'UTC') at time zone 'UTC' as week
             from attack
             union all
             select 'ban_events', date_trunc('week', at, 'UTC') at time zone 'UTC' from ban
         ), fewer as (
             select log, week::date as week, count(*) as rows from gone group by 1, 2
         )
         update log_weeks w set rows = w.rows - fewer.rows
         from fewer where w.log = fewer.log and w.week = fewer.week",
        node.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
