//! What the console says, passed to who does it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::ban::Order;
use domain::wire::{Desired, Down};
use runtime::{Clock, Shutdown};
use tokio::sync::{mpsc, watch};

use crate::config_files::Wanted;
use crate::console::time::ConsoleTime;
use crate::shared::Shared;
use crate::tail::watch::{Waker, lock};

/// The receiving ends.
pub(crate) struct Dispatch {
    pub shared: Arc<Shared>,
    pub clock: Clock,
    pub time: ConsoleTime,
    pub wakers: [Waker; 2],
    pub desired: watch::Sender<Option<Desired>>,
    pub wanted: watch::Sender<Wanted>,
    pub orders: mpsc::Sender<Vec<Order>>,
}

impl Dispatch {
    /// Runs until stopped.
    pub async fn run(self, mut down: mpsc::Receiver<Down>, shutdown: Shutdown) {
        loop {
            let said = tokio::select! {
                said = down.recv() => said,
                () = shutdown.stopping() => return,
            };
            match said {
                Some(said) => self.pass(said),
                None => return shutdown.stopping().await,
            }
        }
    }

    fn pass(&self, said: Down) {
        self.wanted.send_if_modified(|wanted| wanted.hear(&said));
        match said {
            Down::Welcome {
                node_name, cursors, ..
            } => {
                tracing::info!(
                    node.name = node_name,
                    "connected to the console as {node_name}"
                );
                let cursors = cursors.into_iter().map(|cursor| (cursor.source, cursor));
                *lock(&self.shared.stored) = Some(cursors.collect());
                self.wakers.iter().for_each(Waker::wake);
                self.shared.added.notify_one();
            }
            Down::Desired(new) => {
                self.desired.send_replace(Some(new));
            }
            Down::Orders { orders } => {
                if self.orders.try_send(orders).is_err() {
                    tracing::warn!("orders wait: the ones before them are not done yet");
                }
            }
            Down::Ping { now } => {
                self.time.hear(now);
                let offset = now.saturating_sub(self.clock.unix_millis());
                self.shared.clock_offset.store(offset, Ordering::Relaxed);
            }
            Down::Config(_) | Down::Fenced | Down::Unknown => {}
        }
    }
}
