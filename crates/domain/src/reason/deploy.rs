//! What became of a deployment on the node.

use serde::{Deserialize, Serialize};

use super::Reason;
use crate::jail::{IgnoreError, OutOfRange};
use crate::profile::{ProfileError, ProfileName};

/// Why it failed, or was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum DeployReason {
    /// Somebody wrote them after the worker did.
    #[error("the files on the node hold something else")]
    OtherFiles,
    /// The folder is empty.
    #[error("there is no *.xml file in the folder of SIP profiles")]
    NoProfiles,
    /// There is nothing to change.
    #[error("no file has profile {0}")]
    NoProfile(ProfileName),
    /// What stands in the files does not go together.
    #[error(transparent)]
    Profiles(#[from] ProfileError),
    /// The last proof before anything is written.
    #[error("what would be written does not read back the same; nothing is")]
    NotReadBack,
    /// The old text could not be kept.
    #[error("nothing is written, since it could not be taken back: {0}")]
    NotKept(Box<Reason>),
    /// The console did not get in.
    #[error("the change was not confirmed within {seconds} s")]
    NotConfirmed {
        /// How long it had.
        seconds: u32,
    },
    /// The old file is back, and the switch has the new one.
    #[error("the switch was not told: {0}")]
    NotTold(Box<Reason>),
    /// The old file is not put over somebody's work.
    #[error(
        "the change was not confirmed in time, but somebody has written the file since: it is left as \
         it is"
    )]
    EditedSince,
    /// The console waited for it.
    #[error("the worker has not told that the old lists are back")]
    NotToldBack,
    /// An outcome that this console does not know.
    #[error("the worker's answer is not understood: it is newer than this console")]
    NewerWorker,
}

/// Why the jail's settings do not hold, or are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum JailReason {
    /// With ours or without.
    #[error("fail2ban does not accept its configuration: {0}")]
    Rejected(Box<Reason>),
    /// None is configured.
    #[error("fail2ban's files have no jail {0}; write the jail's files first")]
    NoJail(String),
    /// A file that is read after ours.
    #[error("another file overrides {0}; the files are as they were")]
    Overridden(String),
    /// It took them and says something else.
    #[error("the running jail has another {0} than it was given")]
    Unlike(String),
    /// No time, no number.
    #[error("{setting} \"{said}\" cannot be read")]
    NotANumber {
        /// `bantime`, `findtime` or `maxretry`.
        setting: String,
        /// What stands there.
        said: String,
    },
    /// More or less than can be set here.
    #[error("{setting} {range}")]
    OutOfRange {
        /// `bantime`, `findtime` or `maxretry`.
        setting: String,
        /// What can be.
        range: OutOfRange,
    },
    /// The networks that are ignored.
    #[error("ignoreip: {0}")]
    Ignore(IgnoreError),
}
