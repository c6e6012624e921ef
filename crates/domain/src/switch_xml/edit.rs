//! Changing bytes of a file and leaving the others.

use std::ops::Range;

/// The text with ranges replaced; they are in order and do not overlap.
pub(crate) fn apply(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut changed = String::with_capacity(text.len() + 1024);
    let mut at = 0;
    for (range, replacement) in edits {
        changed.push_str(&text[at..range.start]);
        changed.push_str(replacement);
        at = range.end;
    }
    changed.push_str(&text[at..]);
    changed
}

/// The blanks before `offset` on its line, if there is nothing else before it.
pub(crate) fn indent(text: &str, offset: usize) -> Option<&str> {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[start..offset];
    before
        .trim_matches([' ', '\t'])
        .is_empty()
        .then_some(before)
}

/// The file's line end.
pub(crate) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// A range with its indentation and line end, where it has its lines for itself.
pub(crate) fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let after = &text[range.end..];
    let end = ["\r\n", "\n"]
        .into_iter()
        .find(|end| after.starts_with(end));
    match (indent(text, range.start), end) {
        (Some(indent), Some(end)) => range.start - indent.len()..range.end + end.len(),
        _ => range.clone(),
    }
}

/// Lines of new elements at the end of an element: on lines of their own where its closing tag is the
/// first of its line; an empty element is opened. Each ends its line in any case: FreeSWITCH loses a
/// byte of a line that is longer than 1 MiB.
pub(crate) fn insert_before_close(
    text: &str,
    parent: &Range<usize>,
    name: &str,
    elements: &[String],
) -> (Range<usize>, String) {
    let element = &text[parent.clone()];
    let line_end = line_end(text);
    if element.ends_with("/>") {
        let outer = indent(text, parent.start).unwrap_or_default();
        let gap = format!("{line_end}{outer}  ");
        let inner = elements.join(&gap);
        let opened = format!(">{gap}{inner}{line_end}{outer}</{name}>");
        return (parent.end - 2..parent.end, opened);
    }
    let close = parent.start + element.rfind("</").unwrap_or(element.len());
    match indent(text, close) {
        Some(outer) => {
            let gap = format!("{line_end}{outer}  ");
            let inner = elements.join(&gap);
            let at = close - outer.len();
            (at..at, format!("{outer}  {inner}{line_end}"))
        }
        None => (close..close, elements.join(line_end)),
    }
}
