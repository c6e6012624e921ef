//! What stands on the node, told when it is another than was told.

use domain::config::{Found, FoundFile};
use domain::reason::Reason;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::paths::Paths;
use super::present::{Present, Signature};
use super::subject::Subject;

/// Most bytes of the texts of one kind.
const TEXTS: usize = 4 << 20;

/// Reads a kind's files; all of them, or why one cannot be.
pub(super) fn read<S: Subject>(paths: &Paths) -> Result<Vec<Present>, (Reason, Vec<FoundFile>)> {
    let mut files = Vec::new();
    let mut refused = None;
    let mut known = Vec::new();
    for path in S::files(paths) {
        match Present::read(&path) {
            Ok(file) => files.push(file),
            Err(unreadable) => {
                known.push(unreadable.file);
                refused.get_or_insert(unreadable.reason);
            }
        }
    }
    match refused {
        None => Ok(files),
        Some(reason) => {
            known.extend(files.into_iter().map(Present::found));
            known.sort_by(|one, other| one.path.cmp(&other.path));
            Err((reason, known))
        }
    }
}

/// What is found of a kind.
pub(super) fn found<S: Subject>(paths: &Paths) -> Found<S::Content> {
    let (content, problem, files) = match read::<S>(paths) {
        Ok(files) => {
            let (content, problem) = match S::content(&files) {
                Ok(content) => (content, None),
                Err(problem) => (None, Some(problem)),
            };
            (
                content,
                problem,
                bounded(files.into_iter().map(Present::found).collect()),
            )
        }
        Err((reason, files)) => (None, Some(reason), files),
    };
    Found {
        content,
        running: None,
        problem,
        files,
    }
}

/// Texts as long as a report may be; the others are named by their hashes.
fn bounded(mut files: Vec<FoundFile>) -> Vec<FoundFile> {
    let mut left = TEXTS;
    for file in &mut files {
        let length = file.text.as_ref().map_or(0, String::len);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => file.text = None,
        }
    }
    files
}

/// Remembers what was told and how the files looked then.
#[derive(Debug, Default)]
pub(super) struct Told {
    signatures: Option<Vec<Signature>>,
    /// The files were looked into since their signature is this one: a change within the same tick
    /// of the file system's clock shows nothing else.
    settled: bool,
    hash: Option<[u8; 32]>,
}

impl Told {
    /// The console has forgotten, or never knew.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Is it worth to read the files?
    pub fn may_differ(&mut self, signatures: Vec<Signature>) -> bool {
        let same = self.signatures.as_ref() == Some(&signatures);
        let look = !same || !self.settled;
        self.settled = same;
        self.signatures = Some(signatures);
        look
    }

    /// Is this another than was told? It counts as told then.
    pub fn differs<T: Serialize>(&mut self, found: &Found<T>) -> bool {
        let bytes = serde_json::to_vec(found).unwrap_or_default();
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        self.hash.replace(hash) != Some(hash)
    }
}

/// How a kind's files look from outside.
pub(super) fn signatures<S: Subject>(paths: &Paths) -> Vec<Signature> {
    S::files(paths).into_iter().map(Signature::of).collect()
}
