//! Where the console itself can be reached: banning that would cut every node off from it.

use std::net::IpAddr;
use std::time::Duration;

use backend::Backend;
use domain::net::Network;
use runtime::Shutdown;
use tokio::net::{TcpListener, lookup_host};

use crate::config::Settings;

/// The resolver may be slow at boot; the start does not hang on it.
const LOOKUP: Duration = Duration::from_secs(2);

/// How often the name is looked up again: it may have had no address yet, or another one.
const AGAIN: Duration = Duration::from_mins(1);

/// The address it listens on (every one of this host for a wildcard) and those behind
/// `http.public_url`, as far as they can be told.
#[derive(Debug)]
pub(crate) struct Addresses {
    listen: Option<IpAddr>,
    public_host: Option<String>,
    /// The last good answer of the resolver.
    public: Vec<IpAddr>,
    warned: bool,
}

impl Addresses {
    pub(crate) fn new(settings: &Settings, listener: &TcpListener) -> Self {
        let listen = listener.local_addr().map(|listen| listen.ip());
        if let Err(error) = &listen {
            tracing::warn!("the listen address cannot be told: {error}");
        }
        Self {
            listen: listen.ok(),
            public_host: settings.http.public_host(),
            public: Vec::new(),
            warned: false,
        }
    }

    /// Looks the name up; what was known stays where there is no answer.
    pub(crate) async fn look(&mut self) -> Vec<Network> {
        let mut addresses = match self.listen {
            Some(any) if any.is_unspecified() => runtime::host::addresses(),
            listen => listen.into_iter().collect(),
        };
        if let Some(host) = &self.public_host {
            let found = tokio::time::timeout(LOOKUP, lookup_host((host.as_str(), 443))).await;
            if let Ok(Ok(found)) = found {
                self.public = found.map(|found| found.ip()).collect();
                self.warned = false;
            } else if self.public.is_empty() && !std::mem::replace(&mut self.warned, true) {
                tracing::warn!("{host} of http.public_url has no address yet; it is not guarded");
            }
        }
        addresses.extend(&self.public);
        let mut addresses: Vec<_> = addresses.into_iter().map(Network::host).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// Keeps the guard up to date until stopped.
    pub(crate) async fn follow(mut self, backend: Backend, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = shutdown.stopping() => return,
            }
            backend.set_console_addresses(self.look().await);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn guarded(listen: &str, public_url: Option<&str>) -> Vec<String> {
        let mut settings = Settings::default();
        settings.http.public_url = public_url.map(ToOwned::to_owned);
        let listener = TcpListener::bind((listen, 0)).await.unwrap();
        let addresses = Addresses::new(&settings, &listener).look().await;
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

    #[tokio::test]
    async fn an_address_that_comes_later_is_guarded_and_stays() {
        // Longer than a label may be: no resolver is asked.
        let nowhere = || Some("x".repeat(80));
        let mut addresses = Addresses {
            listen: None,
            public_host: nowhere(),
            public: Vec::new(),
            warned: false,
        };
        assert!(addresses.look().await.is_empty());
        addresses.public_host = Some("192.0.2.80".to_owned());
        let known = addresses.look().await;
        assert_eq!(known, [Network::host([192, 0, 2, 80].into())]);
        addresses.public_host = nowhere();
        assert_eq!(addresses.look().await, known);
    }
}
