//! The connection to Postgres: the configured one, or a private one in the data folder.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use embedded::postgres::{PostgresError, PrivatePostgres};
use runtime::Shutdown;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgPool};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::Settings;
use crate::connections::connections;

/// Between two tries while Postgres is not there yet.
const RETRY: Duration = Duration::from_secs(1);

/// A database with our schema.
pub(crate) struct Database {
    pub(crate) pool: PgPool,
    private: Option<Kept>,
}

impl Database {
    /// Starts the private one if it is to be used, connects, and brings the schema up to date. Waits
    /// for a configured one as long as it takes, and for one of another console on this machine not
    /// at all; `None` when shutdown came first.
    pub(crate) async fn open(
        settings: &Settings,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Option<Self>> {
        let (url, private) = if let Some(url) = &settings.database.url {
            (url.0.clone(), None)
        } else {
            let folder = settings.data_dir.join("postgres");
            let private = PrivatePostgres::start(&folder).await?;
            tracing::info!("private Postgres started in {}", folder.display());
            (private.url().to_owned(), Some(Kept::keep(private, folder)))
        };
        let options = options(&url)?;
        if !migrate(&options, shutdown).await? {
            return Ok(None);
        }
        Ok(Some(Self {
            pool: connections(settings.database.max_connections, options),
            private,
        }))
    }

    /// For a command beside a running console: its private Postgres is used when it runs.
    pub(crate) async fn beside(settings: &Settings) -> anyhow::Result<Self> {
        let running = match settings.database.url {
            Some(_) => None,
            None => PrivatePostgres::running(&settings.data_dir.join("postgres")),
        };
        if let Some(url) = running {
            return Ok(Self {
                pool: connections(settings.database.max_connections, options(&url)?),
                private: None,
            });
        }
        let database = Self::open(settings, &Shutdown::new()).await?;
        database.context("stopped")
    }

    /// Closes the connections, and stops the private Postgres.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        match self.private {
            Some(private) => private.stop().await,
            None => Ok(()),
        }
    }
}

/// The private Postgres, started again whenever it dies: the connections come back by themselves.
struct Kept {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), PostgresError>>,
}

impl Kept {
    fn keep(postgres: PrivatePostgres, folder: PathBuf) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(keep(postgres, folder, stopped));
        Self { stop, task }
    }

    async fn stop(self) -> anyhow::Result<()> {
        // A task that is gone has nothing left to stop.
        let _ = self.stop.send(());
        Ok(self.task.await??)
    }
}

async fn keep(
    postgres: PrivatePostgres,
    folder: PathBuf,
    mut stopped: oneshot::Receiver<()>,
) -> Result<(), PostgresError> {
    let mut running = Some(postgres);
    loop {
        tokio::select! {
            // Also when the sender is dropped: the console ends.
            _ = &mut stopped => break,
            () = tokio::time::sleep(RETRY) => {}
        }
        if let Some(postgres) = &mut running {
            if !postgres.has_ended() {
                continue;
            }
            tracing::error!("the private Postgres has died; starting it again");
            running = None;
        }
        match PrivatePostgres::start(&folder).await {
            Ok(postgres) => running = Some(postgres),
            Err(error) => tracing::error!("the private Postgres does not start: {error}"),
        }
    }
    match running {
        Some(postgres) => postgres.stop().await,
        None => Ok(()),
    }
}

fn options(url: &str) -> anyhow::Result<PgConnectOptions> {
    // The parser's error is not kept: it could quote the password.
    let options = PgConnectOptions::from_str(url)
        .ok()
        .context("the database's URL is not of the form postgres://user:password@host/database")?;
    Ok(options
        .application_name("callwarden")
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(1)))
}

/// True when the schema is up to date, false when shutdown came first.
async fn migrate(options: &PgConnectOptions, shutdown: &Shutdown) -> anyhow::Result<bool> {
    let away =
        |error: &MigrateError| matches!(error, MigrateError::Execute(error) if is_away(error));
    let done = once_there(shutdown, async || try_migrate(options).await, away).await;
    Ok(done
        .context("the schema cannot be brought up to date")?
        .is_some())
}

/// Does it as soon as the database is there; `None` when shutdown came first.
pub(crate) async fn once_there<T, E: std::fmt::Display>(
    shutdown: &Shutdown,
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
    is_away: impl Fn(&E) -> bool,
) -> Result<Option<T>, E> {
    let mut told = false;
    loop {
        let error = match attempt().await {
            Ok(done) => return Ok(Some(done)),
            Err(error) if is_away(&error) => error,
            Err(error) => return Err(error),
        };
        if !told {
            tracing::warn!("waiting for the database: {error}");
            told = true;
        }
        tokio::select! {
            () = shutdown.stopping() => return Ok(None),
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

async fn try_migrate(options: &PgConnectOptions) -> Result<(), MigrateError> {
    let mut connection = options.connect().await?;
    backend::MIGRATOR.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Could it be there in a moment?
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
        // Starting up, shutting down, crashing, too many connections, read-only.
        sqlx::Error::Database(error) => {
            let code = error.code();
            matches!(
                code.as_deref(),
                Some("57P03" | "57P01" | "57P02" | "53300" | "25006")
            )
        }
        _ => false,
    }
}
