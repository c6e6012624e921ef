//! Which file comes next: the state machine that follows one log through everything that happens
//! to it. Synchronous; time is what the caller says it is.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::gap::Cause;
use domain::wire::{Chunk, Cursor, Gap};
use serde::{Deserialize, Serialize};

use super::file::{LogFile, Read};
use super::identity::{FileId, Files};
use super::lines::{Batch, Parser, position};
use super::siblings::{self, Sibling};

/// How long a rotated file must not have grown before its successor is begun.
pub const GRACE: Duration = Duration::from_millis(250);

/// Why the log cannot be followed at the moment; worth another try.
#[derive(Debug, thiserror::Error)]
#[error("{}", path.display())]
pub struct TailError {
    /// Which file or folder.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

/// How far a log was read, as the worker keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// As the console has it.
    pub cursor: Cursor,
    /// What else this host knows.
    pub files: Option<Files>,
}

/// One step of the tailer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// For the console.
    pub chunk: Chunk,
    /// For a restart; with the first piece of each file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Files>,
}

/// For the health report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TailStatus {
    /// There is a file.
    pub found: bool,
    /// Bytes read of it.
    pub position: u64,
    /// Bytes not read yet, of this and the files after it.
    pub lag_bytes: u64,
}

/// Follows one log.
#[derive(Debug)]
pub struct Tailer {
    pub(super) path: PathBuf,
    pub(super) parser: Parser,
    pub(super) generation: i64,
    pub(super) place: Place,
    /// Rotated files that come after the current one, oldest first.
    pub(super) queue: VecDeque<Sibling>,
    /// Rotated files that must not be read.
    pub(super) known: HashSet<FileId>,
    pub(super) gaps: VecDeque<Gap>,
    /// Size the truncated original had, while its copy is read.
    pub(super) original_size: u64,
    /// The file before the current one, and how much of it was read.
    pub(super) left: Option<(File, i64, u64)>,
    /// When the current file was first seen rotated away, or last grew after that.
    pub(super) rotated_at: Option<Duration>,
    /// No piece of the current file went out yet.
    pub(super) fresh: bool,
    pub(super) busy: bool,
    pub(super) buffer: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum Place {
    /// The saved positions are not found yet, newest first.
    Seeking(Vec<Position>),
    /// There is no file yet.
    Waiting,
    Reading(LogFile),
}

impl Tailer {
    /// Goes on where one of the saved positions is: the local one, or the console's if that is
    /// farther or the local one is not to be found. With none at all, at the start of the log.
    pub fn resume(
        path: &Path,
        parser: Parser,
        local: Option<Position>,
        console: Option<Cursor>,
    ) -> Self {
        let console = console.map(|cursor| Position {
            cursor,
            files: None,
        });
        let mut positions: Vec<_> = local.into_iter().chain(console).collect();
        // Stable: of two equal ones the local one, which knows more, stays in front.
        positions.sort_by_key(|position| {
            std::cmp::Reverse((position.cursor.generation, position.cursor.offset))
        });
        let generation = positions
            .first()
            .map_or(0, |position| position.cursor.generation);
        let first_start = positions.is_empty();
        let mut tailer = Self {
            path: path.to_owned(),
            parser,
            generation,
            place: Place::Seeking(positions),
            queue: VecDeque::new(),
            known: HashSet::new(),
            gaps: VecDeque::new(),
            original_size: 0,
            left: None,
            rotated_at: None,
            fresh: false,
            busy: false,
            buffer: Vec::new(),
        };
        if first_start {
            // What was rotated before we were there is none of ours.
            if let Ok(listing) = siblings::list(path) {
                tailer.remember(&listing.rotated);
            }
            tailer.place = Place::Waiting;
        }
        tailer
    }

    /// The next piece; `None` when there is nothing to do before the file changes or time passes
    /// (or [`Tailer::is_busy`]). `now` never goes back.
    ///
    /// # Errors
    /// [`TailError`]; nothing was consumed and the next call tries again.
    pub fn poll(&mut self, now: Duration) -> Result<Option<Piece>, TailError> {
        self.step(now).map_err(|source| TailError {
            path: self.path.clone(),
            source,
        })
    }

    /// More work is waiting though [`Tailer::poll`] gave nothing.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Where it stands; `None` before the first file.
    pub fn cursor(&self) -> Option<Cursor> {
        match &self.place {
            Place::Reading(file) => Some(self.cursor_in(file)),
            _ => None,
        }
    }

    /// For the health report.
    pub fn status(&self) -> TailStatus {
        let Place::Reading(file) = &self.place else {
            return TailStatus::default();
        };
        let waiting: u64 = self.queue.iter().map(|sibling| sibling.size).sum();
        TailStatus {
            found: true,
            position: file.offset,
            lag_bytes: file.size.saturating_sub(file.offset) + waiting,
        }
    }

    fn step(&mut self, now: Duration) -> io::Result<Option<Piece>> {
        self.busy = false;
        self.watch_left();
        if let Place::Seeking(positions) = &self.place {
            let positions = positions.clone();
            if !self.seek(&positions)? {
                return Ok(None);
            }
        }
        let mut closing = None;
        loop {
            if matches!(self.place, Place::Waiting) {
                let Some(next) = self.next()? else {
                    return Ok(None);
                };
                if !self.begin(next)? {
                    return Ok(None);
                }
            }
            if self.fresh {
                // Even without lines: a restart must know which file this generation is.
                return Ok(self.emit(Batch::default()));
            }
            let mut batch = Batch::default();
            match self.read(&mut batch)? {
                Read::Lines => {
                    self.rotated_at = self.rotated_at.map(|_| now);
                    return Ok(self.emit(batch));
                }
                Read::Busy => {
                    self.busy = true;
                    return Ok(None);
                }
                Read::Changed => {
                    closing = None;
                    self.changed()?;
                }
                Read::Shrunk(from, to) => self.gap(from, to, &Cause::Truncated),
                Read::Idle => match closing.take() {
                    None => match self.successor(now)? {
                        // Read once more: lines may have come between the last read and the rotation.
                        Some(next) => closing = Some(next),
                        None => return Ok(None),
                    },
                    Some(next) => {
                        if let Some(piece) = self.finish()? {
                            return Ok(Some(piece));
                        }
                        if !self.begin(next)? {
                            return Ok(None);
                        }
                    }
                },
            }
        }
    }

    fn read(&mut self, batch: &mut Batch) -> io::Result<Read> {
        match &mut self.place {
            Place::Reading(file) => {
                batch.start = Some(file.offset);
                file.read(&mut self.buffer, &self.parser, batch)
            }
            _ => Ok(Read::Idle),
        }
    }

    /// The rest without a newline of a file that is complete.
    fn finish(&mut self) -> io::Result<Option<Piece>> {
        let mut batch = Batch::default();
        let Place::Reading(file) = &mut self.place else {
            return Ok(None);
        };
        batch.start = Some(file.offset);
        if file.finish(&self.parser, &mut batch)? {
            return Ok(self.emit(batch));
        }
        let (end, original) = (file.offset, std::mem::take(&mut self.original_size));
        if original > end {
            self.gap(end, original, &Cause::Truncated);
        }
        Ok(None)
    }

    pub(super) fn new_generation(&mut self) {
        self.generation += 1;
        self.fresh = true;
        self.rotated_at = None;
        self.original_size = 0;
    }

    /// Somebody who still holds the file before the current one wrote to it after we left.
    fn watch_left(&mut self) {
        if let Some((file, generation, read)) = &mut self.left
            && let Ok(metadata) = file.metadata()
            && metadata.len() > *read
        {
            self.gaps.push_back(Gap {
                generation: *generation,
                from: position(*read),
                to: position(metadata.len()),
                cause: Cause::WrittenAfterRotation.to_string(),
            });
            *read = metadata.len();
        }
        // A deleted file's disk space is given back.
        self.left
            .take_if(|(file, ..)| file.metadata().is_ok_and(|metadata| metadata.nlink() == 0));
    }

    pub(super) fn gap(&mut self, from: u64, to: u64, cause: &Cause) {
        self.gaps.push_back(Gap {
            generation: self.generation,
            from: position(from),
            to: position(to),
            cause: cause.to_string(),
        });
    }

    fn cursor_in(&self, file: &LogFile) -> Cursor {
        Cursor {
            source: self.parser.source(),
            generation: self.generation,
            offset: position(file.offset),
            mark: file.mark(),
        }
    }

    fn emit(&mut self, batch: Batch) -> Option<Piece> {
        let Place::Reading(file) = &self.place else {
            return None;
        };
        let files = self.fresh.then(|| Files {
            current: file.id,
            known: self.known.iter().copied().collect(),
        });
        let piece = Piece {
            chunk: Chunk {
                start: batch.start.map_or(position(file.offset), position),
                end: self.cursor_in(file),
                attacks: batch.attacks,
                bans: batch.bans,
                lines: batch.lines,
                broken: batch.broken,
                gap: self.gaps.pop_front(),
            },
            files,
        };
        self.fresh = false;
        Some(piece)
    }
}
