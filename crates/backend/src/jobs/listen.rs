//! Wakes the streams of this process when any replica has changed something.

use std::time::Duration;

use runtime::Shutdown;
use sqlx::postgres::PgListener;

use crate::changes::{self, Cursor, Wake};
use crate::{Backend, Error};

/// How often the table is read without having been woken: what a lost notification may cost.
const FALLBACK: Duration = Duration::from_secs(1);
/// Between two tries to listen again; doubles up to [`BACK_OFF_MAX`].
const BACK_OFF_MIN: Duration = Duration::from_millis(100);
const BACK_OFF_MAX: Duration = Duration::from_secs(5);

/// Listens until shutdown, however often Postgres goes away.
pub(super) async fn run(backend: Backend, shutdown: Shutdown) {
    let mut back_off = BACK_OFF_MIN;
    let mut told = false;
    while !shutdown.is_stopping() {
        let listened = tokio::select! {
            () = shutdown.stopping() => return,
            ended = listen(&backend, &mut back_off) => ended,
        };
        if let Err(error) = listened {
            if !told {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(source, "not listening for changes: {error}");
            }
            told = true;
        }
        if back_off == BACK_OFF_MIN {
            told = false;
        }
        tokio::select! {
            () = shutdown.stopping() => return,
            () = tokio::time::sleep(back_off) => {}
        }
        back_off = (back_off * 2).min(BACK_OFF_MAX);
    }
}

/// Until the connection breaks.
async fn listen(backend: &Backend, back_off: &mut Duration) -> Result<(), Error> {
    let mut listener = PgListener::connect_with(&backend.pool).await?;
    // It tells when the connection is lost, since notifications are lost with it.
    listener.eager_reconnect(false);
    listener.listen("changes").await?;
    let mut cursor = changes::head(backend).await?;
    *back_off = BACK_OFF_MIN;
    // Whatever happened while nobody listened.
    backend.changes().wake(Wake::EVERYTHING);
    let mut fallback = tokio::time::interval(FALLBACK);
    loop {
        tokio::select! {
            notification = listener.try_recv() => match notification? {
                Some(notification) => {
                    backend.changes().wake(Wake::from_payload(notification.payload()));
                }
                None => return Ok(()),
            },
            _ = fallback.tick() => cursor = look(backend, cursor).await?,
        }
    }
}

/// Wakes for what the table says: where notifications do not arrive (some connection poolers
/// swallow them), everything still does, a second later.
async fn look(backend: &Backend, cursor: Cursor) -> Result<Cursor, Error> {
    let since = changes::lately(backend, cursor).await?;
    if since.everything {
        backend.changes().wake(Wake::EVERYTHING);
    }
    for change in since.changes {
        backend.changes().wake(Wake {
            topic: Some(change.topic),
            node: change.node,
        });
    }
    Ok(since.cursor)
}
