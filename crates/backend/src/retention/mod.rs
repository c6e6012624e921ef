//! How much of the logs and of their counts is kept. What is too old goes by the week, what is too much
//! from the oldest end; whatever is banned keeps the lines that say why.

mod counts;
mod removed;
mod settings;
mod sql;
mod stored;
mod weeks;

use std::time::Duration;

use tokio::time::Instant;

use crate::counts::{fold, roll};
use crate::{Backend, Error};

pub(crate) use removed::forget_node;
pub use settings::{CHOOSABLE_ROWS, Limits, LimitsForm, MOST_DAYS, set_settings, settings};
pub use stored::{Loss, Stored, StoredCounts, StoredLog, loss, stored};

/// A round ends after this: the job's lock is lost when it is held idle for longer than 15 s.
const ROUND: Duration = Duration::from_secs(8);
/// … and rolling up, folding and taking removed nodes out, before it after this each.
const FOLDING: Duration = Duration::from_secs(2);
/// Newest lines that stay for each held ban: as many as lead to one by fail2ban's default.
const EVIDENCE: i64 = 5;
/// Rows of `log_gaps`: few, unless a node is broken or hostile.
const GAPS: i64 = 100_000;

/// Deletes what is too old or too much. What is left after a few seconds waits for the next round.
pub async fn sweep(backend: &Backend) -> Result<(), Error> {
    let limits = settings(backend).await?;
    let now = backend.clock.now();
    // What cannot be rolled up is said in the end: nothing else may grow for that.
    let rolled = roll_up(backend, Instant::now() + FOLDING).await;
    // The weeks' rows and the counters are as they are folded; under load there is always something new.
    let end = Instant::now() + FOLDING;
    while Instant::now() < end && fold(backend, true).await? > Some(0) {}
    let end = Instant::now() + FOLDING;
    removed::sweep(backend, now, end).await?;
    let end = Instant::now() + ROUND;
    weeks::sweep(backend, limits, now, end).await?;
    sql::sweep_gaps(&backend.pool, GAPS, now - limits.age()).await?;
    counts::sweep(backend, limits, now, end).await?;
    rolled
}

async fn roll_up(backend: &Backend, end: Instant) -> Result<(), Error> {
    while Instant::now() < end && roll(backend).await? {}
    Ok(())
}

/// Deletes lines that were kept for bans that have ended, or for which newer ones are kept.
pub async fn forget(backend: &Backend) -> Result<(), Error> {
    Ok(sql::trim_evidence(&backend.pool, EVIDENCE).await?)
}
