//! When: as soon as the console wants it, somebody writes a file, or a deadline passes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::wire::{DesiredConfig, Down};
use runtime::{Clock, Shutdown};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::node::Node;
use super::paths::Paths;
use super::reload::reload;
use crate::console::outbox::Outbox;

/// How often is looked without being woken.
const LOOK: Duration = Duration::from_secs(8);
/// A program that saves a file does so in several steps.
const SETTLE: Duration = Duration::from_millis(100);

/// What the console wants, and how often it was reached: who is reached anew is told all again.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Counts the connections.
    pub session: u64,
    /// `None`: not heard yet.
    pub desired: Option<DesiredConfig>,
}

impl Wanted {
    /// Takes what concerns it of what the console says; true where something did.
    pub fn hear(&mut self, said: &Down) -> bool {
        match said {
            Down::Welcome { .. } => self.session += 1,
            Down::Config(desired) => self.desired = Some(desired.clone()),
            _ => return false,
        }
        true
    }
}

/// FreeSWITCH's configuration on one node. Needs folders only: no fail2ban, no switch.
pub struct Duty {
    /// FreeSWITCH's files.
    pub paths: Paths,
    /// The worker's own folder.
    pub state_dir: PathBuf,
    /// Deadlines that outlive a restart.
    pub clock: Clock,
    /// From the console.
    pub wanted: watch::Receiver<Wanted>,
    /// To the console.
    pub outbox: Outbox,
}

impl Duty {
    /// Runs until stopped.
    pub async fn run(mut self, shutdown: Shutdown) {
        let woken = Arc::new(Notify::new());
        let (paths, state_dir, clock) = (
            self.paths.clone(),
            self.state_dir.clone(),
            self.clock.clone(),
        );
        let changed = Arc::clone(&woken);
        let Some(mut node) =
            blocking(move || Node::resume(&paths, &state_dir, &clock, changed)).await
        else {
            return;
        };
        let mut session = None;
        let mut surely = true;
        loop {
            let wanted = self.wanted.borrow_and_update().clone();
            let anew = session.replace(wanted.session) != Some(wanted.session);
            let desired = wanted.desired;
            let worked = blocking(move || {
                let report = node.work(desired.as_ref(), anew, surely);
                (node, report)
            });
            let Some((worked, report)) = worked.await else {
                return;
            };
            node = worked;
            self.outbox.configs(report);
            if let Some(kind) = node.back() {
                let reloaded = reload(&self.paths, kind).await;
                let answered = blocking(move || {
                    let report = node.taken_back(kind, &reloaded);
                    (node, report)
                });
                let Some((answered, report)) = answered.await else {
                    return;
                };
                node = answered;
                self.outbox.configs(report);
                surely = true;
                continue;
            }
            let due = node.due().unwrap_or_else(|| Instant::now() + LOOK);
            surely = tokio::select! {
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return shutdown.stopping().await;
                    }
                    false
                }
                () = woken.notified() => {
                    tokio::time::sleep(SETTLE).await;
                    true
                }
                () = tokio::time::sleep_until(due) => false,
                () = tokio::time::sleep(LOOK) => false,
                () = shutdown.stopping() => return,
            };
        }
    }
}

/// Files are read, written and synced where they hold up nobody else; `None` where that panicked.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Some(done),
        Err(error) => {
            tracing::error!("configuration: {error}");
            None
        }
    }
}
