//! Our values put into a file: only what says something else is changed.

use std::ops::Range;

use super::super::form::Field;
use super::super::rules::{CallRules, Prefixes};
use super::problem::{FileProblem, What};
use super::read::{File, Members};
use super::{MAX_BYTES, SECTION};

/// The file with these rules in it.
///
/// Values of our four keys that say the same already stay as they are written; others are replaced where they stand;
/// missing keys follow the last one, in the file's own style. An empty file becomes a new one.
///
/// # Errors
/// [`FileProblem`] where the file cannot be read as an object with at most one section. Values that
/// [`super::read`] refuses are no problem: they are replaced.
pub fn write(bytes: &[u8], rules: &CallRules) -> Result<Vec<u8>, FileProblem> {
    let file = File::of(bytes)?;
    let text = file.text;
    let mut edits = Edits(Vec::new());
    match file.object()? {
        None => {
            let style = Style::of_file(text);
            let gap = if text.is_empty() || text.ends_with(['\n', '\r']) {
                ""
            } else {
                style.newline
            };
            let object = style.section(rules);
            let newline = style.newline;
            edits.add(
                text.len()..text.len(),
                format!("{gap}{{{newline}  {object}{newline}}}{newline}"),
            );
        }
        Some(root) => match root.section {
            None => {
                let style = Style::of(text, &root.members);
                let section = style.section(rules);
                edits.insert(text, &root.members, &style, &[section]);
            }
            Some(section) => change(&file, &section, rules, &mut edits),
        },
    }
    let written = edits.apply(text);
    if file.bom.len() + written.len() > MAX_BYTES {
        return Err(FileProblem::whole(What::TooLarge));
    }
    Ok([file.bom, written.as_bytes()].concat())
}

/// Changes an object that is there.
fn change(file: &File<'_>, section: &Members, rules: &CallRules, edits: &mut Edits) {
    let mut missing = Vec::new();
    for field in Field::ALL {
        let Some(at) = section.of(field) else {
            missing.push(member(field, rules));
            continue;
        };
        let place = at.clone();
        let same = match field {
            Field::Filename => file
                .filename(place)
                .is_ok_and(|found| found == rules.filename),
            Field::MaxLength => file
                .max_len(place)
                .is_ok_and(|found| found == rules.max_len),
            Field::Deny => file
                .prefixes(field, place)
                .is_ok_and(|found| found == rules.deny),
            Field::Allow => file
                .prefixes(field, place)
                .is_ok_and(|found| found == rules.allow),
        };
        if !same {
            edits.add(at, value(field, rules));
        }
    }
    if !missing.is_empty() {
        edits.insert(file.text, section, &Style::of(file.text, section), &missing);
    }
}

/// One member of our object.
fn member(field: Field, rules: &CallRules) -> String {
    format!("\"{}\": {}", field.key(), value(field, rules))
}

/// Nothing that our types let through needs an escape in JSON.
fn value(field: Field, rules: &CallRules) -> String {
    let list = |prefixes: &Prefixes| {
        let quoted: Vec<String> = prefixes
            .iter()
            .map(|prefix| format!("\"{prefix}\""))
            .collect();
        format!("[{}]", quoted.join(", "))
    };
    match field {
        Field::Filename => format!("\"{}\"", rules.filename),
        Field::MaxLength => rules.max_len.to_string(),
        Field::Deny => list(&rules.deny),
        Field::Allow => list(&rules.allow),
    }
}

/// How a file separates the members of an object.
struct Style<'a> {
    /// The file's line end.
    newline: &'a str,
    /// What stands before each key: a line end and blanks, a blank, or nothing.
    gap: String,
    /// What one more bracket adds to `gap`, where it has a line end.
    indent: &'a str,
}

impl<'a> Style<'a> {
    fn of_file(text: &'a str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self {
            newline,
            gap: format!("{newline}  "),
            indent: "  ",
        }
    }

    /// As the last member of the object is written.
    fn of(text: &'a str, members: &Members) -> Self {
        let style = Self::of_file(text);
        let Some((key, _)) = members.last else {
            let outer = indent_before(text, members.inside - 1);
            let gap = format!("{}{outer}  ", style.newline);
            return Self { gap, ..style };
        };
        let blanks = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let width = text.as_bytes()[..key]
            .iter()
            .rev()
            .take_while(|byte| blanks(byte))
            .count();
        let before = &text[key - width..key];
        match before.rfind('\n') {
            // A top-level key: what stands before it is one step of indentation.
            Some(end) => {
                let indent = &before[end + 1..];
                let gap = format!("{}{indent}", style.newline);
                Self {
                    gap,
                    indent,
                    ..style
                }
            }
            None => Self {
                gap: if width > 0 {
                    " ".to_owned()
                } else {
                    String::new()
                },
                ..style
            },
        }
    }

    fn is_lines(&self) -> bool {
        self.gap.contains('\n')
    }

    /// Key and object of a new section.
    fn section(&self, rules: &CallRules) -> String {
        let members = Field::ALL.map(|field| member(field, rules));
        if !self.is_lines() {
            return format!("\"{SECTION}\": {{{}}}", members.join(", "));
        }
        let gap = format!("{}{}", self.gap, self.indent);
        let members = members.join(&format!(",{gap}"));
        format!("\"{SECTION}\": {{{gap}{members}{}}}", self.gap)
    }
}

/// The blanks at the begin of the line that holds the byte `at`.
fn indent_before(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let rest = &text[line..at];
    &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
}

/// Replacements, none of which overlap.
struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    fn add(&mut self, place: Range<usize>, text: String) {
        self.0.push((place, text));
    }

    /// New members behind the last one.
    fn insert(&mut self, text: &str, object: &Members, style: &Style<'_>, members: &[String]) {
        let gap = &style.gap;
        let joined = members.join(&format!(",{gap}"));
        if let Some((_, end)) = object.last {
            self.add(end..end, format!(",{gap}{joined}"));
            return;
        }
        // An empty object. A comment in it keeps its own line end.
        let inside = object.inside;
        let rest = &text[inside..];
        let closed = rest.find('}').map_or(rest, |end| &rest[..end]);
        let outer = indent_before(text, inside - 1);
        let after = if closed.contains('\n') {
            String::new()
        } else {
            format!("{}{outer}", style.newline)
        };
        self.add(inside..inside, format!("{gap}{joined}{after}"));
    }

    fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(place, _)| (place.start, place.end));
        let mut written = String::with_capacity(text.len() + 256);
        let mut from = 0;
        for (place, new) in &self.0 {
            written.push_str(&text[from..place.start]);
            written.push_str(new);
            from = place.end;
        }
        written.push_str(&text[from..]);
        written
    }
}
