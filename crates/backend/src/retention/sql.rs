//! Deletes by the order of arrival. Only one replica at a time does so, and lines never change, so
//! rows may be named by their place (`ctid`): that is the same cost however large the table is.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::{BATCH, Batch, EVIDENCE, Swept};

/// The newest arrival; 0 where there is none.
pub(super) async fn last_attack(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select coalesce(max(arrival), 0) as "last!" from attacks"#)
        .fetch_one(pool)
        .await
}

pub(super) async fn last_ban_event(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select coalesce(max(arrival), 0) as "last!" from ban_events"#)
        .fetch_one(pool)
        .await
}

pub(super) async fn last_gap(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "last!" from log_gaps"#)
        .fetch_one(pool)
        .await
}

/// The newest lines of addresses that are banned now leave the queue instead of the table. (Wider
/// networks are banned by hand only, and that is why they are.)
pub(super) async fn sweep_attacks(pool: &PgPool, batch: Batch) -> Result<Swept, sqlx::Error> {
    sqlx::query_as!(
        Swept,
        r#"with due as materialized (
               select place, arrival, source from (
                   select ctid as place, arrival, at, source from attacks
                   where arrival > $1 order by arrival limit $4
               ) oldest
               where arrival <= $2 or at < $3
           ), kept as materialized (
               select newest.place from (
                   select distinct source from due
                   where exists (select from banned b where b.network = due.source::cidr)
               ) held
               cross join lateral (
                   select a.ctid as place from attacks a
                   where a.source = held.source order by a.at desc limit $5
               ) newest
           ), spared as (
               update attacks set arrival = null
               where ctid = any(array(select place from due intersect select place from kept))
           ), gone as (
               delete from attacks
               where ctid = any(array(select place from due except select place from kept))
           )
           select count(*) as "due!", max(arrival) as last from due"#,
        batch.from,
        batch.rows,
        batch.before,
        BATCH,
        EVIDENCE,
    )
    .fetch_one(pool)
    .await
}

pub(super) async fn delete_evidence(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with kept as (
             select ctid as place, source,
                    row_number() over (partition by source order by at desc) as newest
             from attacks where arrival is null
         )
         delete from attacks where ctid = any(array(
             select place from kept
             where newest > $1
                or not exists (select from banned b where b.network = kept.source::cidr)
         ))",
        EVIDENCE,
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn sweep_ban_events(pool: &PgPool, batch: Batch) -> Result<Swept, sqlx::Error> {
    sqlx::query_as!(
        Swept,
        r#"with due as materialized (
               select place, arrival from (
                   select ctid as place, arrival, at from ban_events
                   where arrival > $1 order by arrival limit $4
               ) oldest
               where arrival <= $2 or at < $3
           ), gone as (
               delete from ban_events where ctid = any(array(select place from due))
           )
           select count(*) as "due!", max(arrival) as last from due"#,
        batch.from,
        batch.rows,
        batch.before,
        BATCH,
    )
    .fetch_one(pool)
    .await
}

pub(super) async fn sweep_gaps(pool: &PgPool, batch: Batch) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with due as (
             select id from (
                 select id, at from log_gaps where id > $1 order by id limit $4
             ) oldest
             where id <= $2 or at < $3
         )
         delete from log_gaps where id in (select id from due)",
        batch.from,
        batch.rows,
        batch.before,
        BATCH,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// How many went.
pub(super) async fn sweep_minutes(
    pool: &PgPool,
    before: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with gone as (
               delete from attack_minutes where ctid = any(array(
                   select ctid from attack_minutes where minute < $1 order by minute limit $2
               ))
               returning 1
           )
           select count(*) as "gone!" from gone"#,
        before,
        BATCH,
    )
    .fetch_one(pool)
    .await
}
