//! FreeSWITCH's XML files as FreeSWITCH reads them: first its preprocessor, line by line and blind to
//! comments, then the XML that is left.
//!
//! What FreeSWITCH's own parser forgives (attributes without quotes, a bare `&`) is refused here: the
//! meaning is lost there without a word.

mod edit;
mod preprocess;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use roxmltree::{Document, Error, Node, ParsingOptions};
use serde::{Deserialize, Serialize};

pub(crate) use edit::{apply, indent, insert_before_close, line_end, whole_lines};
pub use preprocess::{Brings, Directive, Seen, preprocess};

use crate::inert::inert;

/// Most bytes of a file that is read or written.
pub const SIZE_LIMIT: usize = 5 << 20;

/// Longest line of a file, its end included. FreeSWITCH cuts longer ones and loses the byte at the cut.
const LINE_LIMIT: usize = (1 << 20) - 1;

/// Most bytes of what a switch says it has loaded: of a character that is not ASCII it writes the number,
/// three times as long.
pub(crate) const LOADED_LIMIT: usize = 4 * SIZE_LIMIT;

/// Most elements, texts and comments of one file.
const NODE_LIMIT: u32 = 300_000;

/// Deepest element.
const DEPTH_LIMIT: usize = 64;

/// A place in a file; both count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Character of the line.
    pub column: u32,
}

impl Place {
    /// The place behind a text.
    pub fn behind(text: &str) -> Self {
        Lines::new(text).place(text.len())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a file is not read at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum XmlError {
    /// Bigger than [`SIZE_LIMIT`].
    #[error("the file is bigger than 5 MB")]
    TooBig,
    /// A line that FreeSWITCH would cut.
    #[error("{place}: the line is longer than 1 MB; FreeSWITCH would lose a byte of it")]
    LongLine {
        /// Its begin.
        place: Place,
    },
    /// Not well-formed.
    #[error("{place}: not well-formed XML: {reason}")]
    Malformed {
        /// Where it was noticed.
        place: Place,
        /// The parser's words, inert.
        reason: String,
    },
    /// A document type: its entities could stand for anything.
    #[error("{place}: a DOCTYPE is not accepted")]
    Doctype {
        /// Where it stands.
        place: Place,
    },
    /// Deeper than 64 elements.
    #[error("{place}: nested too deeply")]
    TooDeep {
        /// The first element that is too deep.
        place: Place,
    },
    /// More elements than any switch has.
    #[error("the file has too many elements")]
    TooMany,
}

impl XmlError {
    /// Where, if it is about one place.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Malformed { place, .. }
            | Self::LongLine { place }
            | Self::Doctype { place }
            | Self::TooDeep { place } => Some(*place),
            Self::TooBig | Self::TooMany => None,
        }
    }
}

/// Tells places by byte offsets.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    pub(crate) fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = self.text.get(self.starts[line - 1]..offset);
        let column = before.map_or(0, |before| before.chars().count()) + 1;
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

/// Is a file of a size that is read here, and by FreeSWITCH?
pub(crate) fn check_size(text: &str) -> Result<(), XmlError> {
    if text.len() > SIZE_LIMIT {
        return Err(XmlError::TooBig);
    }
    let mut offset = 0;
    for line in text.split_inclusive(['\r', '\n']) {
        if line.len() > LINE_LIMIT {
            let place = Lines::new(text).place(offset);
            return Err(XmlError::LongLine { place });
        }
        offset += line.len();
    }
    Ok(())
}

/// Parses what [`preprocess`] left (or what a switch answered), within the limits.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    if text.len() > LOADED_LIMIT {
        return Err(XmlError::TooBig);
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODE_LIMIT,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|error| explain(text, &error))?;
    if let Some(deep) = too_deep(document.root_element()) {
        let place = Lines::new(text).place(deep.range().start);
        return Err(XmlError::TooDeep { place });
    }
    Ok(document)
}

fn explain(text: &str, error: &Error) -> XmlError {
    let lines = Lines::new(text);
    let place = match error {
        Error::NodesLimitReached | Error::AttributesLimitReached => return XmlError::TooMany,
        Error::DtdDetected => {
            let at = text.find("<!DOCTYPE").unwrap_or(0);
            let place = lines.place(at);
            return XmlError::Doctype { place };
        }
        Error::NoRootNode | Error::UnclosedRootNode | Error::UnexpectedEndOfStream => {
            lines.place(text.trim_end().len())
        }
        other => Place {
            line: other.pos().row,
            column: other.pos().col,
        },
    };
    // The parser names the place in its sentence, too.
    let reason = error
        .to_string()
        .replacen(&format!(" at {}", error.pos()), "", 1);
    XmlError::Malformed {
        place,
        reason: inert(reason.as_bytes(), 200),
    }
}

/// The first element that lies too deep, without recursion.
fn too_deep<'a, 'b>(root: Node<'a, 'b>) -> Option<Node<'a, 'b>> {
    let mut node = root;
    let mut depth = 1;
    loop {
        if depth > DEPTH_LIMIT {
            return Some(node);
        }
        if let Some(child) = node.first_element_child() {
            node = child;
            depth += 1;
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling_element() {
                node = next;
                break;
            }
            depth -= 1;
            if depth == 0 {
                return None;
            }
            node = node.parent_element()?;
        }
    }
}

/// The element's name as FreeSWITCH sees it: namespaces mean nothing there.
pub(crate) fn tag<'a>(element: Node<'_, '_>, text: &'a str) -> &'a str {
    let text = &text[element.range().start + 1..];
    let is_end = |character: char| character.is_ascii_whitespace() || "/>".contains(character);
    &text[..text.find(is_end).unwrap_or(text.len())]
}

/// Is the word true for FreeSWITCH (`switch_true`)? Everything else is false, `permit` too.
pub fn is_true(word: &str) -> bool {
    const TRUE: [&str; 7] = ["yes", "on", "true", "t", "enabled", "active", "allow"];
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    let is_number = unsigned
        .bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit());
    TRUE.iter().any(|yes| yes.eq_ignore_ascii_case(word)) || (is_number && atoi(word) != 0)
}

/// C's `atoi` as glibc has it: blanks, a sign, digits; what follows does not count, nor what does not fit.
pub(crate) fn atoi(text: &str) -> i32 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let number = digits
        .bytes()
        .take_while(u8::is_ascii_digit)
        .fold(0_i64, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(i64::from(digit - b'0'))
        });
    let number = match (negative, number) {
        (true, i64::MAX) => i64::MIN,
        (true, number) => -number,
        (false, number) => number,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "glibc cuts the long to an int"
    )]
    let number = number as i32;
    number
}

/// A value for an attribute in double quotes, in which neither XML nor the preprocessor finds anything
/// to act on: `$${…}` is expanded and a line with `X-PRE-PROCESS` dropped wherever they stand.
pub(crate) fn attribute(value: &str) -> Cow<'_, str> {
    let hides_directive = contains_directive(value);
    let special = |character: char| matches!(character, '&' | '<' | '>' | '"' | '$');
    if !hides_directive && !value.contains(special) {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len() + 16);
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '$' => text.push_str("&#36;"),
            '-' if hides_directive => text.push_str("&#45;"),
            _ => text.push(character),
        }
    }
    Cow::Owned(text)
}

/// Would the preprocessor drop a line that holds this?
pub(crate) fn contains_directive(text: &str) -> bool {
    preprocess::find_directive(text).is_some()
}

/// Holds a `$${variable}`, whose value only the switch knows?
pub(crate) fn has_variable(text: &str) -> bool {
    text.contains("$${")
}
