//! From `pending_counts` into the counters.

use std::time::Duration;

use runtime::Shutdown;

use super::{roll, sql};
use crate::{Backend, Error, advisory};

/// Reports wait for each other to be folded together: a key that comes again is written once.
const GATHER: Duration = Duration::from_secs(1);
/// … as long as no more lines than this are pending: readers have them to add.
const ENOUGH: i64 = 50_000;
/// Lines that may be pending. Past that a report waits until some are folded, so that readers never
/// have more to add; its worker keeps the rest in its spool.
const MOST: i64 = 200_000;

/// Folds soon after each report of this replica, until shutdown.
pub(crate) async fn run(backend: Backend, shutdown: Shutdown) {
    // On the first day there is nothing to roll up, and all that is older than today has no minutes.
    let mut failing = roll(&backend).await.is_err();
    loop {
        let folded = fold(&backend, false).await;
        if let Err(error) = &folded
            && !failing
        {
            tracing::warn!("folding counts failed: {error}");
        }
        failing = folded.is_err();
        let pause = async {
            // `None`, an error: another replica is at it, or Postgres is away.
            match folded {
                Ok(Some(sql::ROWS..)) => return,
                Ok(Some(0)) => backend.folding.notified().await,
                _ => {}
            }
            if !matches!(sql::pending_lines(&backend.pool).await, Ok(ENOUGH..)) {
                tokio::time::sleep(GATHER).await;
            }
        };
        tokio::select! {
            () = shutdown.stopping() => return,
            () = pause => {}
        }
    }
}

/// Moves some of what is pending; how many rows, `None` where somebody else is at it. Once at a time
/// over all replicas; `wait` for one's turn.
pub(crate) async fn fold(backend: &Backend, wait: bool) -> Result<Option<i64>, Error> {
    let mut tx = super::begin(&backend.pool).await?;
    if wait {
        advisory::lock(&mut tx, advisory::COUNTS).await?;
    } else if !advisory::try_lock(&mut tx, advisory::COUNTS).await? {
        return Ok(None);
    }
    let now = backend.clock.now();
    let rows = sql::fold_some(&mut tx, None, now).await?;
    tx.commit().await?;
    if rows > 0 {
        backend.folded.notify_one();
    }
    Ok(Some(rows))
}

/// Waits until not too much is pending. One report of this replica at a time looks, so that the others wait
/// without a connection that pages need.
pub(crate) async fn make_room(backend: &Backend) -> Result<(), Error> {
    let _turn = backend.room.lock().await;
    while sql::pending_lines(&backend.pool).await? > MOST {
        fold(backend, true).await?;
    }
    Ok(())
}
