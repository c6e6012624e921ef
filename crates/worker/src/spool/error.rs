//! Why something cannot be kept.

use std::io;
use std::path::PathBuf;

use domain::reason::{HopReason, SpoolReason};

use crate::firewall::enforce::chain;

/// Why a record was not kept, or the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The configured size is used up: the console must take something first.
    #[error("the spool is full ({bytes} bytes wait for the console)")]
    Full {
        /// Used.
        bytes: u64,
    },
    /// Another worker uses the folder.
    #[error("another worker uses {}", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// Disk full, read-only, gone.
    #[error("cannot use {}", path.display())]
    Io {
        /// Folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl From<&SpoolError> for HopReason {
    fn from(error: &SpoolError) -> Self {
        let shown = |path: &std::path::Path| path.display().to_string();
        let why = match error {
            SpoolError::Full { bytes } => SpoolReason::Full { bytes: *bytes },
            SpoolError::Taken { path } => SpoolReason::Taken { path: shown(path) },
            SpoolError::Io { path, source } => SpoolReason::Io {
                path: shown(path),
                io: source.into(),
            },
        };
        Self::SpoolBroken {
            said: chain(error),
            why: Some(why),
        }
    }
}
