//! What is asked, one by one, and the answers: streamed, in bounded memory.

use std::ffi::OsString;
use std::io::{self, BufRead, BufWriter, Write};

use domain::inert;
use serde::Serialize;

/// Bytes of an item that are kept. What is longer is neither a number nor an address.
const KEPT: usize = 4096;
/// Bytes of an item that are shown.
const SHOWN: usize = 1000;

/// One thing asked.
pub struct Item<'a> {
    /// Its first bytes.
    pub bytes: &'a [u8],
    /// Its length in characters, where it has more bytes than are kept.
    long: Option<usize>,
}

impl Item<'_> {
    /// Its length in characters.
    pub fn chars(&self) -> usize {
        self.long.unwrap_or_else(|| self.text().chars().count())
    }

    /// As text; bytes that are none are replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes)
    }

    /// For one column of a line: inert, clipped.
    pub fn shown(&self) -> String {
        let mut shown = inert::inert(self.bytes, SHOWN);
        if self.bytes.len() > SHOWN {
            shown.push_str("...");
        }
        shown
    }

    /// For JSON: [`Item::text`], clipped the same.
    pub fn clipped(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(SHOWN)])
    }
}

/// What is printed about an item.
pub struct Answer {
    /// Is it allowed?
    pub allowed: bool,
    /// Without the line end.
    pub line: String,
}

/// Answers each argument, or each line of standard input where there are none. Were all allowed?
///
/// # Errors
/// When input or output fails. A reader that went away (`| head`) is none.
pub fn each(arguments: &[OsString], judge: impl FnMut(&Item<'_>) -> Answer) -> io::Result<bool> {
    let mut output = Output {
        judge,
        to: BufWriter::new(io::stdout().lock()),
        all_allowed: true,
    };
    let done = if arguments.is_empty() {
        lines(&mut io::stdin().lock(), &mut output)
    } else {
        arguments.iter().try_for_each(|argument| {
            let bytes = argument.as_encoded_bytes();
            let long = (bytes.len() > KEPT).then(|| count(bytes));
            let bytes = &bytes[..bytes.len().min(KEPT)];
            output.answer(&Item { bytes, long })
        })
    };
    match done.and_then(|()| output.to.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(output.all_allowed),
    }
}

/// JSON on one line, with everything escaped that a terminal could act on or hide.
pub fn json(value: &impl Serialize) -> String {
    let Ok(plain) = serde_json::to_string(value) else {
        return "{}".to_owned();
    };
    let mut text = String::with_capacity(plain.len());
    for character in plain.chars() {
        if inert::is_inert(character.encode_utf8(&mut [0; 4])) {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = std::fmt::Write::write_fmt(&mut text, format_args!("\\u{unit:04x}"));
            }
        }
    }
    text
}

struct Output<J, W: Write> {
    judge: J,
    to: BufWriter<W>,
    all_allowed: bool,
}

impl<J: FnMut(&Item<'_>) -> Answer, W: Write> Output<J, W> {
    fn answer(&mut self, item: &Item<'_>) -> io::Result<()> {
        let answer = (self.judge)(item);
        self.all_allowed &= answer.allowed;
        self.to.write_all(answer.line.as_bytes())?;
        self.to.write_all(b"\n")
    }
}

/// Each line without its end (LF or CRLF); also one without an end at the end.
fn lines<J: FnMut(&Item<'_>) -> Answer, W: Write>(
    input: &mut impl BufRead,
    output: &mut Output<J, W>,
) -> io::Result<()> {
    let mut line: Vec<u8> = Vec::new();
    let (mut length, mut chars) = (0, 0);
    loop {
        let read = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let end = read.iter().position(|byte| *byte == b'\n');
        let piece = &read[..end.unwrap_or(read.len())];
        let room = KEPT.saturating_sub(line.len());
        line.extend_from_slice(&piece[..piece.len().min(room)]);
        length += piece.len();
        chars += count(piece);
        let used = piece.len() + usize::from(end.is_some());
        let all_used = used == read.len();
        input.consume(used);
        let over = used == 0;
        if end.is_some() || over && length > 0 {
            let long = (length > KEPT).then_some(chars);
            let bytes = line.strip_suffix(b"\r").unwrap_or(&line);
            output.answer(&Item { bytes, long })?;
            line.clear();
            (length, chars) = (0, 0);
        }
        if over {
            return Ok(());
        }
        if all_used {
            // Whoever types, or asks from another program, waits for the answer.
            output.to.flush()?;
        }
    }
}

/// Characters: the bytes that do not continue one.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}
