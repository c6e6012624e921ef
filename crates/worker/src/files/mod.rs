//! Files of this host that others read: read with bounds, written whole or not at all.

mod read;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use domain::inert::inert;
use domain::reason::{FileReason, Reason};

pub use read::{follow, read, read_bounded};
pub use write::{OURS, Sort, ensure_log, replace, restore, write_atomic};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be {}", path.display(), if *writing { "written" } else { "read" })]
pub struct FileError {
    /// Which.
    pub path: PathBuf,
    /// Written, not read.
    pub writing: bool,
    /// Why.
    pub source: io::Error,
}

impl FileError {
    fn write(path: &Path, source: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            writing: true,
            source,
        }
    }

    fn read(path: &Path, source: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            writing: false,
            source,
        }
    }
}

impl From<&FileError> for Reason {
    fn from(error: &FileError) -> Self {
        let path = inert(error.path.as_os_str().as_encoded_bytes(), 500);
        let (writing, io) = (error.writing, (&error.source).into());
        Self::file(path, FileReason::Io { writing, io })
    }
}
