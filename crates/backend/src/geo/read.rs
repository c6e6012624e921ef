//! One file of ranges: `first,last,value…`, a range a line, sorted.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Take};
use std::path::Path;
use std::str::FromStr;

use csv::{ByteRecord, ReaderBuilder};
use domain::geo::{Asn, Country};
use domain::inert;

use super::places::Names;
use super::ranges::{Misfit, Ranges};

/// Bytes of one file; today's largest has 24 MB.
const BYTES: u64 = 64 << 20;
/// Bytes that may be read on the way to the end of a line, beside the 8 KiB that are read ahead; today's
/// longest line has 260.
const LINE: usize = 16 << 10;
/// Ranges in one file; today's largest has 412,000.
const ROWS: usize = 1_000_000;
/// Bytes of a network's name that are kept; today's longest has 169.
const NAME: usize = 200;
/// Bytes of all names together; today's have 2.1 MB.
const NAMES: usize = 8 << 20;

/// Why files cannot be used. Those that were read before stay in use.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// None of the files is there.
    #[error("none of the files is there")]
    NoFile,
    /// A file cannot be read.
    #[error("{file}: {source}")]
    Read {
        /// Which.
        file: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("{file}, line {line}: {fault}")]
    Line {
        /// Which.
        file: &'static str,
        /// From 1.
        line: u64,
        /// What is wrong.
        fault: Fault,
    },
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too few or too many fields.
    #[error("expected {0} fields")]
    Fields(usize),
    /// The first or second field.
    #[error("no address of this file's family")]
    Address,
    /// The range is empty.
    #[error("the range ends before it begins")]
    Backwards,
    /// The table could not be searched.
    #[error("the range does not begin after the one before")]
    Order,
    /// The third field.
    #[error("no country: two capital letters")]
    Country,
    /// The third field.
    #[error("no number of a network")]
    Network,
    /// Not UTF-8.
    #[error("not UTF-8")]
    Text,
    /// Past our limits.
    #[error("the line is too long")]
    TooLong,
    /// Past our limits.
    #[error("the file is too large")]
    TooLarge,
}

impl From<Misfit> for Fault {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Backwards => Self::Backwards,
            Misfit::Order => Self::Order,
        }
    }
}

/// `first,last,DE`
pub(super) fn countries<A>(path: &Path, file: &'static str) -> Result<Ranges<A, Country>, LoadError>
where
    A: Copy + Ord + FromStr,
{
    rows(path, file, 3, |[_, _, country, _]| {
        country.parse().map_err(|_| Fault::Country)
    })
}

/// `first,last,64500,"Example, Inc."`
pub(super) fn networks<A>(
    path: &Path,
    file: &'static str,
    names: &mut Names,
) -> Result<Ranges<A, Asn>, LoadError>
where
    A: Copy + Ord + FromStr,
{
    rows(path, file, 4, |[_, _, number, name]| {
        let asn: Asn = number.parse().map_err(|_| Fault::Network)?;
        if names.add(asn, &harmless(name), NAMES) {
            Ok(asn)
        } else {
            Err(Fault::TooLarge)
        }
    })
}

/// Whoever registers a network chooses its name.
fn harmless(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    let name = &name[..name.floor_char_boundary(NAME)];
    if inert::is_inert(name) {
        return Cow::Borrowed(name);
    }
    let mut text = inert::inert(name.as_bytes(), NAME);
    text.truncate(text.floor_char_boundary(NAME));
    Cow::Owned(text)
}

/// A file of which one line takes bounded memory, also where a quote is never closed.
struct Lines {
    file: Take<File>,
    /// Of this line; 0: it is too long.
    left: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(Fault::TooLong));
        }
        let room = buffer.len().min(self.left);
        let read = self.file.read(&mut buffer[..room])?;
        self.left -= read;
        Ok(read)
    }
}

fn rows<A, V>(
    path: &Path,
    file: &'static str,
    fields: usize,
    mut value: impl FnMut([&str; 4]) -> Result<V, Fault>,
) -> Result<Ranges<A, V>, LoadError>
where
    A: Copy + Ord + FromStr,
    V: Copy,
{
    let broken = |source| LoadError::Read { file, source };
    let open = File::open(path).map_err(broken)?;
    // One byte more, so that a file of exactly the limit is none that was cut.
    let lines = Lines {
        file: open.take(BYTES + 1),
        left: LINE,
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(lines);
    let mut record = ByteRecord::new();
    let mut ranges = Ranges::default();
    loop {
        reader.get_mut().left = LINE;
        let line = reader.position().line();
        let refuse = |fault| LoadError::Line { file, line, fault };
        let more = match reader.read_byte_record(&mut record) {
            Err(_) if reader.get_ref().left == 0 => return Err(refuse(Fault::TooLong)),
            more => more.map_err(|error| broken(io::Error::from(error)))?,
        };
        if reader.position().byte() > BYTES || ranges.len() >= ROWS {
            return Err(refuse(Fault::TooLarge));
        }
        if !more {
            ranges.shrink();
            return Ok(ranges);
        }
        if record.len() != fields {
            return Err(refuse(Fault::Fields(fields)));
        }
        let mut texts = [""; 4];
        for (text, field) in texts.iter_mut().zip(&record) {
            *text = std::str::from_utf8(field).map_err(|_| refuse(Fault::Text))?;
        }
        let address = |text: &str| text.parse::<A>().map_err(|_| refuse(Fault::Address));
        let (first, last) = (address(texts[0])?, address(texts[1])?);
        let value = value(texts).map_err(refuse)?;
        ranges
            .push(first, last, value)
            .map_err(|misfit| refuse(misfit.into()))?;
    }
}
