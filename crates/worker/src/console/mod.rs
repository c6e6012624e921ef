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

use domain::reason::ConsoleReason;

use crate::tail::watch::lock;

/// Why reports are not taken though the console is reached; for the health report.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Reasons>>);

#[derive(Debug, Default)]
struct Reasons {
    lines: Option<Why>,
    bans: Option<Why>,
}

/// In words, and as the console understands it.
type Why = (String, Option<ConsoleReason>);

/// Why reports are not taken.
#[derive(Clone, Debug)]
pub struct NotTaken {
    /// In one line.
    pub said: String,
    /// Of log lines.
    pub lines: Option<ConsoleReason>,
    /// Of the ban list.
    pub bans: Option<ConsoleReason>,
}

impl Refusals {
    /// What became of log lines.
    pub fn lines(&self, error: Option<&ConsoleError>) {
        lock(&self.0).lines = error.map(|error| (format!("log lines: {error}"), error.reason()));
    }

    /// What became of the ban list.
    pub fn bans(&self, error: Option<&ConsoleError>) {
        lock(&self.0).bans = error.map(|error| (format!("ban list: {error}"), error.reason()));
    }

    /// `None` where all is taken.
    pub fn reason(&self) -> Option<NotTaken> {
        let reasons = lock(&self.0);
        let all: Vec<&str> = [&reasons.lines, &reasons.bans]
            .into_iter()
            .flatten()
            .map(|(said, _)| said.as_str())
            .collect();
        let of = |why: &Option<Why>| why.as_ref().and_then(|(_, reason)| reason.clone());
        (!all.is_empty()).then(|| NotTaken {
            said: all.join("; "),
            lines: of(&reasons.lines),
            bans: of(&reasons.bans),
        })
    }
}
