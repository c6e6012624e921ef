//! How much of the logs is kept: of each table that grows with them so many days and so many rows;
//! the oldest go first, in small batches. What is banned keeps the lines that say why.

mod sql;

use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;

use serde::Deserialize;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{Backend, Error};

/// Rows that one statement looks at.
const BATCH: i64 = 5_000;
/// A round ends after this: the job's lock is lost when it is held idle for longer than 15 s.
const ROUND: Duration = Duration::from_secs(8);
/// Newest lines that stay for each held ban: as many as lead to one by fail2ban's default.
const EVIDENCE: i64 = 5;
/// Rows of `log_gaps`: few, unless a node is broken or hostile.
const GAPS: i64 = 100_000;

/// What is kept; what comes first counts. In the settings it is `[retention]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Older lines go. (A line that arrives late goes when those before it do.)
    pub days: NonZeroU16,
    /// Most rows of `attacks`, besides five for each held ban.
    pub attack_rows: NonZeroU32,
    /// Most rows of `ban_events`.
    pub ban_event_rows: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let rows = |rows| NonZeroU32::new(rows).unwrap_or(NonZeroU32::MAX);
        Self {
            days: NonZeroU16::new(90).unwrap_or(NonZeroU16::MAX),
            attack_rows: rows(2_000_000),
            ban_event_rows: rows(500_000),
        }
    }
}

/// What a statement is to look at.
#[derive(Clone, Copy, Debug)]
struct Batch {
    /// Rows that arrived after this one, the oldest first.
    from: i64,
    /// Rows up to here are too many.
    rows: i64,
    /// Rows from before are too old.
    before: OffsetDateTime,
}

/// What it found to do.
#[derive(Clone, Copy, Debug)]
struct Swept {
    due: i64,
    last: Option<i64>,
}

/// Deletes what is too old or too many. What is left after a few seconds waits for the next round.
pub async fn sweep(backend: &Backend) -> Result<(), Error> {
    let Limits {
        days,
        attack_rows,
        ban_event_rows,
    } = backend.retention;
    let before = backend.clock.now() - time::Duration::days(days.get().into());
    let first = |newest: i64, most: i64| Batch {
        from: 0,
        rows: newest - most,
        before,
    };
    let pool = &backend.pool;
    let end = Instant::now() + ROUND;

    let mut batch = first(sql::last_attack(pool).await?, attack_rows.get().into());
    while let Some(from) = next(sql::sweep_attacks(pool, batch).await?, end) {
        batch.from = from;
    }
    let mut batch = first(
        sql::last_ban_event(pool).await?,
        ban_event_rows.get().into(),
    );
    while let Some(from) = next(sql::sweep_ban_events(pool, batch).await?, end) {
        batch.from = from;
    }
    sql::sweep_gaps(pool, first(sql::last_gap(pool).await?, GAPS)).await?;
    // One row a minute, node and kind: bounded by the time alone.
    while sql::sweep_minutes(pool, before).await? == BATCH && Instant::now() < end {}
    Ok(())
}

/// Deletes lines that were kept for bans that have ended, or for which newer ones are kept.
pub async fn forget(backend: &Backend) -> Result<(), Error> {
    Ok(sql::delete_evidence(&backend.pool).await?)
}

/// Where the next batch begins; `None` when this one was the last.
fn next(swept: Swept, end: Instant) -> Option<i64> {
    (swept.due == BATCH && Instant::now() < end)
        .then_some(swept.last)
        .flatten()
}
