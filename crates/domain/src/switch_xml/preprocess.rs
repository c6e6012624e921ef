//! FreeSWITCH's preprocessor (`preprocess` in its `switch_xml.c`): works on lines, before the XML is
//! read, and so acts inside comments and attributes too.

use super::Lines;
use super::Place;

/// What a line brings into the file that is not in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brings {
    /// Other files, by pattern.
    Files(String),
    /// A program's output.
    Program,
}

/// A line that FreeSWITCH replaces by something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Where it stands.
    pub place: Place,
    /// Byte offset of its line.
    pub(crate) offset: usize,
    /// What it brings.
    pub brings: Brings,
}

/// A file behind the preprocessor. The text has the length of the file's: what FreeSWITCH does not see is
/// blank, so that offsets are those of the file.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is left.
    pub text: String,
    /// What comes in from elsewhere, in order.
    pub brought: Vec<Directive>,
}

/// Blanks what FreeSWITCH drops: every line with `<include>`, `</include>` or `<?`, every line with
/// `X-PRE-PROCESS`, and `<!--#…-->`.
pub fn preprocess(text: &str) -> Seen {
    let lines = Lines::new(text);
    let mut seen = String::with_capacity(text.len());
    let mut brought = Vec::new();
    let mut inside = false;
    for line in text.split_inclusive(['\r', '\n']) {
        let offset = seen.len();
        if is_dropped(line) {
            blank(&mut seen, line);
            continue;
        }
        let mut rest = line;
        if inside {
            // Like `is_dropped`: what is behind a variable is not looked at.
            let head = variable_end(line).map_or(line, |end| &line[..end]);
            let Some(end) = head.find("-->") else {
                blank(&mut seen, line);
                continue;
            };
            inside = false;
            blank(&mut seen, &line[..end + 3]);
            rest = &line[end + 3..];
        }
        let mut note = |at: usize, command: Option<(String, String)>| {
            let Some(brings) = command.and_then(|(name, data)| brings(&name, data)) else {
                return;
            };
            let place = lines.place(at);
            brought.push(Directive {
                place,
                offset,
                brings,
            });
        };
        if let Some(at) = find_directive(rest) {
            let from = seen.len();
            blank(&mut seen, rest);
            if rest[..at].ends_with('<') {
                note(from + at, element_command(&rest[at..]));
            }
        } else if let Some(at) = rest.find("<!--#") {
            let (end, closed) = match rest[at..].find("-->") {
                Some(end) => (at + end + 3, true),
                None => (rest.len(), false),
            };
            inside = !closed;
            seen.push_str(&rest[..at]);
            note(seen.len(), comment_command(&rest[at + 5..end]));
            blank(&mut seen, &rest[at..end]);
            seen.push_str(&rest[end..]);
        } else {
            seen.push_str(rest);
        }
    }
    Seen {
        text: seen,
        brought,
    }
}

/// Is the whole line passed over? FreeSWITCH looks only up to the end of the line's first variable: it
/// has put a NUL there.
fn is_dropped(line: &str) -> bool {
    let head = variable_end(line).map_or(line, |end| &line[..end]);
    ["<include>", "</include>", "<?"]
        .iter()
        .any(|word| head.contains(word))
}

/// Where the first `$${…}` of the line closes.
fn variable_end(line: &str) -> Option<usize> {
    line.match_indices("$${").find_map(|(at, _)| {
        let mut depth = 0_u32;
        for (offset, byte) in line[at + 2..].bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at + 2 + offset);
            }
        }
        None
    })
}

/// `X-PRE-PROCESS`, in any case, with or without `<`.
pub(super) fn find_directive(line: &str) -> Option<usize> {
    const WORD: &[u8] = b"x-pre-process";
    line.as_bytes()
        .windows(WORD.len())
        .position(|window| window.eq_ignore_ascii_case(WORD))
}

/// `cmd="…" data="…"`, as sloppily as FreeSWITCH looks for them.
fn element_command(text: &str) -> Option<(String, String)> {
    let text = text.find("/>").map_or(text, |end| &text[..end + 2]);
    let (name, text) = quoted_after(text, "cmd")?;
    let (data, _) = quoted_after(text, "data")?;
    Some((name.to_owned(), data.to_owned()))
}

fn quoted_after<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let lower = text.to_ascii_lowercase();
    let after = &text[lower.find(word)?..];
    let after = &after[after.find('=')?..];
    let after = &after[after.find('"')? + 1..];
    Some(after.split_once('"').unwrap_or((after, "")))
}

/// `<!--#name data-->`.
fn comment_command(text: &str) -> Option<(String, String)> {
    let text = text.trim_end_matches("-->").trim_end_matches(['\r', '\n']);
    let (name, data) = text.split_once(' ')?;
    let quoted = data
        .split_once('"')
        .and_then(|(_, data)| data.split_once('"'));
    let data = quoted.map_or(data, |(data, _)| data);
    Some((name.to_owned(), data.to_owned()))
}

fn brings(name: &str, data: String) -> Option<Brings> {
    match name.to_ascii_lowercase().as_str() {
        "include" => Some(Brings::Files(data)),
        "exec" => Some(Brings::Program),
        _ => None, // sets a variable
    }
}

/// As many blanks as the line has bytes; line ends stay.
fn blank(seen: &mut String, line: &str) {
    for byte in line.bytes() {
        seen.push(match byte {
            b'\r' => '\r',
            b'\n' => '\n',
            _ => ' ',
        });
    }
}
