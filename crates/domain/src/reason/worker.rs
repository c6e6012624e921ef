//! What stands in the worker's way on its host, and at the console's door. Told beside the English.

use serde::{Deserialize, Serialize};

use super::IoReason;

/// Why the spool keeps nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpoolReason {
    /// The configured size is used up.
    Full {
        /// So much waits for the console.
        bytes: u64,
    },
    /// Another worker uses the folder.
    Taken {
        /// Which.
        path: String,
    },
    /// Disk full, read-only, gone.
    Io {
        /// Folder or file.
        path: String,
        /// Why.
        io: IoReason,
    },
    /// The worker ends.
    Closed,
}

/// What became of a program that the worker runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramReason {
    /// There is none.
    Nothing,
    /// Missing or not executable.
    NotStarted {
        /// Which.
        program: String,
        /// Why.
        io: IoReason,
    },
    /// Its output broke off.
    NotRead {
        /// Which.
        program: String,
        /// Why.
        io: IoReason,
    },
    /// Killed for being slow.
    TimedOut {
        /// Which.
        program: String,
        /// How long it had.
        seconds: String,
    },
    /// Killed for printing without end.
    TooMuch {
        /// Which.
        program: String,
        /// How much was allowed.
        bytes: usize,
    },
    /// It ran and would not.
    Refused {
        /// Which.
        program: String,
        /// In its words.
        said: String,
    },
    /// It printed something else than it should.
    NotUnderstood {
        /// Which.
        program: String,
    },
}

/// Why the console takes nothing though it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleReason {
    /// Fewer bytes may pass.
    TooLarge,
    /// Not now, or a proxy before it answers.
    Answers {
        /// The HTTP status.
        status: u16,
    },
    /// It never will.
    Refused {
        /// In its words.
        said: String,
    },
    /// The answer is not what a console says.
    NotUnderstood,
}
