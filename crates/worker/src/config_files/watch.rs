//! Wakes when something happens in the folders of the files; who is not woken looks now and then.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use super::present::Signature;
use crate::files::follow;

/// Folders under watch. Editors replace a file by another of its name, so it is not watched itself.
pub(super) struct Folders {
    changed: Arc<Notify>,
    watched: Option<(Vec<Signature>, Option<RecommendedWatcher>)>,
}

impl Folders {
    /// Watches nothing yet.
    pub fn new(changed: Arc<Notify>) -> Self {
        Self {
            changed,
            watched: None,
        }
    }

    /// Watches the folders of these names, and of the files they lead to; anew where one of them is
    /// another than before. What cannot be watched, or is not there, is left to the next look.
    pub fn watch(&mut self, names: &[PathBuf]) {
        let folder = |path: &Path| path.parent().map(Path::to_owned);
        let folders: BTreeSet<PathBuf> = names
            .iter()
            .flat_map(|name| [folder(name), follow(name).ok().as_deref().and_then(folder)])
            .flatten()
            .collect();
        let signatures: Vec<Signature> =
            folders.iter().cloned().map(Signature::of_folder).collect();
        if self
            .watched
            .as_ref()
            .is_some_and(|(known, _)| *known == signatures)
        {
            return;
        }
        // The one before goes first: a host has few of them.
        self.watched = None;
        let changed = Arc::clone(&self.changed);
        let tell = move |event: notify::Result<notify::Event>| {
            if event.map_or(true, |event| !event.kind.is_access()) {
                changed.notify_one();
            }
        };
        let watcher = notify::recommended_watcher(tell).ok().map(|mut watcher| {
            for folder in &folders {
                let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
            }
            watcher
        });
        self.watched = Some((signatures, watcher));
    }
}
