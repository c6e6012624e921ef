//! Where to go on after a restart.

use std::io;
use std::path::PathBuf;

use domain::gap::Cause;

use super::file::LogFile;
use super::identity::{FileId, Files};
use super::siblings::{self, Listing, Sibling};
use super::tailer::{Place, Position, Tailer};

impl Tailer {
    /// Looks for the saved positions; false while that cannot be told.
    pub(super) fn seek(&mut self, positions: &[Position]) -> io::Result<bool> {
        let listing = siblings::list(&self.path)?;
        let own = listing.current.map(|id| (self.path.clone(), id));
        let rotated = listing.rotated.iter().rev();
        let places: Vec<_> = own
            .into_iter()
            .chain(rotated.map(|sibling| (sibling.path.clone(), sibling.id)))
            .collect();
        for (age, saved) in positions.iter().enumerate() {
            if let Some(file) = find(&places, saved)? {
                self.know(saved.files.as_ref(), &listing, Some(file.id));
                // The newest is nowhere, an older one is found: its generation is taken already.
                if age > 0 {
                    self.lost(&positions[0], &Cause::PositionLost);
                    self.new_generation();
                }
                self.fresh |= saved.files.is_none();
                self.place = Place::Reading(file);
                return Ok(true);
            }
        }
        if listing.current.is_none() {
            return Ok(false);
        }
        // The newest position is nowhere: say so, and go on with what was rotated since, then the
        // log itself.
        if let Some(newest) = positions.first() {
            let same = newest.files.as_ref().map(|files| files.current) == listing.current;
            let cause = if same {
                Cause::Truncated
            } else {
                Cause::PositionLost
            };
            self.lost(newest, &cause);
            self.know(newest.files.as_ref(), &listing, None);
        }
        self.place = Place::Waiting;
        Ok(true)
    }

    fn lost(&mut self, position: &Position, cause: &Cause) {
        let offset = u64::try_from(position.cursor.offset).unwrap_or(0);
        self.gap(offset, offset, cause);
    }

    /// Rotated files not to be read: those saved, or everything older than the found file, or all.
    fn know(&mut self, files: Option<&Files>, listing: &Listing, found: Option<FileId>) {
        if let Some(files) = files {
            self.known = files.known.iter().copied().collect();
            return;
        }
        let mut rotated = listing.rotated.iter();
        let found = rotated.find(|sibling| Some(sibling.id) == found);
        let older =
            |sibling: &&Sibling| found.is_none_or(|found| sibling.modified <= found.modified);
        let known = listing.rotated.iter().filter(older);
        self.known = known.map(|sibling| sibling.id).collect();
    }
}

/// The file that holds a saved position.
fn find(places: &[(PathBuf, FileId)], saved: &Position) -> io::Result<Option<LogFile>> {
    let current = saved.files.as_ref().map(|files| files.current);
    let Ok(offset) = u64::try_from(saved.cursor.offset) else {
        return Ok(None);
    };
    // The very file first; a copy of it may have the same bytes.
    let (very, others): (Vec<_>, Vec<_>) = places.iter().partition(|(_, id)| Some(*id) == current);
    for (path, id) in very.into_iter().chain(others) {
        let Some(mut file) = LogFile::open(path)? else {
            continue;
        };
        if file.id != *id || !file.seek_marked(offset, saved.cursor.mark)? {
            continue;
        }
        // With little read there is little to compare: only identity counts, where it is known.
        if file.is_telling() || current.is_none_or(|current| current == *id) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}
