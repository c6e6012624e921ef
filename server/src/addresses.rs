//! Where the console itself can be reached: banning that would cut every node off from it.

use std::time::Duration;

use domain::net::Network;
use tokio::net::{TcpListener, lookup_host};

use crate::config::Settings;

/// The resolver may be slow at boot; the start does not hang on it.
const LOOKUP: Duration = Duration::from_secs(2);

/// The address it listens on (every one of this host for a wildcard) and those behind
/// `http.public_url`, as far as they can be told.
pub(crate) async fn of_console(settings: &Settings, listener: &TcpListener) -> Vec<Network> {
    let mut addresses = Vec::new();
    match listener.local_addr().map(|listen| listen.ip()) {
        Ok(any) if any.is_unspecified() => addresses.extend(runtime::host::addresses()),
        Ok(listen) => addresses.push(listen),
        Err(error) => tracing::warn!("the listen address cannot be told: {error}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn guarded(listen: &str, public_url: Option<&str>) -> Vec<String> {
        let mut settings = Settings::default();
        settings.http.public_url = public_url.map(ToOwned::to_owned);
        let listener = TcpListener::bind((listen, 0)).await.unwrap();
        let addresses = of_console(&settings, &listener).await;
        addresses.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn listen_address_and_public_url_are_guarded() {
        assert_eq!(guarded("127.0.0.1", None).await, ["127.0.0.1"]);
        assert_eq!(
            guarded("127.0.0.1", Some("https://192.0.2.80:8443")).await,
            ["127.0.0.1", "192.0.2.80"]
        );
        let own = runtime::host::addresses();
        let mut own: Vec<_> = own
            .into_iter()
            .map(|own| Network::host(own).to_string())
            .collect();
        let mut any = guarded("0.0.0.0", None).await;
        any.sort_unstable();
        own.sort_unstable();
        assert_eq!(any, own);
    }
}
