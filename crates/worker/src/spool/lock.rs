//! One process per folder: the lock is the kernel's, so one that was killed holds nothing.

use std::fs::{self, File};
use std::path::Path;

use super::error::SpoolError;
use super::segments::create;

/// Holds a folder for this process.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// A program that is just being started holds a copy of the file until it runs: closing ours would
/// not be enough.
impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
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
            Ok(()) => Ok(Self { file }),
            Err(fs::TryLockError::WouldBlock) => Err(SpoolError::Taken {
                path: folder.to_owned(),
            }),
            Err(fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
