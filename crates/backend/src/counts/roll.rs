//! Hours out of minutes, and days out of hours, when they are over: keys that attackers choose freely are
//! moved once for each minute, not for all three.

use domain::attack::window::floor;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::sql::{self, Rolled};
use crate::{Backend, Error, advisory};

/// What a worker sends within a minute is not late.
const GRACE: Duration = Duration::MINUTE;

/// Rolls up the oldest hour or day that is over; false: there is none (any more). By itself: one that
/// cannot be rolled up (a flood for which the time does not suffice) must not hold up folding, without which
/// no report is taken.
pub(crate) async fn roll(backend: &Backend) -> Result<bool, Error> {
    let mut tx = super::begin(&backend.pool).await?;
    advisory::lock(&mut tx, advisory::COUNTS).await?;
    let rolled = next(&mut tx, backend.clock.now()).await?;
    tx.commit().await?;
    Ok(rolled)
}

async fn next(conn: &mut PgConnection, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let Rolled { hours, days } = sql::rolled(conn).await?;
    if let Some(to) = step(conn, 0, Duration::HOUR, hours, now - GRACE).await? {
        sql::set_rolled(conn, Rolled { hours: to, days }).await?;
        return Ok(true);
    }
    // Of hours that are made.
    let Some(to) = step(conn, 1, Duration::DAY, days, hours).await? else {
        return Ok(false);
    };
    sql::set_rolled(conn, Rolled { hours, days: to }).await?;
    Ok(true)
}

/// Makes the next bucket of that length, if it ended before `until`; until when there are some now.
async fn step(
    conn: &mut PgConnection,
    level: i16,
    length: Duration,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    let end = floor(until, length);
    if end <= from {
        return Ok(None);
    }
    // Where nothing happened there is nothing to make.
    let first = match sql::first_bucket(conn, level, from).await? {
        Some(first) if first < end => floor(first, length),
        _ => return Ok(Some(end)),
    };
    // A flood may have a million keys in it.
    sqlx::query!("set local statement_timeout = '60s'")
        .execute(&mut *conn)
        .await?;
    for facet in sql::FACETS {
        sql::roll_up(conn, level, facet, first, length).await?;
    }
    Ok(Some(first + length))
}
