//! What outlives a restart: the last answer of a kind, and the change that can still be taken back.

use std::path::{Path, PathBuf};

use domain::config::{Answer, Kind};
use serde::{Deserialize, Serialize};

use super::change::Change;
use crate::files::{FileError, Sort, read_bounded, replace};
use crate::firewall::enforce::chain;

/// Longer state is none of ours: it holds the old text of a few files of up to 5 MiB each.
const LIMIT: u64 = 128 << 20;

/// One kind's state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// What was last answered: the same try is never done again.
    pub answer: Option<Answer>,
    /// Being written, or waiting to be confirmed.
    pub change: Option<Change>,
}

/// Where one kind's state is kept, readable by the worker's user only.
#[derive(Clone, Debug)]
pub(super) struct Store(PathBuf);

impl Store {
    /// In the worker's state folder.
    pub fn new(state_dir: &Path, kind: Kind) -> Self {
        Self(state_dir.join(format!("config/{}.json", kind.as_str())))
    }

    /// What was kept; nothing where it cannot be read, and that is said.
    pub fn load(&self) -> State {
        let read = read_bounded(&self.0, LIMIT);
        let bytes = match read {
            Ok(None) => return State::default(),
            Ok(Some((_, bytes))) => bytes,
            Err(error) => {
                self.lost(&chain(&error));
                return State::default();
            }
        };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            self.lost(&error.to_string());
            State::default()
        })
    }

    fn lost(&self, why: &str) {
        let path = self.0.display();
        tracing::error!("{path}: what was delivered last is not known, it is done again: {why}");
    }

    /// Keeps it before a file is touched, also over a power cut.
    ///
    /// # Errors
    /// [`FileError`]; what was kept before is kept then.
    pub fn save(&self, state: &State) -> Result<(), FileError> {
        self.write(state, Sort::Private)
    }

    /// Keeps what came of it. Where a power cut takes that, the files still tell, and what they
    /// hold already is not written again.
    ///
    /// # Errors
    /// [`FileError`]; what was kept before is kept then.
    pub fn note(&self, state: &State) -> Result<(), FileError> {
        self.write(state, Sort::Passing)
    }

    fn write(&self, state: &State, sort: Sort) -> Result<(), FileError> {
        let bytes = serde_json::to_vec(state).unwrap_or_default();
        replace(&self.0, &bytes, sort).map(drop)
    }
}
