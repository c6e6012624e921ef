//! Where the console itself can be reached: banning that would cut every node off from it.

use std::time::Duration;

use domain::net::Network;
use tokio::net::{TcpListener, lookup_host};

use crate::config::Settings;

/// The resolver may be slow at boot; the start does not hang on it.
const LOOKUP: Duration = Duration::from_secs(2);

/// The address it listens on and those behind `http.public_url`, as far as they can be told.
/// A wildcard listen address names no host and is left out.
pub(crate) async fn of_console(settings: &Settings, listener: &TcpListener) -> Vec<Network> {
    let mut addresses = Vec::new();
    if let Ok(listen) = listener.local_addr()
        && !listen.ip().is_unspecified()
    {
        addresses.push(listen.ip());
    }
    if let Some(host) = settings.http.public_host() {
        let found = tokio::time::timeout(LOOKUP, lookup_host((host.as_str(), 443))).await;
        if let Ok(Ok(found)) = found {
            addresses.extend(found.map(|found| found.ip()));
        } else {
            tracing::warn!("{host} of http.public_url has no address yet; it is not guarded");
        }
    }
    let mut addresses: Vec<_> = addresses.into_iter().map(Network::host).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
