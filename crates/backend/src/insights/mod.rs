//! What an operator should act on: found once a minute by one replica, put aside for a time by hand.
//!
//! Finding reads the newest lines of each of [`SLICES`] parts of its time, so that a flood costs no more than
//! a busy day, and hides what went on before or beside it only in its own part.

mod dismiss;
mod extensions;
mod find;
mod numbers;
mod repeats;
mod sql;
mod still_sending;
mod usual;

use domain::insight::Insight;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::{Backend, Error};

pub use dismiss::{Dismissed, Rest, dismiss, restore};
pub use find::find;

/// Parts of equal length of the time that is looked at.
const SLICES: i32 = 24;
/// Newest lines of each that are looked at.
const LINES: i64 = 5_000;
/// Findings of one kind.
const MOST: usize = 10;

/// A finding that nobody has put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightRow {
    /// What was seen.
    pub insight: Insight,
    /// First.
    pub since: OffsetDateTime,
    /// Last.
    pub seen_at: OffsetDateTime,
}

/// What there is to act on, the gravest first.
///
/// # Errors
/// [`Error::Database`].
pub async fn list(backend: &Backend) -> Result<Vec<InsightRow>, Error> {
    list_in(&backend.pool, backend.clock.now()).await
}

/// As [`list`], on this connection.
pub(crate) async fn list_in(
    conn: impl PgExecutor<'_>,
    now: OffsetDateTime,
) -> Result<Vec<InsightRow>, Error> {
    let mut rows = sql::list(conn, now).await?;
    rows.sort_by_key(|row| (rank(&row.insight), row.since, row.insight.key()));
    Ok(rows)
}

fn rank(insight: &Insight) -> u8 {
    match insight {
        Insight::StillSending { .. } => 0,
        Insight::NumberGotThrough { .. } => 1,
        Insight::GuessedExtension {
            registered: true, ..
        } => 2,
        Insight::UnusualHour { .. } => 3,
        Insight::RepeatNetwork { .. } => 4,
        Insight::RepeatAsn { .. } => 5,
        Insight::GuessedExtension { .. } => 6,
    }
}
