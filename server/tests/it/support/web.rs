//! The whole console, pages included, like the real one but for its database and its port.

use std::net::{Ipv4Addr, SocketAddr};

use backend::geo::Geo;
use backend::{Actor, Backend, accounts, nodes};
use domain::ids::NodeId;
use domain::role::Role;
use domain::wire::{Enrol, VERSION};
use runtime::{Clock, Shutdown};
use server::config::Settings;
use sqlx::PgPool;
use tokio::net::TcpListener;

use super::{Browser, key};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// Stops when dropped.
pub struct WebConsole {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// The same backend that the console uses.
    pub backend: Backend,
    shutdown: Shutdown,
}

impl Drop for WebConsole {
    fn drop(&mut self) {
        self.shutdown.stop();
    }
}

/// Somebody who may do everything, for what a test prepares without the browser.
pub fn admin() -> Actor {
    Actor {
        user: None,
        name: "test".into(),
        role: Role::Admin,
        address: None,
    }
}

impl WebConsole {
    pub async fn start(pool: &PgPool) -> Self {
        Self::start_with(pool, |_| {}).await
    }

    /// With other settings.
    pub async fn start_with(pool: &PgPool, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let mut settings = Settings::default();
        settings.http.listen = listener.local_addr().unwrap();
        change(&mut settings);
        // A pool of its own, as another replica has.
        let options = pool.connect_options().as_ref().clone();
        let pool = server::connections(10, options);
        let geo = Geo::in_folder(settings.geo.folder.clone());
        let backend = Backend::new(pool, Clock::system())
            .with_sealer(key())
            .with_geo(geo)
            .with_alerts(settings.alerts());
        backend.geo().look(&backend.clock).await;
        let shutdown = Shutdown::new();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let running = server::answer(settings, backend.clone(), listener, shutdown.clone());
        tokio::spawn(async move { running.await.unwrap() });
        Self {
            url,
            backend,
            shutdown,
        }
    }

    /// `127.0.0.1:port`
    pub fn address(&self) -> SocketAddr {
        self.url.trim_start_matches("http://").parse().unwrap()
    }

    /// Somebody unknown.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// Adds a user with [`PASSWORD`].
    pub async fn add_user(&self, name: &str, role: Role) -> accounts::User {
        accounts::create_user(&self.backend, &admin(), name, PASSWORD, role)
            .await
            .unwrap()
    }

    /// A browser that has signed in as a new user, named as its role.
    pub async fn signed_in(&self, role: Role) -> Browser {
        self.add_user(role.as_str(), role).await;
        let browser = self.browser();
        browser.sign_in(role.as_str()).await;
        browser
    }

    /// A node that is enrolled, and its worker's token.
    pub async fn enrolled(&self, name: &str) -> (NodeId, String) {
        let code = nodes::add(&self.backend, &admin(), name).await.unwrap();
        let peer = "192.0.2.10".parse().unwrap();
        let asked = Enrol {
            version: VERSION,
            code: code.code,
            host_name: "host".to_owned(),
            worker_version: "1".to_owned(),
            event_socket: None,
        };
        let enrolled = nodes::enrol(&self.backend, &asked, peer).await;
        (code.node, enrolled.unwrap().token)
    }

    /// Actions of the audit log, newest first.
    pub async fn audit(&self) -> Vec<String> {
        let rows = backend::audit::list(&self.backend, None, 100)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.action).collect()
    }
}
