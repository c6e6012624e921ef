//! The node's worker: tails the attack log, drives fail2ban, tells the console.

pub mod config;
pub mod fail2ban;
pub mod firewall;
pub mod jail;
pub mod spool;
pub mod tail;
