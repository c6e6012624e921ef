//! The console process: HTTP in front of `backend`.

mod addresses;
mod attacks_csv;
mod away;
pub mod check;
pub mod commands;
pub mod config;
mod connections;
mod database;
mod error;
mod gate;
mod headers;
mod live;
pub mod node_api;
mod origin;
mod peer;
mod router;
mod secret_key;
mod serve;
pub mod session;
mod site;
mod state;

use std::time::Duration;

use addresses::Addresses;
use backend::geo::Geo;
use backend::{Backend, accounts, jobs};
use runtime::{Clock, Shutdown};
use tokio::net::TcpListener;

use config::{ConfigError, Settings};
use database::Database;

pub use connections::connections;
pub use router::router;
pub use state::AppState;

/// What jobs get to end at shutdown, after the last request.
const FAREWELL: Duration = Duration::from_secs(10);

/// Runs the console until `shutdown`: its database, its jobs, and HTTP on `listener`.
///
/// # Errors
/// When the private Postgres does not start or the schema does not fit. A configured Postgres that
/// is away is waited for.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    clock: Clock,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let Some(database) = Database::open(&settings, &shutdown).await? else {
        return Ok(());
    };
    let key = secret_key::load(&settings)?;
    let mut addresses = Addresses::new(&settings, &listener);
    let backend = Backend::new(database.pool.clone(), clock)
        .with_retention(settings.retention)
        .with_geo(Geo::in_folder(settings.geo.folder.clone()))
        .with_alerts(settings.alerts())
        .with_sealer(key);
    if !secret_key::agree(&backend, &shutdown).await? {
        return database.close().await;
    }
    // Before the first line arrives, which would be stored without a country.
    backend.geo().look(&backend.clock).await;
    backend.set_console_addresses(addresses.look().await);
    let follow = addresses.follow(backend.clone(), shutdown.clone());
    shutdown.spawn("addresses of the console", follow);
    announce(&backend, &settings, &listener).await;
    answer(settings, backend, listener, shutdown).await?;
    database.close().await
}

/// The part of [`run`] that needs a database whose schema is up to date: jobs, and HTTP.
///
/// # Errors
/// When the settings cannot be used.
pub async fn answer(
    settings: Settings,
    backend: Backend,
    listener: TcpListener,
    shutdown: Shutdown,
) -> Result<(), ConfigError> {
    let state = AppState::new(settings, backend.clone(), shutdown.clone())?;
    jobs::spawn_all(&backend, &shutdown);
    serve::serve(listener, router(state), &shutdown).await;
    if !shutdown.finished(FAREWELL).await {
        tracing::warn!("some jobs did not end; they are cut off");
    }
    Ok(())
}

/// Says where to go, and on first use with which token.
async fn announce(backend: &Backend, settings: &Settings, listener: &TcpListener) {
    let listen = listener.local_addr().unwrap_or(settings.http.listen);
    let url = settings
        .http
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{listen}"));
    tracing::info!("the console answers at {url}");
    match accounts::issue_setup_token(backend).await {
        Ok(None) => {}
        Ok(Some(token)) => commands::print_setup_token(&url, &token),
        Err(error) => tracing::warn!("no setup token: {error}; make one: callwarden setup-token"),
    }
}
