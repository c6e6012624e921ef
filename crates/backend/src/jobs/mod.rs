//! The console's own background work. Every replica runs it; a lock in Postgres sees to it that
//! each round is done by one.

mod listen;
mod round;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use runtime::Shutdown;

use crate::{
    Backend, accounts, alerts, changes, config, counts, geo, insights, links, nodes, retention,
    whitelist,
};
use round::Job;

/// Entries of the whitelist end this long after their time at most.
const EXPIRE_EVERY: Duration = Duration::from_secs(5);
/// Expired sessions and old changes are dead before they are swept: no hurry.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// Finding costs up to some tenths of a second in a flood, and nobody acts faster.
const FIND_EVERY: Duration = Duration::from_mins(1);

/// Often enough that a flood does not run far past its cap; with nothing to do it costs nothing.
const RETAIN_EVERY: Duration = Duration::from_secs(10);
/// Once an hour: lines of bans that have ended are few, and in nobody's way.
const FORGET_ROUNDS: u32 = 360;

/// Starts all of it; it ends when `shutdown` says so.
pub fn spawn_all(backend: &Backend, shutdown: &Shutdown) {
    let listening = listen::run(backend.clone(), shutdown.clone());
    shutdown.spawn("listen for changes", listening);
    let watching = nodes::watch(backend.clone(), shutdown.clone());
    shutdown.spawn("look what is new for nodes", watching);
    let looking = geo::watch(
        backend.geo().clone(),
        backend.clock.clone(),
        shutdown.clone(),
    );
    shutdown.spawn("look at countries and networks", looking);
    links::spawn(backend, shutdown, links::Times::default());
    config::engine::spawn(backend, shutdown, config::engine::Times::default());

    let folding = counts::run(backend.clone(), shutdown.clone());
    shutdown.spawn("fold counts", folding);
    let tidying = counts::tidy(backend.clone(), shutdown.clone());
    shutdown.spawn("vacuum pending counts", tidying);
    alerts::spawn(backend, shutdown);
    let look = Job {
        number: 5,
        name: "look for alerts",
        every: alerts::every(),
    };
    round::spawn(backend, shutdown, look, |backend| async move {
        alerts::look(&backend).await
    });

    let expire = Job {
        number: 1,
        name: "expire whitelist entries",
        every: EXPIRE_EVERY,
    };
    round::spawn(backend, shutdown, expire, |backend| async move {
        whitelist::expire(&backend).await?;
        Ok(())
    });
    let sweep = Job {
        number: 2,
        name: "sweep sessions",
        every: SWEEP_EVERY,
    };
    round::spawn(backend, shutdown, sweep, |backend| async move {
        let mut tx = backend.begin().await?;
        accounts::sweep(&mut tx, backend.clock.now()).await?;
        Ok(tx.commit().await?)
    });
    let trim = Job {
        number: 3,
        name: "trim changes",
        every: SWEEP_EVERY,
    };
    round::spawn(backend, shutdown, trim, |backend| async move {
        let mut conn = backend.pool.acquire().await?;
        changes::trim(&mut conn).await?;
        Ok(())
    });
    let retain = Job {
        number: 4,
        name: "keep logs within their limits",
        every: RETAIN_EVERY,
    };
    let look = Job {
        number: 11,
        name: "find what to act on",
        every: FIND_EVERY,
    };
    round::spawn(backend, shutdown, look, |backend| async move {
        insights::find(&backend).await
    });
    let rounds = AtomicU32::new(0);
    round::spawn(backend, shutdown, retain, move |backend| {
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        async move {
            retention::sweep(&backend).await?;
            if round.is_multiple_of(FORGET_ROUNDS) {
                retention::forget(&backend).await?;
            }
            Ok(())
        }
    });
}
