//! What is kept, and deletes. Only one replica at a time does so.

use std::num::{NonZeroU16, NonZeroU32};

use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Date, OffsetDateTime};

use super::Limits;
use crate::Error;

pub(super) async fn settings(conn: impl PgExecutor<'_>) -> Result<Option<Limits>, Error> {
    let row = sqlx::query!("select retention_days, attack_rows, ban_event_rows from settings")
        .fetch_optional(conn)
        .await?;
    row.map(|row| limits(row.retention_days, row.attack_rows, row.ban_event_rows))
        .transpose()
}

/// As [`settings`]; two admins at once come one after the other.
pub(super) async fn lock_settings(conn: &mut PgConnection) -> Result<Option<Limits>, Error> {
    sqlx::query!("lock table settings in share row exclusive mode")
        .execute(&mut *conn)
        .await?;
    settings(conn).await
}

fn limits(days: i32, attack_rows: i64, ban_event_rows: i64) -> Result<Limits, Error> {
    let rows = |rows: i64| u32::try_from(rows).ok().and_then(NonZeroU32::new);
    let limits = || {
        Some(Limits {
            days: u16::try_from(days).ok().and_then(NonZeroU16::new)?,
            attack_rows: rows(attack_rows)?,
            ban_event_rows: rows(ban_event_rows)?,
        })
    };
    limits().ok_or_else(|| Error::Inconsistent {
        table: "settings",
        what: format!("{days} days, {attack_rows} and {ban_event_rows} rows"),
    })
}

pub(super) async fn set_settings(
    conn: &mut PgConnection,
    limits: Limits,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into settings (retention_days, attack_rows, ban_event_rows) values ($1, $2, $3)
         on conflict (single) do update
         set retention_days = excluded.retention_days, attack_rows = excluded.attack_rows,
             ban_event_rows = excluded.ban_event_rows",
        i32::from(limits.days.get()),
        i64::from(limits.attack_rows.get()),
        i64::from(limits.ban_event_rows.get()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The Mondays of a log's partitions, oldest first.
pub(super) async fn weeks(pool: &PgPool, log: &str) -> Result<Vec<Date>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select to_date(right(c.relname, 8), 'YYYYMMDD') as "week!"
           from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = to_regclass($1)
           order by 1"#,
        log,
    )
    .fetch_all(pool)
    .await
}

/// Weeks that are dropped and of which nothing is pending any more.
pub(super) async fn forget_lost_weeks(pool: &PgPool, log: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from log_weeks
         where log = $1 and rows = 0
           and to_regclass($1 || '_' || to_char(week, 'YYYYMMDD')) is null",
        log,
    )
    .execute(pool)
    .await?;
    Ok(())
}
/// A week that is being dropped has no rows but for those that folding will add.
pub(super) async fn forget_week(
    conn: &mut PgConnection,
    log: &str,
    week: Date,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into log_weeks (log, week, rows)
         select $1::text, $2::date, -coalesce(sum(u.events), 0)::bigint
         from pending_counts p
         cross join lateral unnest(p.starts, p.keys, p.events) as u (start, kind, events)
         where p.facet = 0
           and u.kind in ('ban', 'unban', 'restore', 'ban_other') = ($1::text = 'ban_events')
           and u.start >= $2::timestamp at time zone 'UTC'
           and u.start < ($2 + 7)::timestamp at time zone 'UTC'
         on conflict (log, week) do update set rows = excluded.rows",
        log,
        week,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The oldest week that has rows, and how many; locked.
pub(super) async fn oldest_week(
    conn: &mut PgConnection,
    log: &str,
) -> Result<Option<(Date, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        "select week, rows from log_weeks where log = $1 and rows > 0
         order by week limit 1 for update",
        log
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.week, row.rows)))
}

/// Rows of a log.
pub(super) async fn rows(conn: &mut PgConnection, log: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(rows), 0)::bigint as "rows!" from log_weeks where log = $1"#,
        log
    )
    .fetch_one(conn)
    .await
}

/// `none`: there are no rows left.
pub(super) async fn fewer_rows(
    conn: &mut PgConnection,
    log: &str,
    week: Date,
    gone: i64,
    none: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update log_weeks set rows = case when $4 then 0 else rows - $3 end
         where log = $1 and week = $2",
        log,
        week,
        gone,
        none,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves the newest of each address that is banned.
pub(super) async fn trim_evidence(pool: &PgPool, lines: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with kept as (
             select ctid as place, source,
                    row_number() over (partition by source order by at desc) as newest
             from evidence
         )
         delete from evidence where ctid = any(array(
             select place from kept
             where newest > $1
                or not exists (select from banned b where b.network = kept.source::cidr)
         ))",
        lines,
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn sweep_gaps(
    pool: &PgPool,
    most: i64,
    before: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from log_gaps where id in (
             select id from (select id, at from log_gaps order by id limit 5000) oldest
             where at < $2 or id <= (select max(id) from log_gaps) - $1
         )",
        most,
        before,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Counts of kinds from before.
pub(super) async fn sweep_events(
    pool: &PgPool,
    level: i16,
    before: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from event_counts c
         using (select 0::bigint as id union all select id from nodes) n
         where c.level = $1 and c.node_id = n.id and c.start < $2",
        level,
        before,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// A level of a facet that has too old buckets, or too many keys.
pub(super) struct Due {
    pub level: i16,
    pub facet: i16,
    pub full: bool,
}

/// What [`sweep_buckets`] is to look at: of each level, what begins before.
pub(super) async fn due(
    conn: &mut PgConnection,
    before: [OffsetDateTime; 3],
    most: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        r#"select level, facet, keys > $2 as "full!" from facet_totals t
           where keys > $2 or exists (
               select from facet_buckets b
               where b.level = t.level and b.facet = t.facet
                 and b.start < ($1::timestamptz[])[t.level + 1]
           )
           order by level, facet"#,
        &before,
        most,
    )
    .fetch_all(conn)
    .await
}

/// Until when hours and days are rolled up.
pub(super) async fn rolled(conn: &mut PgConnection) -> Result<[OffsetDateTime; 2], sqlx::Error> {
    let row = sqlx::query!("select hours, days from rolled")
        .fetch_one(conn)
        .await?;
    Ok([row.hours, row.days])
}

/// Deletes the oldest buckets from before, some `keys` keys or one bucket; whether there were any.
pub(super) async fn sweep_buckets(
    conn: &mut PgConnection,
    level: i16,
    facet: i16,
    before: OffsetDateTime,
    keys: i64,
) -> Result<bool, sqlx::Error> {
    let swept = sqlx::query_scalar!(
        r#"with oldest as (
               select start, node_id, keys, sum(keys) over (order by start, node_id) as running
               from (
                   select start, node_id, keys from facet_buckets
                   where level = $1 and facet = $2 and start < $3
                   order by start, node_id limit 1000
               ) b
           ), due as (
               select start, node_id, keys from oldest where running - keys < $4::bigint
           ), gone as (
               delete from facet_counts c using due d
               where c.level = $1 and c.facet = $2 and c.node_id = d.node_id and c.start = d.start
                 and c.events > 0
           ), buckets as (
               delete from facet_buckets b using due d
               where b.level = $1 and b.facet = $2 and b.start = d.start and b.node_id = d.node_id
           ), totals as (
               update facet_totals t
               set keys = t.keys - d.keys, since = greatest(t.since, d.last + interval '1 second')
               from (select sum(keys) as keys, max(start) as last from due) d
               where t.level = $1 and t.facet = $2 and d.keys is not null
           )
           select count(*) > 0 as "swept!" from due"#,
        level,
        facet,
        before,
        keys,
    )
    .fetch_one(conn)
    .await?;
    Ok(swept)
}
