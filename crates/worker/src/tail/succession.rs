//! What comes after the current file: rotation, and what happens to a file in place.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::time::Duration;

use domain::gap::Cause;

use super::file::LogFile;
use super::identity::FileId;
use super::siblings::{self, Listing, Sibling};
use super::tailer::{GRACE, Place, Tailer};

/// Most rotated files remembered.
const KNOWN_LIMIT: usize = 2_000;

/// The file after the current one.
#[derive(Clone, Debug)]
pub(super) enum Next {
    /// Already rotated itself.
    Rotated(Sibling),
    /// At the log's own path.
    Current(FileId),
}

impl Tailer {
    /// What comes after the current file, once that is complete.
    pub(super) fn successor(&mut self, now: Duration) -> io::Result<Option<Next>> {
        let Place::Reading(file) = &self.place else {
            return Ok(None);
        };
        if siblings::id_of(&self.path)? == Some(file.id) {
            self.rotated_at = None;
            return Ok(None);
        }
        let rotated_at = *self.rotated_at.get_or_insert(now);
        match self.next()? {
            // Rotated twice: nobody writes to the current file any more.
            Some(next @ Next::Rotated(_)) => Ok(Some(next)),
            Some(next @ Next::Current(_)) => {
                // An empty new file gives no reason to leave: its writer may still hold the old one.
                let begun = std::fs::metadata(&self.path).is_ok_and(|new| new.len() > 0);
                let settled = now.saturating_sub(rotated_at) >= GRACE;
                Ok((begun && settled).then_some(next))
            }
            None => Ok(None),
        }
    }

    /// The oldest file that was not read yet.
    pub(super) fn next(&mut self) -> io::Result<Option<Next>> {
        if let Some(sibling) = self.queue.front() {
            return Ok(Some(Next::Rotated(sibling.clone())));
        }
        let listing = siblings::list(&self.path)?;
        self.forget_vanished(&listing);
        self.queue = self.unread(listing.rotated)?;
        if let Some(sibling) = self.queue.front() {
            return Ok(Some(Next::Rotated(sibling.clone())));
        }
        // Something was renamed meanwhile: a rotated file may have been missed. Look again.
        if !listing.stable {
            self.busy = true;
            return Ok(None);
        }
        Ok(listing.current.map(Next::Current))
    }

    fn unread(&mut self, rotated: Vec<Sibling>) -> io::Result<VecDeque<Sibling>> {
        let mut queue = VecDeque::new();
        for sibling in rotated {
            if self.known.contains(&sibling.id) {
                continue;
            }
            if let Place::Reading(file) = &self.place {
                if sibling.id == file.id {
                    continue;
                }
                if let Some(other) = LogFile::open(&sibling.path)?
                    && file.is_copied_in(&other)?
                {
                    self.known.insert(sibling.id);
                    continue;
                }
            }
            queue.push_back(sibling);
        }
        Ok(queue)
    }

    /// Opens the next file as a new generation; false when it is not there any more.
    pub(super) fn begin(&mut self, next: Next) -> io::Result<bool> {
        let (path, id) = match &next {
            Next::Rotated(sibling) => (&sibling.path, sibling.id),
            Next::Current(id) => (&self.path, *id),
        };
        let Some(mut file) = LogFile::open(path)?.filter(|file| file.id == id) else {
            self.queue.clear();
            self.busy = true;
            return Ok(false);
        };
        self.queue.pop_front();
        let mut same = false;
        if let Place::Reading(old) = &self.place
            && old.is_continued_in(&file)?
        {
            // Rewritten as a new file with everything in it (`sed -i`), or we read a copy.
            same = file.seek_marked(old.offset, old.mark())?;
        }
        let old = std::mem::replace(&mut self.place, Place::Reading(file));
        if let Place::Reading(old) = old {
            self.known.insert(old.id);
            self.left = (!same).then_some((old.file, self.generation, old.offset));
        }
        if same {
            self.rotated_at = None;
            self.fresh = true;
        } else {
            self.new_generation();
        }
        Ok(true)
    }

    /// Truncated or rewritten in place. Somebody may have copied it before (copytruncate): then
    /// the rest is read there.
    pub(super) fn changed(&mut self) -> io::Result<()> {
        let listing = siblings::list(&self.path)?;
        let Place::Reading(file) = &mut self.place else {
            return Ok(());
        };
        let id = file.id;
        let in_place = listing.current == Some(file.id);
        let known_size = file.size.max(file.offset);
        let (offset, mark, telling) = (file.offset, file.mark(), file.is_telling());
        let mut copy: Option<LogFile> = None;
        for sibling in &listing.rotated {
            if self.known.contains(&sibling.id) || sibling.id == file.id {
                continue;
            }
            let Some(mut other) = LogFile::open(&sibling.path)? else {
                continue;
            };
            let copied = file.is_copied_in(&other)?;
            // With little read there is little to compare: a new file of at least that size.
            let whole = telling || (in_place && sibling.size >= known_size);
            if whole && other.seek_marked(offset, mark)? {
                self.known.insert(sibling.id);
                copy = Some(other);
            } else if copied {
                self.known.insert(sibling.id);
            }
        }
        self.queue.clear();
        match copy {
            Some(copy) if copy.size > offset => {
                self.original_size = known_size;
                self.place = Place::Reading(copy);
                self.fresh = true;
            }
            copy => {
                let kept = copy.as_ref().map_or(offset, |copy| copy.size);
                let reachable = listing.rotated.iter().any(|sibling| sibling.id == id);
                if !in_place && !reachable {
                    // Deleted too: what it holds now can be read here only.
                    file.rewind();
                }
                if copy.is_none() || known_size > kept {
                    self.gap(kept, known_size, &Cause::Truncated);
                }
                if in_place || reachable {
                    // Copies of contents that came and went meanwhile are read first, then this.
                    self.place = Place::Waiting;
                } else {
                    self.new_generation();
                }
            }
        }
        Ok(())
    }

    pub(super) fn remember(&mut self, rotated: &[Sibling]) {
        self.known = rotated
            .iter()
            .rev()
            .take(KNOWN_LIMIT)
            .map(|sibling| sibling.id)
            .collect();
    }

    fn forget_vanished(&mut self, listing: &Listing) {
        if listing.stable {
            let there: HashSet<_> = listing.rotated.iter().map(|sibling| sibling.id).collect();
            self.known.retain(|id| there.contains(id));
        }
    }
}
