//! Hours out of minutes, and days out of hours, when they are over: keys that attackers choose freely are
//! moved once for each minute, not for all three.

use domain::attack::window::floor;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::sql;

/// What a worker sends within a minute is not late.
const GRACE: Duration = Duration::MINUTE;

/// Rolls up whatever is over. [`advisory::COUNTS`](crate::advisory::COUNTS) is held.
pub(super) async fn roll(conn: &mut PgConnection, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let rolled = sql::rolled(conn).await?;
    let hours = floor(now - GRACE, Duration::HOUR).max(rolled.hours);
    let days = floor(now - GRACE, Duration::DAY).max(rolled.days);
    if hours == rolled.hours {
        return Ok(());
    }
    // A flood may have a million keys in it.
    sqlx::query!("set local statement_timeout = '60s'")
        .execute(&mut *conn)
        .await?;
    sql::roll_up(conn, 0, "hour", rolled.hours, hours).await?;
    sql::roll_up(conn, 1, "day", rolled.days, days).await?;
    sql::set_rolled(conn, hours, days).await
}
