use std::net::SocketAddr;

use backend::bans::{self, BanPage, BanQuery};
use backend::nodes;
use backend::orders::OrderRow;
use backend::seal::Sealer;
use backend::{Actor, Backend};
use domain::ids::NodeId;
use domain::role::Role;
use runtime::{Clock, Shutdown};
use sqlx::PgPool;
use time::OffsetDateTime;

use super::TestWorker;

/// Where every test's clock starts.
pub const NOW: OffsetDateTime = time::macros::datetime!(2026-11-22 12:00 UTC);

/// All consoles of a test have one key, as replicas do: whichever holds a switch's link can open it.
pub fn key() -> Sealer {
    Sealer::new(&[7; 32])
}

/// A console of its own: router on port 0, jobs running, a clock that only the test moves.
pub struct TestConsole {
    pub backend: Backend,
    pub url: String,
    pub http: reqwest::Client,
    shutdown: Shutdown,
}

impl Drop for TestConsole {
    fn drop(&mut self) {
        self.shutdown.stop();
    }
}

impl TestConsole {
    pub async fn start(pool: &PgPool) -> Self {
        Self::with(pool, |backend| backend).await
    }

    /// With a pool of its own, as another replica has; `change` alters the backend first.
    pub async fn with(pool: &PgPool, change: impl FnOnce(Backend) -> Backend) -> Self {
        let options = pool.connect_options().as_ref().clone();
        let pool = server::connections(8, options);
        let backend = change(Backend::new(pool, Clock::fixed(NOW)).with_sealer(key()));
        let shutdown = Shutdown::new();
        backend::jobs::spawn_all(&backend, &shutdown);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = server::node_api::router(backend.clone(), shutdown.clone());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let stop = shutdown.clone();
        tokio::spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(async move { stop.stopping().await })
                .await
                .unwrap();
        });
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            backend,
            url,
            http: reqwest::Client::new(),
            shutdown,
        }
    }

    /// Adds a node and enrols a worker for it.
    pub async fn node(&self, name: &str) -> TestWorker {
        let code = nodes::add(&self.backend, &actor(Role::Admin), name)
            .await
            .unwrap();
        TestWorker::enrol(self, code.node, &code.code)
            .await
            .unwrap()
    }

    pub async fn bans(&self) -> BanPage {
        let query = BanQuery {
            limit: 100,
            ..BanQuery::default()
        };
        bans::list(&self.backend, &query).await.unwrap()
    }

    pub async fn orders_of(&self, node: NodeId) -> Vec<OrderRow> {
        backend::orders::of_node(&self.backend, node, 500)
            .await
            .unwrap()
    }

    /// How often the audit log has this action on this object.
    pub async fn audited(&self, action: &str, object: &str) -> usize {
        let rows = backend::audit::list(&self.backend, None, 500)
            .await
            .unwrap();
        rows.iter()
            .filter(|row| row.action == action && row.object == object)
            .count()
    }

    /// Rows of a table.
    pub async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("select count(*) from {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&self.backend.pool)
            .await
            .unwrap()
    }
}

/// Somebody of this role.
pub fn actor(role: Role) -> Actor {
    let address = Some("203.0.113.250".parse().unwrap());
    Actor {
        user: None,
        name: format!("test {}", role.as_str()),
        role,
        address,
    }
}
