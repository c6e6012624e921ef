//! Segment files with records in order; appended at one end, deleted at the other.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use domain::wire::{Chunk, Cursor, EVENTS_PER_REPORT, Source};

use super::error::SpoolError;
use super::lock::Lock;
use super::segments::{create, numbers, segment_path};
use super::{checkpoint, record};
use crate::tail::{Files, Piece, Position};

/// A segment is closed at this size.
const SEGMENT_BYTES: u64 = 4 << 20;
/// Most bytes (on disk) in one batch, unless a single record is larger.
const BATCH_BYTES: u64 = 512 << 10;
/// Bytes of the buffer that is kept between two records.
const BUFFER_BYTES: usize = 512 << 10;
/// Most chunks in one batch.
pub const BATCH_CHUNKS: usize = 200;

/// The journal. One process per folder.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    max_bytes: u64,
    /// Number and valid bytes of each segment, oldest first; never empty.
    segments: VecDeque<(u64, u64)>,
    /// The last segment.
    writer: File,
    /// The first record the console has not confirmed.
    acked: Mark,
    acked_positions: BTreeMap<Source, Position>,
    positions: BTreeMap<Source, Position>,
    /// For the next record.
    buffer: Vec<u8>,
    _lock: Lock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    segment: u64,
    offset: u64,
}

/// Records to send, and where they end.
#[derive(Debug)]
pub struct Batch {
    /// In order; empty when the console has all of them already.
    pub chunks: Vec<Chunk>,
    end: Mark,
    positions: BTreeMap<Source, Position>,
}

impl Spool {
    /// Opens the folder (made if missing) and cuts off what is torn.
    ///
    /// # Errors
    /// [`SpoolError::Taken`], [`SpoolError::Io`].
    pub fn open(folder: &Path, max_bytes: u64) -> Result<Self, SpoolError> {
        Self::open_locked(Lock::take(folder)?, folder, max_bytes)
    }

    /// The same with the folder's lock in hand.
    ///
    /// # Errors
    /// [`SpoolError::Io`].
    pub fn open_locked(lock: Lock, folder: &Path, max_bytes: u64) -> Result<Self, SpoolError> {
        Self::recover(folder, max_bytes, lock).map_err(|source| SpoolError::Io {
            path: folder.to_owned(),
            source,
        })
    }

    fn recover(folder: &Path, max_bytes: u64, lock: Lock) -> io::Result<Self> {
        let saved = checkpoint::load(folder)?;
        let acked_positions: BTreeMap<_, _> = saved
            .into_iter()
            .map(|position| (position.cursor.source, position))
            .collect();
        let mut positions = acked_positions.clone();
        let mut segments = VecDeque::new();
        let mut intact = true;
        for number in numbers(folder)? {
            let path = segment_path(folder, number);
            if !intact {
                // Behind a broken record: read again from the log, or reported as a gap.
                fs::remove_file(&path)?;
                continue;
            }
            let file = create(&path)?;
            let mut end = 0;
            while let Some((piece, length)) = record::read(&file, end)? {
                follow(&mut positions, piece.chunk.end, piece.files);
                end += length;
            }
            let size = file.metadata()?.len();
            if size > end {
                tracing::warn!("the spool's last {} bytes are torn and cut off", size - end);
                file.set_len(end)?;
                intact = false;
            }
            segments.push_back((number, end));
        }
        if segments.is_empty() {
            segments.push_back((1, 0));
        }
        let (first, last) = (segments[0].0, segments[segments.len() - 1].0);
        Ok(Self {
            writer: create(&segment_path(folder, last))?,
            folder: folder.to_owned(),
            max_bytes,
            segments,
            acked: Mark {
                segment: first,
                offset: 0,
            },
            acked_positions,
            positions,
            buffer: Vec::new(),
            _lock: lock,
        })
    }

    /// Up to where a log is in the journal.
    pub fn position(&self, source: Source) -> Option<Position> {
        self.positions.get(&source).cloned()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Bytes the console has not confirmed.
    pub fn waiting_bytes(&self) -> u64 {
        let behind = self.segments.front().map_or(0, |(first, _)| {
            if *first == self.acked.segment {
                self.acked.offset
            } else {
                0
            }
        });
        self.bytes().saturating_sub(behind)
    }

    /// Adds a piece; on an error nothing of it is kept and the next call overwrites what is torn.
    ///
    /// # Errors
    /// [`SpoolError::Full`], [`SpoolError::Io`].
    pub fn append(&mut self, piece: &Piece) -> Result<(), SpoolError> {
        self.write(piece)?;
        let (end, files) = (piece.chunk.end, piece.files.clone());
        follow(&mut self.positions, end, files);
        Ok(())
    }

    fn write(&mut self, piece: &Piece) -> Result<(), SpoolError> {
        let mut bytes = std::mem::take(&mut self.buffer);
        let written = self.write_record(piece, &mut bytes);
        // Kept, so that the allocator is not asked for ever larger pieces; but not the largest.
        bytes.clear();
        bytes.shrink_to(BUFFER_BYTES);
        self.buffer = bytes;
        written
    }

    fn write_record(&mut self, piece: &Piece, bytes: &mut Vec<u8>) -> Result<(), SpoolError> {
        record::encode(piece, bytes).map_err(|source| self.failed(source))?;
        let used = self.bytes();
        if used + bytes.len() as u64 > self.max_bytes {
            return Err(SpoolError::Full { bytes: used });
        }
        if self.last().1 >= SEGMENT_BYTES {
            self.roll().map_err(|source| self.failed(source))?;
        }
        if let Err(source) = self.put(bytes) {
            // A full disk, perhaps of what the console has already.
            let freed = self.reclaim().unwrap_or(false);
            let again = if freed { self.put(bytes) } else { Err(source) };
            again.map_err(|source| self.failed(source))?;
        }
        if let Some((_, length)) = self.segments.back_mut() {
            *length += bytes.len() as u64;
        }
        Ok(())
    }

    fn put(&self, bytes: &[u8]) -> io::Result<()> {
        let end = self.last().1;
        let put = self.writer.write_all_at(bytes, end);
        if put.is_err() {
            // The part that was written takes the room that the position file needs.
            let _ = self.writer.set_len(end);
        }
        put
    }

    /// Gives back the room of what the console has, though its segment is not used up. Says whether
    /// there was some.
    fn reclaim(&mut self) -> io::Result<bool> {
        let before = self.bytes();
        let (segment, offset) = self.last();
        if offset > 0 && self.acked == (Mark { segment, offset }) {
            self.roll()?;
            self.acked = Mark {
                segment: segment + 1,
                offset: 0,
            };
        }
        self.drop_acked()?;
        Ok(self.bytes() < before)
    }

    /// The next records, at most `most` chunks of them, that the console does not have by its own
    /// cursors; `None` when nothing waits.
    ///
    /// # Errors
    /// [`SpoolError::Io`].
    pub fn batch(
        &self,
        stored: &BTreeMap<Source, Cursor>,
        most: usize,
    ) -> Result<Option<Batch>, SpoolError> {
        self.collect(stored, most.min(BATCH_CHUNKS))
            .map_err(|source| self.failed(source))
    }

    fn collect(&self, stored: &BTreeMap<Source, Cursor>, most: usize) -> io::Result<Option<Batch>> {
        let mut batch = Batch {
            chunks: Vec::new(),
            end: self.acked,
            positions: BTreeMap::new(),
        };
        let (mut bytes, mut attacks, mut bans) = (0, 0, 0);
        for (number, length) in &self.segments {
            if *number < batch.end.segment {
                continue;
            }
            if *number > batch.end.segment {
                batch.end = Mark {
                    segment: *number,
                    offset: 0,
                };
            }
            if batch.end.offset >= *length {
                continue;
            }
            let file = File::open(segment_path(&self.folder, *number))?;
            while batch.end.offset < *length {
                let Some((piece, size)) = record::read(&file, batch.end.offset)? else {
                    // Broken since it was written: the console sees the hole as a gap.
                    tracing::error!("a spool segment is damaged; the rest of it is given up");
                    batch.end.offset = *length;
                    break;
                };
                let cursor = piece.chunk.end;
                let is_new = stored
                    .get(&cursor.source)
                    .is_none_or(|stored| is_after(&cursor, stored));
                if is_new {
                    attacks += piece.chunk.attacks.len();
                    bans += piece.chunk.bans.len();
                    bytes += size;
                    let fits = bytes <= BATCH_BYTES
                        && batch.chunks.len() < most
                        && attacks.max(bans) <= EVENTS_PER_REPORT;
                    if !fits && !batch.chunks.is_empty() {
                        return Ok(Some(batch));
                    }
                    batch.chunks.push(piece.chunk);
                }
                batch.end.offset += size;
                if let (None, Some(before)) = (
                    batch.positions.get(&cursor.source),
                    self.acked_positions.get(&cursor.source),
                ) {
                    batch.positions.insert(cursor.source, before.clone());
                }
                follow(&mut batch.positions, cursor, piece.files);
            }
        }
        Ok((batch.end != self.acked).then_some(batch))
    }

    /// The console has the batch: whole segments before its end are deleted.
    ///
    /// # Errors
    /// [`SpoolError::Io`]; the batch counts as sent all the same.
    pub fn ack(&mut self, batch: Batch) -> Result<(), SpoolError> {
        self.acked = self.acked.max(batch.end);
        self.acked_positions.extend(batch.positions);
        self.drop_acked().map_err(|source| self.failed(source))
    }

    fn drop_acked(&mut self) -> io::Result<()> {
        let (last, length) = self.last();
        let done = Mark {
            segment: last,
            offset: length,
        };
        if self.acked == done && length >= SEGMENT_BYTES {
            self.roll()?;
            self.acked = Mark {
                segment: last + 1,
                offset: 0,
            };
        }
        let acked = self.acked.segment;
        if self
            .segments
            .front()
            .is_none_or(|(first, _)| *first >= acked)
        {
            return Ok(());
        }
        let positions: Vec<_> = self.acked_positions.values().cloned().collect();
        match checkpoint::save(&self.folder, positions.clone()) {
            Ok(()) => self.remove_acked(),
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                // Killed between the two we start from an older position; the console passes over
                // what it has.
                self.remove_acked()?;
                checkpoint::save(&self.folder, positions)
            }
            Err(error) => Err(error),
        }
    }

    fn remove_acked(&mut self) -> io::Result<()> {
        while let Some((first, _)) = self.segments.front().copied()
            && first < self.acked.segment
        {
            fs::remove_file(segment_path(&self.folder, first))?;
            self.segments.pop_front();
        }
        Ok(())
    }

    fn roll(&mut self) -> io::Result<()> {
        let next = self.last().0 + 1;
        let path = segment_path(&self.folder, next);
        self.writer = create(&path)?;
        self.writer.set_len(0)?;
        self.segments.push_back((next, 0));
        Ok(())
    }

    fn last(&self) -> (u64, u64) {
        self.segments.back().copied().unwrap_or((1, 0))
    }

    fn failed(&self, source: io::Error) -> SpoolError {
        SpoolError::Io {
            path: self.folder.clone(),
            source,
        }
    }
}

fn is_after(end: &Cursor, stored: &Cursor) -> bool {
    (end.generation, end.offset) > (stored.generation, stored.offset)
}

/// The position after a piece; what this host knew of the files stays until it is said anew.
fn follow(positions: &mut BTreeMap<Source, Position>, cursor: Cursor, files: Option<Files>) {
    let before = positions.remove(&cursor.source);
    let files = files.or_else(|| before?.files);
    positions.insert(cursor.source, Position { cursor, files });
}
