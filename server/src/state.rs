//! What every request needs; one for each process.

use std::sync::{Arc, OnceLock};

use backend::Backend;
use leptos::config::LeptosOptions;
use runtime::Shutdown;
use tokio::sync::Semaphore;

use crate::config::{ConfigError, Settings};
use crate::live::Sessions;
use crate::site;

/// Open event streams of one replica; browsers beyond it poll.
const STREAMS: usize = 2_000;
/// Files of attack lines that one replica sends at once; each reads as fast as it is taken.
const EXPORTS: usize = 2;

/// Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub(crate) backend: Backend,
    pub(crate) settings: Arc<Settings>,
    pub(crate) leptos: LeptosOptions,
    pub(crate) shutdown: Shutdown,
    pub(crate) site: site::Files,
    /// `http.public_url` as browsers write it in `Origin`.
    pub(crate) public_origin: Option<Arc<str>>,
    /// Set once somebody exists who can sign in.
    pub(crate) has_users: Arc<OnceLock<()>>,
    /// Whether those of open event streams are alive.
    pub(crate) sessions: Sessions,
    /// A place for each open event stream.
    pub(crate) streams: Arc<Semaphore>,
    /// A place for each file that is being sent.
    pub(crate) exports: Arc<Semaphore>,
}

impl AppState {
    /// For [`crate::router`].
    ///
    /// # Errors
    /// When `http.public_url` is no URL of a host.
    pub fn new(
        settings: Settings,
        backend: Backend,
        shutdown: Shutdown,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            backend,
            leptos: site::options(&settings),
            site: site::Files::list(&settings),
            public_origin: settings.http.public_origin()?.map(Arc::from),
            settings: Arc::new(settings),
            shutdown,
            has_users: Arc::default(),
            sessions: Sessions::default(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            exports: Arc::new(Semaphore::new(EXPORTS)),
        })
    }
}
