//! One open log file: complete lines out, never past a torn tail, and a check that the bytes
//! before the position are still what they were.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use domain::wire::RAW_LIMIT;

use super::identity::{FileId, MARK_BYTES, is_telling, mark};
use super::lines::{Batch, LINE_LIMIT, Parser};

/// Bytes read at once, and most bytes of (short) lines in one chunk.
pub(super) const READ_BYTES: usize = 128 << 10;

/// Most bytes looked through for the end of one over-long line before others get their turn.
const SCAN_BYTES: u64 = 8 << 20;

/// What a look at the file gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Lines were consumed.
    Lines,
    /// Nothing complete is there.
    Idle,
    /// An over-long line is still being looked through.
    Busy,
    /// The file is not what it was: truncated or rewritten in place.
    Changed,
    /// Bytes behind the position vanished, from here to there; those before it are intact.
    Shrunk(u64, u64),
}

/// A file being read.
#[derive(Debug)]
pub(super) struct LogFile {
    pub file: File,
    pub id: FileId,
    /// Bytes consumed.
    pub offset: u64,
    /// Size when last looked at.
    pub size: u64,
    /// The up to [`MARK_BYTES`] bytes before `offset`.
    before: Vec<u8>,
    /// The first (up to [`MARK_BYTES`]) bytes of the file.
    head: Vec<u8>,
    /// A line past [`LINE_LIMIT`] whose end is not found yet.
    long: Option<Long>,
    /// How many bytes (at most [`MARK_BYTES`]) of a line without an end were seen, and their hash.
    torn: (usize, i64),
}

#[derive(Debug)]
struct Long {
    head: Vec<u8>,
    upto: u64,
}

impl LogFile {
    /// Opens a regular file at its start. `Ok(None)`: there is none.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        // Asked before opening: opening a named pipe would wait for its writer.
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(io::Error::other("is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        Ok(Some(Self {
            id: FileId::of(&metadata),
            size: metadata.len(),
            file,
            offset: 0,
            before: Vec::new(),
            head: Vec::new(),
            long: None,
            torn: (0, mark(b"")),
        }))
    }

    /// Moves to `offset` if the bytes before it hash to `expected`; false (and unmoved) if not.
    pub fn seek_marked(&mut self, offset: u64, expected: i64) -> io::Result<bool> {
        let Some(before) = self.bytes_before(offset)? else {
            return Ok(false);
        };
        if mark(&before) != expected {
            return Ok(false);
        }
        self.before = before;
        self.offset = offset;
        Ok(true)
    }

    /// Starts over at the first byte, as another generation.
    pub fn rewind(&mut self) {
        self.offset = 0;
        self.size = 0;
        self.before.clear();
        self.head.clear();
        self.long = None;
        self.torn = (0, mark(b""));
    }

    /// Hash of the bytes before the position.
    pub fn mark(&self) -> i64 {
        mark(&self.before)
    }

    /// Consumes complete lines into `batch`, at most [`READ_BYTES`] or as many as fit.
    pub fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        parser: &Parser,
        batch: &mut Batch,
    ) -> io::Result<Read> {
        buffer.resize(READ_BYTES, 0);
        let mut scanned = 0;
        loop {
            let from = self.long.as_ref().map_or(self.offset, |long| long.upto);
            let count = read_at(&self.file, buffer, from)?;
            // After the read: what was read before this check is from before any change it finds.
            if let Some(changed) = self.check()? {
                return Ok(changed);
            }
            let bytes = &buffer[..count];
            if count == 0 {
                return Ok(Read::Idle);
            }
            if self.long.is_none() {
                if bytes.get(..self.torn.0).map(mark) != Some(self.torn.1) {
                    // Replaced before its end came.
                    self.torn = (0, mark(b""));
                    return Ok(self.vanished(self.offset, self.size));
                }
                if self.consume(bytes, parser, batch) {
                    return Ok(Read::Lines);
                }
                let seen = count.min(MARK_BYTES);
                self.torn = (seen, mark(&bytes[..seen]));
                if count <= LINE_LIMIT {
                    return Ok(Read::Idle);
                }
            }
            if self.skip(bytes, parser, batch)? {
                return Ok(Read::Lines);
            }
            scanned += count as u64;
            if scanned >= SCAN_BYTES {
                return Ok(Read::Busy);
            }
        }
    }

    /// Consumes what is left without a newline: the file is not written any more.
    pub fn finish(&mut self, parser: &Parser, batch: &mut Batch) -> io::Result<bool> {
        if let Some(long) = self.long.take() {
            parser.overlong(batch, self.offset, &long.head);
            let end = long.upto;
            self.before = self.bytes_before(end)?.unwrap_or_default();
            self.offset = end;
            return Ok(true);
        }
        let mut rest = vec![0; LINE_LIMIT];
        let count = read_at(&self.file, &mut rest, self.offset)?;
        // Grown since the last read: complete lines first.
        if count > 0 && !self.consume(&rest[..count], parser, batch) {
            parser.line(batch, self.offset, &rest[..count]);
            self.advance(&rest[..count]);
        }
        Ok(count > 0)
    }

    /// Does `other` hold everything that was read here? False where that cannot be told.
    pub fn is_continued_in(&self, other: &Self) -> io::Result<bool> {
        let same = other.bytes_before(self.offset)?.as_deref() == Some(&self.before[..]);
        Ok(same && other.id != self.id && self.is_telling())
    }

    /// Is `other` a copy of this file, older or newer? False where that cannot be told.
    pub fn is_copied_in(&self, other: &Self) -> io::Result<bool> {
        let mut head = vec![0; self.head.len()];
        let count = read_at(&other.file, &mut head, 0)?;
        head.truncate(count);
        Ok(self.head.starts_with(&head) && other.id != self.id && is_telling(&head))
    }

    /// Could this position be found again in another file?
    pub fn is_telling(&self) -> bool {
        is_telling(&self.before)
    }

    fn consume(&mut self, bytes: &[u8], parser: &Parser, batch: &mut Batch) -> bool {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            parser.line(batch, self.offset + start as u64, &bytes[start..end]);
            start = end + 1;
            if batch.is_full() {
                break;
            }
        }
        self.advance(&bytes[..start]);
        start > 0
    }

    /// Looks for the end of an over-long line; true when found.
    fn skip(&mut self, bytes: &[u8], parser: &Parser, batch: &mut Batch) -> io::Result<bool> {
        let long = self.long.get_or_insert_with(|| Long {
            head: bytes[..bytes.len().min(RAW_LIMIT)].to_vec(),
            upto: self.offset,
        });
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            long.upto += bytes.len() as u64;
            return Ok(false);
        };
        let end = long.upto + end as u64 + 1;
        let Some(before) = self.bytes_before(end)? else {
            return Ok(false); // shrunk since; the next look sees it
        };
        if let Some(long) = self.long.take() {
            parser.overlong(batch, self.offset, &long.head);
        }
        self.before = before;
        self.offset = end;
        self.torn = (0, mark(b""));
        Ok(true)
    }

    fn advance(&mut self, consumed: &[u8]) {
        self.offset += consumed.len() as u64;
        self.torn = (0, mark(b""));
        if consumed.len() >= MARK_BYTES {
            self.before.clear();
            self.before
                .extend_from_slice(&consumed[consumed.len() - MARK_BYTES..]);
        } else {
            self.before.extend_from_slice(consumed);
            let surplus = self.before.len().saturating_sub(MARK_BYTES);
            self.before.drain(..surplus);
        }
    }

    fn check(&mut self) -> io::Result<Option<Read>> {
        let size = self.file.metadata()?.len();
        if size < self.offset
            || self.bytes_before(self.offset)?.as_deref() != Some(&self.before[..])
        {
            return Ok(Some(Read::Changed));
        }
        let known = std::mem::replace(&mut self.size, size);
        if size < known {
            self.long = None;
            self.torn = (0, mark(b""));
            let changed = self.vanished(size, known);
            if changed == Read::Changed {
                self.size = known;
            }
            return Ok(Some(changed));
        }
        if self.head.len() < MARK_BYTES && size > self.head.len() as u64 {
            self.head.resize(MARK_BYTES, 0);
            let count = read_at(&self.file, &mut self.head, 0)?;
            self.head.truncate(count);
        }
        Ok(None)
    }

    /// Unread bytes vanished. With nothing read before them it is another file altogether.
    fn vanished(&self, from: u64, to: u64) -> Read {
        if self.offset == 0 {
            Read::Changed
        } else {
            Read::Shrunk(from, to)
        }
    }

    fn bytes_before(&self, offset: u64) -> io::Result<Option<Vec<u8>>> {
        let length = offset.min(MARK_BYTES as u64);
        let mut before = vec![0; usize::try_from(length).unwrap_or(MARK_BYTES)];
        let count = read_at(&self.file, &mut before, offset - length)?;
        Ok((count == before.len()).then_some(before))
    }
}

/// Fills the buffer as far as the file goes.
fn read_at(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match file.read_at(&mut buffer[count..], from + count as u64) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}
