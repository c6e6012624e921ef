//! What the duties share, and the spool among it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::reason::HopReason;
use runtime::Shutdown;
use tokio::sync::Notify;

use crate::config::Config;
use crate::console::Refusals;
use crate::console::outbox::Outbox;
use crate::duty::bans::BanState;
use crate::duty::probe::Answers;
use crate::spool::{Lock, Spool};
use crate::tail::watch::{SharedSpool, Stored, Waker, lock};

/// How often an unusable spool folder is tried again.
const SPOOL_AGAIN: Duration = Duration::from_secs(2);
/// No clock difference is known yet.
const NO_OFFSET: i64 = i64::MIN;

/// What the duties share.
pub(crate) struct Shared {
    pub outbox: Outbox,
    pub refusals: Refusals,
    pub spool: SharedSpool,
    pub spool_error: Mutex<Option<HopReason>>,
    pub stored: Stored,
    pub added: Arc<Notify>,
    pub bans_changed: Arc<Notify>,
    pub jail_changed: Arc<Notify>,
    pub health_changed: Arc<Notify>,
    pub answers: Arc<Mutex<Answers>>,
    pub bans: Arc<Mutex<BanState>>,
    pub clock_offset: AtomicI64,
    /// Another worker acts for the node.
    pub fenced: AtomicBool,
}

impl Shared {
    pub fn new() -> Self {
        Self {
            outbox: Outbox::default(),
            refusals: Refusals::default(),
            spool: SharedSpool::default(),
            spool_error: Mutex::default(),
            stored: Stored::default(),
            added: Arc::default(),
            bans_changed: Arc::default(),
            jail_changed: Arc::default(),
            health_changed: Arc::default(),
            answers: Arc::default(),
            bans: Arc::default(),
            clock_offset: AtomicI64::new(NO_OFFSET),
            fenced: AtomicBool::new(false),
        }
    }

    /// Console clock minus node clock, milliseconds.
    pub fn clock_offset(&self) -> Option<i64> {
        let offset = self.clock_offset.load(Ordering::Relaxed);
        (offset != NO_OFFSET).then_some(offset)
    }
}

/// Where lines wait for the console.
pub(crate) fn spool_folder(config: &Config) -> PathBuf {
    config.node.state_dir.join("spool")
}

/// Opens the spool, however long its disk is full, read-only or another worker's. `held`: its lock,
/// where it could be taken already.
pub(crate) async fn open_spool(
    mut held: Option<Lock>,
    config: Arc<Config>,
    shared: Arc<Shared>,
    wakers: [Waker; 2],
    shutdown: Shutdown,
) {
    loop {
        let (folder, most) = (spool_folder(&config), config.spool.max_bytes);
        let held = held.take();
        let open = move || match held {
            Some(lock) => Spool::open_locked(lock, &folder, most),
            None => Spool::open(&folder, most),
        };
        let opened = tokio::task::spawn_blocking(open).await;
        match opened {
            Ok(Ok(spool)) => {
                *lock(&shared.spool) = Some(spool);
                *lock(&shared.spool_error) = None;
                wakers.iter().for_each(Waker::wake);
                shared.added.notify_one();
                return shutdown.stopping().await;
            }
            Ok(Err(error)) => {
                let why = HopReason::from(&error);
                let said = lock(&shared.spool_error).replace(why.clone());
                if said.as_ref() != Some(&why) {
                    tracing::error!("nothing is read: {why}");
                }
            }
            Err(error) => tracing::error!("nothing is read: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(SPOOL_AGAIN) => {}
            () = shutdown.stopping() => return,
        }
    }
}
