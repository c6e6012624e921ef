//! Weeks of the logs: dropped as a whole where that is enough, else shortened from the oldest end.

use sqlx::{AssertSqlSafe, PgConnection};
use time::{Date, OffsetDateTime};
use tokio::time::Instant;

use super::{EVIDENCE, Limits, sql};
use crate::ingest::{Log, monday};
use crate::{Backend, Error, advisory};

/// Rows that one statement deletes.
const BATCH: i64 = 5_000;
/// `lock_not_available`, `deadlock_detected`, `query_canceled`: somebody reads for long; the next round tries again.
const BUSY: [&str; 3] = ["55P03", "40P01", "57014"];

pub(super) async fn sweep(
    backend: &Backend,
    limits: Limits,
    now: OffsetDateTime,
    end: Instant,
) -> Result<(), Error> {
    let caps = [
        (Log::Attacks, limits.attack_rows),
        (Log::BanEvents, limits.ban_event_rows),
    ];
    // A line that is just old enough to be refused is in a week that may go when the next one begins.
    let oldest = monday(now - limits.age());
    let mut went = false;
    for (log, cap) in caps {
        sql::forget_lost_weeks(&backend.pool, log.table()).await?;
        let weeks = sql::weeks(&backend.pool, log.table()).await?;
        for week in weeks.into_iter().filter(|week| *week < oldest) {
            went |= drop_week(backend, log, week).await?;
        }
        while Instant::now() < end && shorten(backend, log, cap.get().into()).await? {
            went = true;
        }
    }
    if went {
        sql::trim_evidence(&backend.pool, EVIDENCE).await?;
    }
    Ok(())
}

fn partition(log: Log, week: Date) -> String {
    let (year, month, day) = week.to_calendar_date();
    format!("{}_{year:04}{:02}{day:02}", log.table(), u8::from(month))
}

/// Whether it went.
async fn drop_week(backend: &Backend, log: Log, week: Date) -> Result<bool, Error> {
    let mut tx = backend.begin().await?;
    let gone = drop_partition(&mut tx, log, week).await?;
    if gone {
        tx.commit().await?;
    }
    Ok(gone)
}

/// `false`: somebody reads for long; the transaction is of no use any more.
async fn drop_partition(conn: &mut PgConnection, log: Log, week: Date) -> Result<bool, Error> {
    match try_drop(conn, log, week).await {
        Ok(()) => Ok(true),
        Err(error) if is_busy(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn try_drop(conn: &mut PgConnection, log: Log, week: Date) -> Result<(), sqlx::Error> {
    let table = partition(log, week);
    if log == Log::Attacks {
        let copy = format!(
            r#"insert into evidence
                   (node_id, generation, "offset", at, source, kind, extension, number, raw)
               select a.node_id, a.generation, a."offset", a.at, a.source, a.kind, a.extension,
                      a.number, a.raw
               from banned b
               cross join lateral (
                   select * from {table} a
                   where a.source = b.network::inet order by a.at desc limit $1
               ) a
               on conflict do nothing"#
        );
        sqlx::query(AssertSqlSafe(copy))
            .bind(EVIDENCE)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query!("set local lock_timeout = '200ms'")
        .execute(&mut *conn)
        .await?;
    // From here on nothing is folded, and no report stores a line of that week: what is pending of it
    // is known.
    advisory::lock(conn, advisory::COUNTS).await?;
    // (The whole log, as dropping does: who writes has locked that before the week.)
    let lock = format!("lock table only {} in access exclusive mode", log.table());
    sqlx::query(AssertSqlSafe(lock)).execute(&mut *conn).await?;
    sql::forget_week(conn, log.table(), week).await?;
    let drop = format!("drop table {table}");
    sqlx::query(AssertSqlSafe(drop)).execute(conn).await?;
    tracing::info!(table, "dropped {table}");
    Ok(())
}

/// Takes the oldest week, or its oldest lines, where there are more than `most` rows; whether
/// anything went.
async fn shorten(backend: &Backend, log: Log, most: i64) -> Result<bool, Error> {
    let mut tx = backend.begin().await?;
    // As folding: first that, then the rows of `log_weeks`.
    advisory::lock(&mut tx, advisory::COUNTS).await?;
    let Some((week, rows)) = sql::oldest_week(&mut tx, log.table()).await? else {
        return Ok(false);
    };
    let excess = sql::rows(&mut tx, log.table()).await? - most;
    if excess <= 0 {
        return Ok(false);
    }
    if excess >= rows {
        let gone = drop_partition(&mut tx, log, week).await?;
        if gone {
            tx.commit().await?;
        }
        return Ok(gone);
    }
    let wanted = excess.min(BATCH);
    let delete = delete_oldest(log, &partition(log, week));
    let gone = sqlx::query(AssertSqlSafe(delete))
        .bind(wanted)
        .bind(EVIDENCE)
        .execute(&mut *tx)
        .await?;
    let gone = i64::try_from(gone.rows_affected()).unwrap_or(i64::MAX);
    // Fewer than there should be: what was counted is not there.
    let none = gone < wanted;
    sql::fewer_rows(&mut tx, log.table(), week, gone, none).await?;
    tx.commit().await?;
    Ok(true)
}

/// Of addresses that are banned the newest lines stay as evidence. (Wider networks are banned by hand
/// only, and that is why they are.)
fn delete_oldest(log: Log, table: &str) -> String {
    let kept = match log {
        Log::BanEvents => "select $2::bigint",
        Log::Attacks => {
            r#"insert into evidence
                   (node_id, generation, "offset", at, source, kind, extension, number, raw)
               select node_id, generation, "offset", at, source, kind, extension, number, raw
               from (
                   select *, row_number() over (partition by source order by at desc) as newest
                   from due
                   where exists (select from banned b where b.network = due.source::cidr)
               ) held
               where newest <= $2
               on conflict do nothing"#
        }
    };
    format!(
        "with due as materialized (
             select ctid as place, * from {table} order by at limit $1
         ), kept as (
             {kept}
         )
         delete from {table} where ctid = any(array(select place from due))"
    )
}

fn is_busy(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    let code = error.and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| BUSY.contains(&code.as_ref()))
}
