//! Counts: minutes and hours for as long as some window needs them, days as long as lines are kept. What
//! attackers choose freely (addresses, extensions) is capped besides.

use domain::attack::window::{HOURS_KEPT, HOURS_OF_KINDS_KEPT, LONGEST, MINUTES_KEPT};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::{Limits, sql};
use crate::{Backend, Error, advisory, counts};

/// Keys that one statement deletes, or one bucket.
const BATCH: i64 = 20_000;

pub(super) async fn sweep(
    backend: &Backend,
    limits: Limits,
    now: OffsetDateTime,
    end: Instant,
) -> Result<(), Error> {
    let days = limits.age().max(LONGEST);
    for (level, age) in [(0, MINUTES_KEPT), (1, HOURS_OF_KINDS_KEPT), (2, days)] {
        sql::sweep_events(&backend.pool, level, now - age).await?;
    }
    let most = i64::from(limits.attack_rows.get());
    while Instant::now() < end {
        let mut tx = counts::begin(&backend.pool).await?;
        advisory::lock(&mut tx, advisory::COUNTS).await?;
        // What is not rolled up yet stays, however much it is.
        let [hours, days] = sql::rolled(&mut tx).await?;
        let most_of = [hours, days, now];
        let before = [
            hours.min(now - MINUTES_KEPT),
            days.min(now - HOURS_KEPT),
            now - limits.age(),
        ];
        let mut swept = false;
        for due in sql::due(&mut tx, before, most).await? {
            let level = usize::try_from(due.level).unwrap_or_default();
            let before = if due.full { most_of } else { before }[level];
            swept |= sql::sweep_buckets(&mut tx, due.level, due.facet, before, BATCH).await?;
        }
        tx.commit().await?;
        if !swept {
            break;
        }
    }
    Ok(())
}
