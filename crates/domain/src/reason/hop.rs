//! What a hop between log and firewall shows.

use serde::{Deserialize, Serialize};

use super::{ConsoleReason, ProgramReason, SpoolReason};
use crate::net::Network;

/// A count, or why nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HopReason {
    /// The log grows faster than it is read.
    #[error("{bytes} bytes are not read yet")]
    Unread {
        /// So many.
        bytes: u64,
    },
    /// In the spool.
    #[error("{bytes} bytes wait for the console")]
    Waiting {
        /// So many.
        bytes: u64,
    },
    /// The console is reached and does not take them.
    #[error("{bytes} bytes wait for the console. {said}")]
    NotTaken {
        /// So many.
        bytes: u64,
        /// What came back.
        said: String,
        /// The same, of log lines; `None`: nothing, or of an older worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<ConsoleReason>,
        /// The same, of the ban list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bans: Option<ConsoleReason>,
    },
    /// Nothing can be kept.
    #[error("{said}")]
    SpoolBroken {
        /// In our words and the system's.
        said: String,
        /// The same; `None`: of an older worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<SpoolReason>,
    },
    /// fail2ban hangs.
    #[error("{path}: no answer for {seconds} s")]
    Silent {
        /// Its socket.
        path: String,
        /// So long.
        seconds: u64,
    },
    /// The jail finds nothing.
    #[error("none")]
    NoFailregex,
    /// Nothing is known.
    #[error("{said}")]
    FirewallUnread {
        /// In our words and the system's.
        said: String,
        /// The same; `None`: of an older worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<ProgramReason>,
    },
    /// The action is too narrow.
    #[error("{partly} of {held} bans stop {scope}")]
    Partly {
        /// So many.
        partly: usize,
        /// Of so many.
        held: usize,
        /// `TCP only`, …
        scope: String,
    },
    /// Somebody flushed the rules.
    #[error("{missing} of {held} bans are not in the firewall")]
    Missing {
        /// So many.
        missing: usize,
        /// Of so many.
        held: usize,
    },
    /// Rules without a ban.
    #[error("{count} blocked without a ban: {}", list(.some))]
    LeftOver {
        /// So many.
        count: usize,
        /// Some of them.
        some: Vec<Network>,
    },
    /// All is well.
    #[error("{held} bans")]
    Bans {
        /// So many.
        held: usize,
    },
}

fn list(some: &[Network]) -> String {
    let some: Vec<String> = some.iter().map(ToString::to_string).collect();
    some.join(", ")
}
