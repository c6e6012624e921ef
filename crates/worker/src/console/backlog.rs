//! Sends the spool, batch by batch; a batch leaves the disk when the console has committed it.

use std::sync::Arc;

use domain::wire::{Receipt, Report, VERSION};
use runtime::Shutdown;
use tokio::sync::Notify;

use super::backoff::Backoff;
use super::token::Token;
use super::{Client, ConsoleError};
use crate::spool::{Batch, SpoolError};
use crate::tail::watch::{SharedSpool, Stored, lock};

/// What the sender needs.
pub struct Backlog {
    /// Where batches come from.
    pub spool: SharedSpool,
    /// How far the console is.
    pub stored: Stored,
    /// Something was added.
    pub added: Arc<Notify>,
}

impl Backlog {
    /// Runs until stopped, or fenced off by another worker.
    pub async fn run(self, client: Client, token: Token, shutdown: Shutdown) {
        let mut backoff = Backoff::default();
        loop {
            let Some(batch) = self.next().await else {
                tokio::select! {
                    () = self.added.notified() => continue,
                    () = shutdown.stopping() => return,
                }
            };
            let mut batch = batch;
            if batch.chunks.is_empty() {
                self.ack(batch).await;
                continue;
            }
            let report = Report {
                version: VERSION,
                chunks: std::mem::take(&mut batch.chunks),
                ..Report::default()
            };
            let answer = tokio::select! {
                answer = client.report(&token, &report) => answer,
                () = shutdown.stopping() => return,
            };
            match answer {
                Ok(Receipt { cursors, .. }) => {
                    backoff.reset();
                    let cursors = cursors.into_iter().map(|cursor| (cursor.source, cursor));
                    *lock(&self.stored) = Some(cursors.collect());
                    self.ack(batch).await;
                    continue;
                }
                Err(ConsoleError::Fenced) => return shutdown.stopping().await,
                Err(ConsoleError::Refused(status)) => {
                    // Kept for ever it would hold up everything behind it; the console shows the
                    // hole as a gap.
                    let lines: u64 = report
                        .chunks
                        .iter()
                        .map(|chunk| u64::from(chunk.lines))
                        .sum();
                    tracing::error!("the console refuses {lines} lines ({status}); given up");
                    self.ack(batch).await;
                }
                Err(error) => tracing::debug!("lines are sent later: {error}"),
            }
            tokio::select! {
                () = tokio::time::sleep(backoff.pause()) => {}
                () = shutdown.stopping() => return,
            }
        }
    }

    /// Reading and deleting touch the disk: not on the thread that serves operators.
    async fn next(&self) -> Option<Batch> {
        let (spool, stored) = (Arc::clone(&self.spool), Arc::clone(&self.stored));
        let read = tokio::task::spawn_blocking(move || {
            let stored = lock(&stored).clone().unwrap_or_default();
            match &*lock(&spool) {
                Some(spool) => spool.batch(&stored),
                None => Ok(None),
            }
        });
        said(read.await.ok()?).flatten()
    }

    async fn ack(&self, batch: Batch) {
        let spool = Arc::clone(&self.spool);
        let acked = tokio::task::spawn_blocking(move || match &mut *lock(&spool) {
            Some(spool) => spool.ack(batch),
            None => Ok(()),
        });
        if let Ok(acked) = acked.await {
            said(acked);
        }
    }
}

fn said<T>(result: Result<T, SpoolError>) -> Option<T> {
    result
        .inspect_err(|error| {
            let source = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(source, "{error}");
        })
        .ok()
}
