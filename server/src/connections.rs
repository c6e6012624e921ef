//! The connections to Postgres that all of a console share.

use std::time::Duration;

use backend::Error;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool};
use tokio::sync::watch;
use tokio::time::Instant;

/// How long a request waits for a connection.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(2);
/// Each job holds one for its lock while it waits for another to work on.
const LEAST_CONNECTIONS: u32 = 8;
/// A connection idle for longer is tried before it is used.
const TRUSTED: Duration = Duration::from_secs(1);

/// Connections as [`backend::CONNECTION`] says. They are made when they are needed.
pub fn connections(most: u32, options: PgConnectOptions) -> PgPool {
    // When the newest one was made. It may stand for one that was cut, and what cuts one (a failover) cuts
    // all: those that nobody has used since are tried too.
    let newest = watch::Sender::new(Instant::now());
    let made = newest.clone();
    PgPoolOptions::new()
        .max_connections(most.max(LEAST_CONNECTIONS))
        .acquire_timeout(ACQUIRE_LIMIT)
        // One that was in use a moment ago is asked nothing: that would double the cost of a query.
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            made.send_replace(Instant::now());
            Box::pin(std::future::ready(Ok(())))
        })
        .before_acquire(move |connection, known| {
            let trusted = newest.borrow().elapsed().min(TRUSTED);
            Box::pin(async move {
                if known.idle_for > trusted {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options.options(backend::CONNECTION))
}

/// Asks again where a connection turns out to have been cut while nobody used it, as often as there are
/// connections. For questions only: what would change something may have done so. Whoever has an answer has it
/// by a connection that is whole, and [`connections`] tries all others then; so this is for the first question
/// of a request.
///
/// # Errors
/// Those of the question.
pub(crate) async fn ask<T, F: Future<Output = Result<T, Error>>>(
    pool: &PgPool,
    question: impl Fn() -> F,
) -> Result<T, Error> {
    for _ in 0..pool.size() {
        match question().await {
            Err(Error::Database(error)) if is_cut(&error) => {}
            answer => return answer,
        }
    }
    question().await
}

/// Ended by Postgres, or gone with it.
fn is_cut(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // An administrator ended it, or another one crashed and all with it.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("57P01" | "57P02")),
        _ => false,
    }
}
