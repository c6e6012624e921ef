//! A change of files that can be taken back, also by the next process.

use std::path::PathBuf;

use domain::ids::DeploymentId;
use serde::{Deserialize, Serialize};

use super::present::{sha256, sha256_at};
use crate::files::{FileError, Sort, restore};

/// Files that one deployment wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    /// Whose.
    pub deployment: DeploymentId,
    /// Which try.
    pub attempt: u32,
    /// How far it is.
    pub phase: Phase,
    /// What it wrote.
    pub files: Vec<Written>,
    /// It is taken back unless it is confirmed in time.
    pub confirm: Option<Confirm>,
    /// A change that was not confirmed yet when this one began; what counts if this one is never
    /// written.
    pub earlier: Option<Box<Change>>,
}

/// How far a [`Change`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Some files may be written.
    Writing,
    /// All files are.
    Written,
    /// All old files are back, the switch may not know it yet.
    Back,
}

/// Until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Confirm {
    /// How long it may take.
    pub seconds: u32,
    /// Unix milliseconds.
    pub until: i64,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    /// Where it really is.
    pub path: PathBuf,
    /// What is put back; `None`: there was no file.
    pub before: Option<String>,
    /// Hash of what was written.
    pub after: String,
}

impl Written {
    fn before_hash(&self) -> String {
        let before = self.before.as_ref();
        before.map_or_else(String::new, |text| sha256(text.as_bytes()))
    }

    /// Puts the old text back.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn restore(&self) -> Result<(), FileError> {
        restore(&self.path, self.before.as_deref(), Sort::Shared)
    }
}

/// What the files of a [`Change`] hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Each what was written.
    After,
    /// Each what was there before.
    Before,
    /// Each one of the two.
    Mixed,
    /// Somebody wrote something else.
    Others,
}

impl Change {
    /// Looks at the files.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn holds(&self) -> Result<Holds, FileError> {
        let (mut after, mut before) = (true, true);
        for file in &self.files {
            let now = sha256_at(&file.path)?;
            let (is_after, is_before) = (now == file.after, now == file.before_hash());
            if !is_after && !is_before {
                return Ok(Holds::Others);
            }
            after &= is_after;
            before &= is_before;
        }
        Ok(match (after, before) {
            (true, _) => Holds::After,
            (false, true) => Holds::Before,
            (false, false) => Holds::Mixed,
        })
    }

    /// Puts back every file that holds what was written.
    ///
    /// # Errors
    /// The first [`FileError`]; the others are tried.
    pub fn undo(&self) -> Result<(), FileError> {
        let mut first = Ok(());
        for file in &self.files {
            let undone = sha256_at(&file.path).and_then(|now| {
                if now == file.after {
                    file.restore()
                } else {
                    Ok(())
                }
            });
            first = first.and(undone);
        }
        first
    }
}
