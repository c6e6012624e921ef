//! What the console does, without HTTP and HTML: one folder per feature, each with its use cases
//! (`actions.rs`) and its SQL (`sql.rs`).
//!
//! A use case takes [`Backend`] and, where it changes something, the [`Actor`] who asks; it opens
//! the transaction, checks, writes the change, its audit row and its [`changes`] row, and commits.

pub mod accounts;
pub mod addresses;
mod advisory;
pub mod alerts;
pub mod attacks;
pub mod audit;
pub mod bans;
pub mod changes;
pub mod config;
mod counts;
mod error;
pub mod geo;
pub mod ingest;
pub mod insights;
pub mod jobs;
pub mod links;
pub mod nodes;
pub mod orders;
pub mod overview;
pub mod retention;
pub mod seal;
pub mod secrets;
mod transactions;
pub mod whitelist;

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use domain::ids::UserId;
use domain::net::Network;
use domain::role::Role;
use runtime::Clock;
use sqlx::PgPool;

pub use error::{Error, Problem};

/// The schema, embedded; run at start under sqlx's lock.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// What our statements expect of a connection, as Postgres calls it: nothing of ours takes long, and what
/// hangs must not hold locks.
pub const CONNECTION: [(&str, &str); 4] = [
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "15s"),
    // None of our statements runs for as long as it is compiled.
    ("jit", "off"),
];

/// What every use case needs; cheap to clone.
#[derive(Clone)]
pub struct Backend {
    /// Connections to Postgres, the only place where state is kept.
    pub pool: PgPool,
    /// Now.
    pub clock: Clock,
    hasher: Arc<accounts::Hasher>,
    changes: changes::Hub,
    journal: Arc<changes::Journal>,
    /// And how often they have changed.
    console_addresses: Arc<RwLock<(u64, Arc<[Network]>)>>,
    retention: retention::Limits,
    sealer: seal::Sealer,
    links: links::Links,
    watch: nodes::Watch,
    moving: nodes::Moving,
    contents: config::Contents,
    geo: geo::Geo,
    weeks: ingest::Weeks,
    /// Rung when there is something to fold.
    folding: Arc<tokio::sync::Notify>,
    /// Rung when something was folded.
    folded: Arc<tokio::sync::Notify>,
    room: Arc<tokio::sync::Mutex<()>>,
    alerts: Arc<alerts::Settings>,
}

impl Backend {
    /// Over a database whose schema is up to date ([`MIGRATOR`]).
    pub fn new(pool: PgPool, clock: Clock) -> Self {
        Self {
            pool,
            clock,
            hasher: Arc::default(),
            changes: changes::Hub::default(),
            journal: Arc::default(),
            console_addresses: Arc::new(RwLock::new((0, Arc::from([])))),
            retention: retention::Limits::default(),
            sealer: seal::Sealer::of_this_process(),
            links: links::Links::default(),
            watch: nodes::Watch::default(),
            moving: nodes::Moving::default(),
            contents: config::Contents::default(),
            geo: geo::Geo::default(),
            weeks: ingest::Weeks::default(),
            folding: Arc::default(),
            folded: Arc::default(),
            room: Arc::default(),
            alerts: Arc::default(),
        }
    }

    /// How much of the logs is kept, as long as nobody has chosen it on the page.
    #[must_use]
    pub fn with_retention(mut self, limits: retention::Limits) -> Self {
        self.retention = limits;
        self
    }

    /// What nodes' secrets are stored sealed with; without it they do not outlive the process.
    #[must_use]
    pub fn with_sealer(mut self, sealer: seal::Sealer) -> Self {
        self.sealer = sealer;
        self
    }

    /// Where countries and networks of addresses are known from.
    #[must_use]
    pub fn with_geo(mut self, geo: geo::Geo) -> Self {
        self.geo = geo;
        self
    }

    /// See [`Backend::with_geo`].
    pub fn geo(&self) -> &geo::Geo {
        &self.geo
    }

    /// Where alerts may be sent.
    #[must_use]
    pub fn with_alerts(mut self, settings: alerts::Settings) -> Self {
        self.alerts = Arc::new(settings);
        self
    }

    /// See [`Backend::with_alerts`].
    pub(crate) fn alerts(&self) -> &alerts::Settings {
        &self.alerts
    }

    /// See [`Backend::with_sealer`].
    pub fn sealer(&self) -> &seal::Sealer {
        &self.sealer
    }

    /// Connections to the switches, as far as this replica holds them.
    pub fn links(&self) -> &links::Links {
        &self.links
    }

    /// How nodes stand, for the streams of their workers; fed by [`jobs`].
    pub fn watch(&self) -> &nodes::Watch {
        &self.watch
    }

    /// Where nodes and signed-in operators are.
    pub(crate) fn moving(&self) -> &nodes::Moving {
        &self.moving
    }

    /// Revisions that were read lately.
    pub(crate) fn contents(&self) -> &config::Contents {
        &self.contents
    }

    /// The addresses that the console is reached at, never banned; every clone has them.
    pub fn set_console_addresses(&self, addresses: Vec<Network>) {
        let known = self.console_addresses.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if *known.1 != *addresses {
            *known = (known.0 + 1, addresses.into());
        }
    }

    /// See [`Backend::set_console_addresses`].
    pub fn console_addresses(&self) -> Arc<[Network]> {
        self.console_known().1
    }

    /// … and how often they have changed.
    pub(crate) fn console_known(&self) -> (u64, Arc<[Network]>) {
        let known = self.console_addresses.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Wake-ups for live pages and what works for nodes; fed by [`jobs`].
    pub fn changes(&self) -> &changes::Hub {
        &self.changes
    }
}

/// Who asks, for permissions and the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `None` for the command line and the console itself.
    pub user: Option<UserId>,
    /// Login name, or `console`, `command line`.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Where the request came from (a configured proxy's header, else the peer).
    pub address: Option<IpAddr>,
}

impl Actor {
    /// What the console does by itself: expiry, and what follows from a worker's report.
    pub fn console() -> Self {
        Self {
            user: None,
            name: "console".to_owned(),
            role: Role::Admin,
            address: None,
        }
    }
}
