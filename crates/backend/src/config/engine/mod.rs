//! The part of deployments that switches do: they are told to load, their answers are kept, and what
//! they have loaded is compared with what was meant.
//!
//! Every replica runs it, for the links that it holds. What is stored says how far a node is; a command
//! sent twice does no harm, and what is written names the fence of the node's lease, so that two
//! replicas never both move a step. Killed anywhere, another one goes on from what is stored.

mod acl;
mod attempt;
mod check;
mod confirm;
mod probes;
mod profiles;
mod rounds;
mod rules;
mod uses;
mod write;

use std::time::Duration;

use runtime::Shutdown;

use crate::Backend;

pub(super) use write::Write;

/// How long what may take.
#[derive(Clone, Debug)]
pub struct Times {
    /// Between two looks without a wake-up.
    pub look: Duration,
    /// From the delivery until the worker has told what its files hold.
    pub found: time::Duration,
    /// Between two tries to open a new connection after an ACL change.
    pub confirm_again: Duration,
    /// From the delivery until that is given up.
    pub confirm: time::Duration,
    /// Between two looks at what a switch has loaded.
    pub check: time::Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            found: time::Duration::seconds(15),
            confirm_again: Duration::from_secs(2),
            confirm: time::Duration::seconds(90),
            check: time::Duration::seconds(20),
        }
    }
}

/// Starts it; it ends when `shutdown` says so.
pub fn spawn(backend: &Backend, shutdown: &Shutdown, times: Times) {
    let (writes, writer) = write::channel(backend.clone());
    let checks = check::run(backend.clone(), shutdown.clone(), times.clone());
    let rounds = rounds::run(backend.clone(), shutdown.clone(), times, writes);
    shutdown.spawn("store the steps of deployments", writer);
    shutdown.spawn("deploy to switches", rounds);
    shutdown.spawn("look at what switches have loaded", checks);
}
