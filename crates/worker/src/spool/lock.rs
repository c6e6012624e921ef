//! One process per folder: the lock is the kernel's, so one that was killed holds nothing.

use std::fs::{self, File};
use std::path::Path;

use super::error::SpoolError;
use super::segments::create;

/// Holds a folder for this process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the folder if it is missing.
    ///
    /// # Errors
    /// [`SpoolError::Taken`], [`SpoolError::Io`].
    pub fn take(folder: &Path) -> Result<Self, SpoolError> {
        let failed = |source| SpoolError::Io {
            path: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let file = create(&folder.join("lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(SpoolError::Taken {
                path: folder.to_owned(),
            }),
            Err(fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
