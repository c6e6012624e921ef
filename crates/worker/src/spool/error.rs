//! Why something cannot be kept.

use std::io;
use std::path::PathBuf;

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
