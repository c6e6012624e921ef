//! Many entries at once: pasted addresses, one a line, or a table saved as CSV.

use super::comment::{Comment, CommentError};
use super::lists::{Action, Entry, EntryError, LIMITS};
use crate::inert::inert;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Entries, each with the number of its line.
    pub entries: Vec<(usize, Entry)>,
    /// Lines that are none.
    pub faults: Vec<LineFault>,
}

/// A line that is no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFault {
    /// Counts from 1.
    pub line: usize,
    /// The line, inert, cut.
    pub text: String,
    /// Why.
    pub fault: PasteFault,
}

/// Why a line is no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteFault {
    /// Its network.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Its comment.
    #[error(transparent)]
    Comment(#[from] CommentError),
    /// A quotation mark is not closed.
    #[error("a quotation mark is not closed")]
    Quote,
    /// Entries past [`super::Limits::entries`].
    #[error("a list has at most 5000 entries")]
    TooMany,
}

/// Reads lines of the forms `203.0.113.7`, `203.0.113.0/24 comment`, `deny 203.0.113.7 comment`,
/// `allow,203.0.113.0/24,comment` (also with `;` or tabs, and quoted) and `203.0.113.7, 203.0.113.9`.
/// Without a word of its own an entry does `action`. Empty lines, lines that begin with `#` and a line
/// of column names are passed over.
pub fn paste(text: &str, action: Action) -> Pasted {
    let mut pasted = Pasted::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let fault = match read_line(trimmed, action) {
            Ok(None) if index == 0 => continue,
            Ok(None) => EntryError::Network(crate::net::NetError::NotAnAddress).into(),
            Ok(Some(entries)) if pasted.entries.len() + entries.len() <= LIMITS.entries => {
                pasted
                    .entries
                    .extend(entries.into_iter().map(|entry| (index + 1, entry)));
                continue;
            }
            Ok(Some(_)) => PasteFault::TooMany,
            Err(fault) => fault,
        };
        let too_many = fault == PasteFault::TooMany;
        pasted.faults.push(LineFault {
            line: index + 1,
            text: inert(trimmed.as_bytes(), 100),
            fault,
        });
        if too_many || pasted.faults.len() >= 100 {
            break;
        }
    }
    pasted
}

/// The entries of a line; none: it is a line of column names.
fn read_line(line: &str, action: Action) -> Result<Option<Vec<Entry>>, PasteFault> {
    let mut cells = cells(line)?;
    if cells[0].contains(char::is_whitespace) || cells.len() == 1 {
        cells = words(line);
    }
    let mut cells = cells.into_iter().peekable();
    let action = match cells.peek().and_then(|first| first.parse().ok()) {
        Some(action) => {
            cells.next();
            action
        }
        None => action,
    };
    let rest: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
    let Some((first, rest)) = rest.split_first() else {
        return Err(EntryError::Network(crate::net::NetError::Empty).into());
    };
    let is_heading = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_heading(first) && rest.iter().all(is_heading) && !rest.is_empty() {
        return Ok(None);
    }
    let entry = |cell: &String, comment: Comment| {
        let network = cell.parse().map_err(EntryError::Network)?;
        Ok::<_, PasteFault>(Entry::new(action, network, comment)?)
    };
    // Several addresses on a line are never a comment on the first.
    let is_network = |cell: &String| match cell.parse::<crate::net::Network>() {
        Ok(_) | Err(crate::net::NetError::HostBits { .. }) => true,
        Err(_) => false,
    };
    if rest.first().is_some_and(is_network) {
        let each = std::iter::once(first).chain(rest);
        let entries: Result<Vec<_>, _> = each.map(|cell| entry(cell, Comment::default())).collect();
        return entries.map(Some);
    }
    let comment = rest.join(", ").parse()?;
    Ok(Some(vec![entry(first, comment)?]))
}

/// Splits at the first of `,`, `;` and tab that occurs; cells may be in double quotes.
fn cells(line: &str) -> Result<Vec<String>, PasteFault> {
    let delimiter = line.chars().find(|character| ",;\t".contains(*character));
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let cell = cells.last_mut().expect("there is always a cell");
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            _ if !quoted && Some(character) == delimiter => cells.push(String::new()),
            _ => cell.push(character),
        }
    }
    if quoted {
        return Err(PasteFault::Quote);
    }
    Ok(cells.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// `deny 203.0.113.7 comment`: up to three parts.
fn words(line: &str) -> Vec<String> {
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let mut words = vec![first.to_owned()];
    if first.parse::<Action>().is_ok() {
        let rest = rest.trim();
        let (network, comment) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        words.extend([network.to_owned(), comment.trim().to_owned()]);
    } else {
        words.push(rest.trim().to_owned());
    }
    words
}
