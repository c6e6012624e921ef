//! Before the parser: `X-PRE-PROCESS` lines, `<!--#include …-->`, `$${variables}`. Works by lines,
//! knows nothing of XML, and loses what it does not understand, as FreeSWITCH does.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// How deep files may include files.
const MOST_DEPTH: usize = 100;
/// A line is read into pieces of this size; twice that is what variables may grow to.
const PIECE: usize = 1024;

/// Global variables, in the order they were set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables(Vec<(String, String)>);

impl Variables {
    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self
            .0
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// Sets it (at the end of the list), or forgets it when there is no value.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The text that the parser gets for `freeswitch.xml` in `folder`; `set` lines change `variables`.
/// None when there is no such file.
pub fn preprocess(folder: &Path, variables: &mut Variables) -> Option<Vec<u8>> {
    let mut run = Run {
        variables,
        output: Vec::new(),
    };
    run.file(&folder.join("freeswitch.xml"), 0)?;
    Some(run.output)
}

struct Run<'a> {
    variables: &'a mut Variables,
    output: Vec<u8>,
}

impl Run<'_> {
    fn file(&mut self, path: &Path, depth: usize) -> Option<()> {
        if depth > MOST_DEPTH {
            return None;
        }
        let content = std::fs::read(path).ok()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut in_comment = false;
        for line in content.split_inclusive(|byte| b"\r\n".contains(byte)) {
            // Where the first variable's name ends, it has put an end into the line as read.
            let read = &line[..variable_end(line).unwrap_or(line.len())];
            let line = self.expand(line);
            if ["<include>", "</include>", "<?"]
                .iter()
                .any(|words| has(read, words))
            {
                continue;
            }
            let mut rest = line.as_slice();
            if in_comment {
                let Some(end) = position(read, b"-->") else {
                    continue;
                };
                in_comment = false;
                rest = &read[end + 3..];
            }
            let lower = rest.to_ascii_lowercase();
            if let Some(at) = position(&lower, b"x-pre-process") {
                // So `<X-NO-PRE-PROCESS` is dropped, and `<!-- <X-PRE-PROCESS` is not.
                if at > 0 && rest[at - 1] == b'<' {
                    self.instruction(&rest[at..], folder, depth);
                }
            } else if let Some(at) = position(rest, b"<!--#") {
                self.output.extend_from_slice(&rest[..at]);
                let inside = &rest[at..];
                let end = position(inside, b"-->");
                in_comment = end.is_none();
                // Before what it brings in.
                if let Some(end) = end {
                    self.output.extend_from_slice(&inside[end + 3..]);
                }
                self.comment(&inside[5..], folder, depth);
            } else {
                self.output.extend_from_slice(rest);
            }
        }
        Some(())
    }

    /// `X-PRE-PROCESS cmd="set" data="a=b"/>`
    fn instruction(&mut self, tag: &[u8], folder: &Path, depth: usize) {
        let tag = String::from_utf8_lossy(tag);
        let tag = tag.split("/>").next().unwrap_or_default();
        let Some((command, rest)) = quoted_after(tag, "cmd") else {
            return;
        };
        if let Some((data, _)) = quoted_after(rest, "data") {
            self.act(command, data, folder, depth);
        }
    }

    /// `#set "a=b" -->`
    fn comment(&mut self, inside: &[u8], folder: &Path, depth: usize) {
        let text = String::from_utf8_lossy(inside);
        let text = text.split("-->").next().unwrap_or_default();
        let text = text.split(['\r', '\n']).next().unwrap_or_default();
        let Some((command, argument)) = text.split_once(' ') else {
            return;
        };
        let quoted = argument
            .split_once('"')
            .and_then(|(_, rest)| rest.split_once('"'));
        self.act(
            command,
            quoted.map_or(argument, |(inside, _)| inside),
            folder,
            depth,
        );
    }

    /// Programs are not run, nobody is asked over the network.
    fn act(&mut self, command: &str, data: &str, folder: &Path, depth: usize) {
        if command.eq_ignore_ascii_case("include") {
            for file in matching(folder, data) {
                self.file(&file, depth + 1);
            }
        } else if command.eq_ignore_ascii_case("set") {
            if let Some((name, value)) = data.split_once('=') {
                let value = value.trim_start_matches(' ');
                self.variables.set(name.trim_end_matches(' '), Some(value));
            }
        } else if command.eq_ignore_ascii_case("stun-set")
            && let Some((name, value)) = data.split_once('=')
            && let Some(own) = self.variables.get("local_ip_v4").map(str::to_owned)
        {
            let found = if value.starts_with("stun:") {
                own
            } else {
                value.to_owned()
            };
            self.variables.set(name, Some(&found));
        }
    }

    /// Replaces `$${name}`. What does not fit into the line's space is cut off, end of line included.
    fn expand(&self, line: &[u8]) -> Vec<u8> {
        if position(line, b"$${").is_none() {
            return line.to_vec();
        }
        let room = 2 * PIECE * (line.len() / PIECE + 1);
        let mut expanded = Vec::with_capacity(room);
        let mut rest = line;
        while !rest.is_empty() && expanded.len() < room - 1 {
            if rest.starts_with(b"$${")
                && let Some(end) = variable_end(rest)
            {
                let name = String::from_utf8_lossy(&rest[3..end]);
                let value = self.variables.get(&name).unwrap_or_default();
                let fits = room - expanded.len();
                expanded.extend(value.bytes().take(fits));
                rest = &rest[end + 1..];
            } else {
                expanded.push(rest[0]);
                rest = &rest[1..];
            }
        }
        expanded
    }
}

/// Where the first `$${…}` closes; braces nest.
fn variable_end(line: &[u8]) -> Option<usize> {
    let start = position(line, b"$${")? + 3;
    let mut depth = 1;
    let end = line[start..].iter().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    end.map(|end| start + end)
}

fn position(text: &[u8], words: &[u8]) -> Option<usize> {
    text.windows(words.len()).position(|part| part == words)
}

fn has(text: &[u8], words: &str) -> bool {
    position(text, words.as_bytes()).is_some()
}

/// After `key`, `=` and `"`: what stands before the next quote, and what after it.
fn quoted_after<'a>(text: &'a str, key: &str) -> Option<(&'a str, &'a str)> {
    let at = text.to_ascii_lowercase().find(key)?;
    let (_, rest) = text[at..].split_once('=')?;
    let (_, rest) = rest.split_once('"')?;
    Some(rest.split_once('"').unwrap_or((rest, "")))
}

/// The files that a pattern names, sorted; `*` and `?` stand for letters in one part of the path.
fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in folder.join(pattern).components() {
        let name = part.as_os_str().to_string_lossy();
        let is_pattern = matches!(part, Component::Normal(_)) && name.contains(['*', '?']);
        found = found
            .into_iter()
            .flat_map(|path| {
                if is_pattern {
                    entries(&path, &name)
                } else {
                    vec![path.join(part)]
                }
            })
            .collect();
    }
    found.retain(|path| path.exists());
    found
}

fn entries(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| is_like(name, pattern))
        .collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

fn is_like(name: &OsStr, pattern: &str) -> bool {
    let name = name.to_string_lossy();
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    fits(name.as_bytes(), pattern.as_bytes())
}

fn fits(name: &[u8], pattern: &[u8]) -> bool {
    match (name, pattern) {
        (_, [b'*', rest @ ..]) => (0..=name.len()).any(|from| fits(&name[from..], rest)),
        ([_, name @ ..], [b'?', rest @ ..]) => fits(name, rest),
        ([letter, name @ ..], [wanted, rest @ ..]) => letter == wanted && fits(name, rest),
        ([], []) => true,
        _ => false,
    }
}
