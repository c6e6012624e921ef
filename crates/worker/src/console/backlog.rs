//! Sends the spool, batch by batch; a batch leaves the disk when the console has committed it.
//!
//! Whatever else is answered, it is sent again: smaller where it is too large. Only what the console
//! itself will never take is given up, one chunk alone, and told as a gap.

use std::sync::Arc;

use domain::gap::Cause;
use domain::inert::inert;
use domain::wire::{Chunk, Cursor, Gap, Receipt, Report, VERSION};
use runtime::Shutdown;
use tokio::sync::Notify;

use super::backoff::Backoff;
use super::token::Token;
use super::{Client, ConsoleError, Refusals};
use crate::spool::{BATCH_CHUNKS, Batch, SpoolError};
use crate::tail::watch::{SharedSpool, Stored, lock};

/// Longest reason in a gap; bytes.
const REASON: usize = 300;

/// What the sender needs.
pub struct Backlog {
    /// Where batches come from.
    pub spool: SharedSpool,
    /// How far the console is.
    pub stored: Stored,
    /// Something was added.
    pub added: Arc<Notify>,
    /// For the health report.
    pub refusals: Refusals,
}

impl Backlog {
    /// Runs until stopped, or fenced off by another worker.
    pub async fn run(self, client: Client, token: Token, shutdown: Shutdown) {
        let mut backoff = Backoff::default();
        // Chunks at once; fewer after a refusal, so that one bad chunk is found alone.
        let mut most = BATCH_CHUNKS;
        loop {
            let Some(mut batch) = self.next(most).await else {
                tokio::select! {
                    () = self.added.notified() => continue,
                    () = shutdown.stopping() => return,
                }
            };
            let chunks = std::mem::take(&mut batch.chunks);
            let count = chunks.len();
            if count == 0 {
                self.ack(batch).await;
                continue;
            }
            let (answer, chunks) = tokio::select! {
                sent = send(&client, &token, chunks) => sent,
                () = shutdown.stopping() => return,
            };
            let error = match answer {
                Ok(receipt) => {
                    backoff.reset();
                    most = most.saturating_mul(2).min(BATCH_CHUNKS);
                    self.refusals.lines(None);
                    self.store(receipt, batch).await;
                    continue;
                }
                Err(ConsoleError::Fenced) => return shutdown.stopping().await,
                Err(ConsoleError::TooLarge | ConsoleError::Refused(_)) if count > 1 => {
                    most = count.div_ceil(2);
                    continue;
                }
                Err(ConsoleError::Refused(reason)) => {
                    let error = ConsoleError::Refused(reason.clone());
                    match self.give_up(&client, &token, chunks, &reason).await {
                        Ok(receipt) => {
                            self.store(receipt, batch).await;
                            continue;
                        }
                        // Not even that: the console shows the hole by itself.
                        Err(ConsoleError::Refused(_)) => {
                            self.ack(batch).await;
                            error
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            tracing::debug!("lines are sent later: {error}");
            // Once is nothing, and while the console is not reached there is nobody to tell.
            if !backoff.is_fresh() && !matches!(error, ConsoleError::Away(_)) {
                self.refusals.lines(Some(&error));
            }
            tokio::select! {
                () = tokio::time::sleep(backoff.pause()) => {}
                () = shutdown.stopping() => return,
            }
        }
    }

    /// Tells a gap in place of chunks that the console will never take.
    async fn give_up(
        &self,
        client: &Client,
        token: &Token,
        chunks: Vec<Chunk>,
        reason: &str,
    ) -> Result<Receipt, ConsoleError> {
        let lines: u32 = chunks.iter().map(|chunk| chunk.lines).sum();
        tracing::error!("the console will never take {lines} lines: {reason}; told as a gap");
        let gaps = chunks.into_iter().flat_map(|chunk| hollow(chunk, reason));
        send(client, token, gaps.collect()).await.0
    }

    async fn store(&self, receipt: Receipt, batch: Batch) {
        let cursors = receipt.cursors.into_iter();
        let cursors = cursors.map(|cursor| (cursor.source, cursor));
        *lock(&self.stored) = Some(cursors.collect());
        self.ack(batch).await;
    }

    /// Reading and deleting touch the disk: not on the thread that serves operators.
    async fn next(&self, most: usize) -> Option<Batch> {
        let (spool, stored) = (Arc::clone(&self.spool), Arc::clone(&self.stored));
        let read = tokio::task::spawn_blocking(move || {
            let stored = lock(&stored).clone().unwrap_or_default();
            match &*lock(&spool) {
                Some(spool) => spool.batch(&stored, most),
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

/// The chunks come back, for another try.
async fn send(
    client: &Client,
    token: &Token,
    chunks: Vec<Chunk>,
) -> (Result<Receipt, ConsoleError>, Vec<Chunk>) {
    let report = Report {
        version: VERSION,
        chunks,
        ..Report::default()
    };
    let answer = client.report(token, &report).await;
    (answer, report.chunks)
}

/// The same piece of the log without its events: a gap, behind the gap it had itself.
fn hollow(chunk: Chunk, reason: &str) -> Vec<Chunk> {
    let at = |offset, gap| Chunk {
        start: offset,
        end: Cursor {
            offset,
            ..chunk.end
        },
        attacks: Vec::new(),
        bans: Vec::new(),
        lines: 0,
        broken: 0,
        gap: Some(gap),
    };
    let own = Gap {
        generation: chunk.end.generation,
        from: chunk.start,
        to: chunk.end.offset,
        cause: Cause::Refused(inert(reason.as_bytes(), REASON)).to_string(),
    };
    let before = chunk.gap.clone().map(|gap| at(chunk.start, gap));
    before
        .into_iter()
        .chain([at(chunk.end.offset, own)])
        .collect()
}

fn said<T>(result: Result<T, SpoolError>) -> Option<T> {
    result
        .inspect_err(|error| {
            let source = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(source, "{error}");
        })
        .ok()
}
