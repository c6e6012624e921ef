//! Why fail2ban did not do it.

use serde::{Deserialize, Serialize};

use super::{IoReason, ProgramReason};
use crate::net::Network;

/// Hung, gone, not allowed, or it refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Fail2banReason {
    /// It runs without it.
    #[error("fail2ban has no jail {0}")]
    NoJail(String),
    /// Nobody there.
    #[error("fail2ban's socket {path} cannot be opened: {io}")]
    Connect {
        /// The socket.
        path: String,
        /// Why.
        io: IoReason,
    },
    /// Somebody else is there.
    #[error(
        "fail2ban's socket {path} is served by user {uid}, who is neither root nor the worker's own user; \
         nothing was asked"
    )]
    Impostor {
        /// The socket.
        path: String,
        /// Who.
        uid: u32,
    },
    /// It hangs.
    #[error("fail2ban did not answer within {seconds} s")]
    TimedOut {
        /// So long was waited.
        seconds: String,
    },
    /// The connection.
    #[error("fail2ban's socket broke: {0}")]
    Broke(IoReason),
    /// An answer that no fail2ban gives.
    #[error("{said}")]
    NotUnderstood {
        /// In our words.
        said: String,
    },
    /// It understood, and would not.
    #[error("fail2ban refused: {said}")]
    Refused {
        /// In its words.
        said: String,
    },
    /// The same by its client.
    #[error("fail2ban-client refused: {said}")]
    ClientRefused {
        /// In its words.
        said: String,
    },
    /// A program did not run to its end.
    #[error("{said}")]
    Program {
        /// In our words and the system's.
        said: String,
        /// The same; `None`: of an older worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<ProgramReason>,
    },
    /// It says done, and its list does not.
    #[error("fail2ban said done, but its list disagrees about {}", some(.0))]
    NotDone(Vec<Network>),
}

fn some(networks: &[Network]) -> String {
    let shown: Vec<String> = networks.iter().take(5).map(ToString::to_string).collect();
    let more = if networks.len() > 5 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
