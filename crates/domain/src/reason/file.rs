//! What is wrong with a file of a node.

use serde::{Deserialize, Serialize};

use crate::acl::file as acl;
use crate::cti::Field;
use crate::cti::file::FileProblem;
use crate::profile;
use crate::switch_xml::Place;

/// About the file that is named beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FileReason {
    /// It should be there.
    #[error("there is no such file")]
    Missing,
    /// The system does not let us.
    #[error("cannot be {}: {io}", if *.writing { "written" } else { "read" })]
    Io {
        /// Written, not read.
        writing: bool,
        /// Why.
        io: IoReason,
    },
    /// No configuration is that long.
    #[error("the file is larger than 5 MiB")]
    TooLong,
    /// No text.
    #[error("line {line}: this is not UTF-8 text")]
    NotUtf8 {
        /// From 1.
        line: usize,
    },
    /// Nothing is known of it: too long to be told, or no text.
    #[error("is too long, or no text")]
    Unknown,
    /// No XML, and nothing else may be said of a file with a password in it.
    #[error("{place}: this is not XML")]
    NotXml {
        /// Where.
        place: Place,
    },
    /// A setting that is not there, or a variable that is not set.
    #[error("{param} is not set to a value that can be read there")]
    NotSet {
        /// Which.
        param: String,
    },
    /// `acl.conf.xml`
    #[error(transparent)]
    Acl(#[from] acl::FileError),
    /// Our part of it holds what we do not write.
    #[error(transparent)]
    Foreign(#[from] acl::CannotImport),
    /// `cti.json`
    #[error(transparent)]
    Rules(#[from] FileProblem),
    /// Our section of it is not whole.
    #[error("\"fail2ban\" lacks {}", keys(.0))]
    Lacks(Vec<Field>),
    /// A file of `sip_profiles`.
    #[error(transparent)]
    Profile(#[from] profile::FileError),
    /// Two files have it.
    #[error("profile {profile} stands in {other} too")]
    ProfileTwice {
        /// Which.
        profile: String,
        /// The other file.
        other: String,
    },
    /// Somebody was faster.
    #[error("somebody else wrote it at the same moment")]
    WrittenMeanwhile,
}

fn keys(fields: &[Field]) -> String {
    let keys: Vec<&str> = fields.iter().map(|field| field.key()).collect();
    keys.join(", ")
}

/// What the system says about a file, a socket or a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{said}")]
pub struct IoReason {
    /// Of which kind.
    pub kind: IoKind,
    /// In the system's words.
    pub said: String,
}

/// What the usual ones mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IoKind {
    /// It is not there.
    Missing,
    /// No right.
    Denied,
    /// The disk, or the quota.
    Full,
    /// Nothing can be written there.
    ReadOnly,
    /// Nobody listens.
    Refused,
    /// A folder, a pipe, a link where a file should be.
    NotAFile,
    /// A link that is not followed: it could give a right that its maker lacks.
    ForeignLink,
    /// What the words say.
    #[serde(other)]
    Other,
}

impl From<&std::io::Error> for IoReason {
    fn from(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let kind = match error.kind() {
            ErrorKind::NotFound => IoKind::Missing,
            ErrorKind::PermissionDenied => IoKind::Denied,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => IoKind::Full,
            ErrorKind::ReadOnlyFilesystem => IoKind::ReadOnly,
            ErrorKind::ConnectionRefused => IoKind::Refused,
            ErrorKind::IsADirectory | ErrorKind::NotADirectory => IoKind::NotAFile,
            _ => error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<NotRead>())
                .map_or(IoKind::Other, |why| match why {
                    NotRead::NotAFile => IoKind::NotAFile,
                    NotRead::ForeignLink => IoKind::ForeignLink,
                }),
        };
        Self {
            kind,
            said: error.to_string(),
        }
    }
}

/// What we refuse though the system would not; inside an [`std::io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// A folder, a pipe.
    #[error("it is not an ordinary file")]
    NotAFile,
    /// It could give its maker a right.
    #[error("it is a link to a file of another user, and not root's link")]
    ForeignLink,
}
