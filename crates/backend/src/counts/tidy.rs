//! Makes `pending_counts` small again.

use std::time::Duration;

use runtime::Shutdown;

use super::sql;
use crate::Backend;

/// What was folded is a dead row until a vacuum, and every panel steps over it. Autovacuum looks once a minute;
/// at 5,000 lines a second that is 20,000 rows.
const EVERY: Duration = Duration::from_secs(5);

/// Vacuums soon after rows were folded, again where something stayed, until shutdown.
pub(crate) async fn run(backend: Backend, shutdown: Shutdown) {
    loop {
        let folded = async {
            backend.folded.notified().await;
            match sql::vacuum(&backend.pool).await {
                Ok(true) => {}
                Ok(false) => backend.folded.notify_one(),
                Err(error) => tracing::debug!("pending_counts is not vacuumed: {error}"),
            }
            tokio::time::sleep(EVERY).await;
        };
        tokio::select! {
            () = shutdown.stopping() => return,
            () = folded => {}
        }
    }
}
