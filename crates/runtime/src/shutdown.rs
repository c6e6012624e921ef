//! Stopping: a token that says "stop", and a tracker that knows who has not stopped yet.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// Handed to everything that runs until it is told to stop. Clones belong together.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Not stopping yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says "stop".
    pub fn stop(&self) {
        self.token.cancel();
    }

    /// Has "stop" been said?
    pub fn is_stopping(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until "stop" is said.
    pub async fn stopping(&self) {
        self.token.cancelled().await;
    }

    /// Runs a task that the process cannot do without: when it ends or panics, everything stops,
    /// so a crash is seen at once instead of as a process that limps on.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let guard: DropGuard = self.token.clone().drop_guard();
        let token = self.token.clone();
        self.tasks.spawn(async move {
            let _guard = guard;
            task.await;
            if !token.is_cancelled() {
                tracing::error!(task = name, "task {name} ended by itself; stopping");
            }
        });
    }

    /// Stops on SIGINT or SIGTERM.
    ///
    /// # Errors
    /// When the signal handlers cannot be installed.
    pub fn on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        let token = self.token.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = token.cancelled() => {}
            }
            token.cancel();
        });
        Ok(())
    }

    /// Waits for every task to end, at most `limit`. True when all did.
    pub async fn finished(&self, limit: Duration) -> bool {
        self.tasks.close();
        tokio::time::timeout(limit, self.tasks.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_crashed_task_stops_everything() {
        let shutdown = Shutdown::new();
        shutdown.spawn("crasher", async { panic!("on purpose") });
        shutdown.stopping().await;
        assert!(shutdown.finished(Duration::from_mins(1)).await);
    }

    #[tokio::test]
    async fn waits_for_tasks() {
        let shutdown = Shutdown::new();
        let inner = shutdown.clone();
        shutdown.spawn("waiter", async move { inner.stopping().await });
        assert!(!shutdown.is_stopping());
        shutdown.stop();
        assert!(shutdown.finished(Duration::from_mins(1)).await);
    }
}
