//! The node's worker: tails the attack log, drives fail2ban, tells the console.
//!
//! `tail` → `spool` → `console` is the way of a line; `duty` is what is done on the node; `run`
//! joins them.

pub mod check;
pub mod config;
pub mod config_files;
pub mod console;
mod dispatch;
pub mod duty;
pub mod enrol;
pub mod fail2ban;
pub mod files;
pub mod firewall;
pub mod health;
pub mod host;
pub mod jail;
mod run;
mod shared;
pub mod spool;
pub mod tail;

pub use run::{StartError, run};
