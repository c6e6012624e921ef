//! One job, round after round, on one replica at a time.

use std::time::Duration;

use runtime::Shutdown;
use tokio::time::MissedTickBehavior;

use crate::{Backend, Error};

/// First number of the jobs' locks.
const LOCKS: i32 = 0x434a;

/// What runs, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// Second number of its lock.
    pub number: i32,
    /// For the log.
    pub name: &'static str,
    /// Between the starts of two rounds.
    pub every: Duration,
}

/// Runs `work` every so often until shutdown. A round that fails is logged once, and the next one
/// is tried at its time.
pub(super) fn spawn<F, W>(backend: &Backend, shutdown: &Shutdown, job: Job, work: W)
where
    W: Fn(Backend) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), Error>> + Send,
{
    let (backend, stop) = (backend.clone(), shutdown.clone());
    shutdown.spawn(job.name, async move {
        let mut rounds = tokio::time::interval(job.every);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                () = stop.stopping() => return,
                _ = rounds.tick() => {}
            }
            let result = tokio::select! {
                () = stop.stopping() => return,
                result = alone(&backend, job, &work) => result,
            };
            match result {
                Err(error) if !failing => {
                    let source = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(job = job.name, source, "{} failed: {error}", job.name);
                    failing = true;
                }
                Err(_) => {}
                Ok(()) => failing = false,
            }
        }
    });
}

/// One round, unless another replica is at it.
pub(super) async fn alone<F, W>(backend: &Backend, job: Job, work: &W) -> Result<(), Error>
where
    W: Fn(Backend) -> F,
    F: Future<Output = Result<(), Error>>,
{
    // The lock goes with its transaction, also when we are killed.
    let mut lock = backend.begin().await?;
    let ours = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1, $2) as "ours!""#,
        LOCKS,
        job.number,
    )
    .fetch_one(&mut *lock)
    .await?;
    if ours {
        work(backend.clone()).await?;
    }
    lock.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use runtime::Clock;

    use super::*;

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn two_replicas_do_a_round_once(pool: sqlx::PgPool) {
        let backend = Backend::new(pool, Clock::system());
        let job = Job {
            number: 99,
            name: "test",
            every: Duration::from_secs(1),
        };
        let rounds = AtomicU32::new(0);
        let (started, running) = tokio::sync::oneshot::channel::<()>();
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        let channels = std::sync::Mutex::new(Some((started, finished)));
        let slow = |_| async {
            rounds.fetch_add(1, Ordering::SeqCst);
            let (started, finished) = channels.lock().unwrap().take().unwrap();
            started.send(()).unwrap();
            finished.await.unwrap();
            Ok(())
        };
        let second = async {
            running.await.unwrap();
            let idle = |_| async {
                rounds.fetch_add(1, Ordering::SeqCst);
                Ok(())
            };
            alone(&backend, job, &idle).await.unwrap();
            finish.send(()).unwrap();
        };
        let (first, ()) = tokio::join!(alone(&backend, job, &slow), second);
        first.unwrap();
        assert_eq!(rounds.load(Ordering::SeqCst), 1);
    }
}
