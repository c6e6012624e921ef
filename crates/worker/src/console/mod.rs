//! The worker's side of the messages with the console: it dials out, always.
//!
//! [`client`] is HTTP with bounds; [`token`] the secret on disk; [`stream`] reads orders;
//! [`outbox`] holds what is to be told, [`live`] tells it at once, [`backlog`] sends the spool.

pub mod backlog;
pub mod backoff;
pub mod client;
mod configs;
pub mod fenced;
pub mod live;
pub mod outbox;
pub mod stream;
pub mod time;
pub mod token;

use std::sync::{Arc, Mutex};

pub use client::{Client, ConsoleError};

use crate::tail::watch::lock;

/// Why reports are not taken though the console is reached; for the health report.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Reasons>>);

#[derive(Debug, Default)]
struct Reasons {
    lines: Option<String>,
    bans: Option<String>,
}

impl Refusals {
    /// What became of log lines.
    pub fn lines(&self, error: Option<&ConsoleError>) {
        lock(&self.0).lines = error.map(|error| format!("log lines: {error}"));
    }

    /// What became of the ban list.
    pub fn bans(&self, error: Option<&ConsoleError>) {
        lock(&self.0).bans = error.map(|error| format!("ban list: {error}"));
    }

    /// In one line; `None` where all is taken.
    pub fn reason(&self) -> Option<String> {
        let reasons = lock(&self.0);
        let all: Vec<&str> = [&reasons.lines, &reasons.bans]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}
