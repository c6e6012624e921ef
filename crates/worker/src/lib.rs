//! The node's worker: tails the attack log, drives fail2ban, tells the console.

pub mod config;
