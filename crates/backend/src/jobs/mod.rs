//! The console's own background work. Every replica runs it; an advisory lock in Postgres sees to
//! it that each round is done by one.

use runtime::Shutdown;

use crate::Backend;

/// Starts all of it; it ends when `shutdown` says so.
pub fn spawn_all(backend: &Backend, shutdown: &Shutdown) {
    let _ = (backend, shutdown);
}
