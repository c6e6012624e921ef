//! The real programs, as on a customer's machines: console, worker, Postgres, fail2ban, firewall.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which clippy does not see as tests"
)]

mod clock;
mod config;
mod flood;
mod jumps;
mod keys;
mod kill;
mod lines;
mod main_path;
mod node;
mod process;
mod site;
mod sources;
mod stage;
mod visitor;
mod writer;
