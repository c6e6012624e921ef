//! What a switch answers, read into values; what cannot be read is an error, never half a value.

mod gateways;
mod registrations;
mod status;

use std::time::Duration;

use domain::inert::inert;
use domain::reason::Answered;

use crate::commands::NOT_FOUND;
use crate::state::DownReason;

pub use gateways::{Gateway, gateways};
pub use registrations::{Registration, registrations};
pub use status::Status;

/// Bytes of an answer that an error keeps.
const KEPT: usize = 1_000;

/// The answer to a command that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Exactly what the switch said.
    pub text: String,
    /// From sending to the last byte.
    pub took: Duration,
}

impl Answer {
    /// `true` or `false`.
    pub fn yes(&self) -> bool {
        self.text.trim_end() == "true"
    }

    /// The XML of [`crate::Command::XmlLocate`]; `None` where the switch has no such configuration.
    pub fn located(&self) -> Option<&str> {
        (self.text != NOT_FOUND).then_some(self.text.as_str())
    }

    /// The answer as harmless text of at most a thousand bytes.
    pub fn shown(&self) -> String {
        shown(&self.text)
    }
}

/// Why a command did nothing, or nothing is known of what it did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// It was not sent, or the connection ended before its answer.
    #[error("not connected: {0}")]
    NotUp(DownReason),
    /// Too many commands wait already; it was not sent.
    #[error("too many commands are waiting")]
    Busy,
    /// The answer did not come; whether it ran is not known.
    #[error("the switch did not answer in time")]
    TimedOut,
    /// The account may not run it.
    #[error("the switch account may not run `{command}`")]
    Denied {
        /// Its first word.
        command: String,
    },
    /// Anything but the exact words of success.
    #[error("the switch answered: {text}")]
    Failed {
        /// What it said, inert, at most a thousand bytes.
        text: String,
    },
}

impl From<CommandError> for Answered {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::NotUp(why) => Self::NotUp {
                why: why.as_str().to_owned(),
                said: why.to_string(),
            },
            CommandError::Busy => Self::Busy,
            CommandError::TimedOut => Self::TimedOut,
            CommandError::Denied { command } => Self::Denied { command },
            CommandError::Failed { text } => Self::Failed { said: text },
        }
    }
}

/// An answer that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer cannot be read")]
pub struct Unreadable;

pub(crate) fn shown(text: &str) -> String {
    inert(text.trim_end().as_bytes(), KEPT)
}
