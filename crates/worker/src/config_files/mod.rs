//! Configuration of this node's FreeSWITCH: files written as the console wants them, once for each
//! try of a deployment, and watched for whoever else writes them.
//!
//! `subject` says what a kind of configuration is on the disk, `line` what is done with it, `store`
//! what outlives a restart, `duty` when.

mod acl;
mod change;
mod duty;
mod event_socket;
mod found;
mod jail;
mod line;
mod look;
mod node;
mod paths;
mod present;
mod profiles;
mod reload;
mod rules;
mod serve;
mod store;
mod subject;
#[cfg(test)]
mod tests;
mod watch;

pub use duty::{Duty, Wanted};
pub use event_socket::EventSocket;
pub use jail::JailDuty;
pub use look::{Looked, look};
pub use paths::Paths;
pub use serve::serve;
