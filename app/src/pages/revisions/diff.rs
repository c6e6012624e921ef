//! Two texts side by side: what stands in one and not in the other, with some lines around it.

use std::ops::Range;
use std::time::Duration;

use domain::inert::{inert, is_inert};
use similar::{DiffTag, TextDiff};

/// Unchanged lines shown around a change.
const AROUND: usize = 3;
/// Most rows of one comparison.
const MOST_ROWS: usize = 2_000;
/// Most bytes of one line that are shown.
const MOST_BYTES: usize = 2_000;
/// After this long a coarser comparison is good enough.
const LIMIT: Duration = Duration::from_millis(200);

/// One line of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub number: usize,
    /// Harmless to show.
    pub text: String,
}

/// What stands beside each other; one of both where something was added or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub left: Option<Line>,
    pub right: Option<Line>,
    pub changed: bool,
}

/// Changes that are near each other, with the lines around them.
pub(super) type Hunk = Vec<Row>;

/// The differences; none where the texts are the same. The flag: there are more than are shown.
pub(super) fn hunks(left: &str, right: &str) -> (Vec<Hunk>, bool) {
    let diff = TextDiff::configure().timeout(LIMIT).diff_lines(left, right);
    let line = |text: Option<&str>, index: usize| {
        text.map(|text| Line {
            number: index + 1,
            text: shown(text),
        })
    };
    let mut hunks = Vec::new();
    let mut rows = 0;
    for group in diff.grouped_ops(AROUND) {
        let mut hunk = Hunk::new();
        for op in group {
            let (tag, old, new) = op.as_tag_tuple();
            for (left, right) in side_by_side(old, new) {
                if rows == MOST_ROWS {
                    hunks.push(hunk);
                    return (hunks, true);
                }
                rows += 1;
                hunk.push(Row {
                    left: left.and_then(|index| line(diff.old_slice(index), index)),
                    right: right.and_then(|index| line(diff.new_slice(index), index)),
                    changed: tag != DiffTag::Equal,
                });
            }
        }
        hunks.push(hunk);
    }
    (hunks, false)
}

/// Every line of `text`, and whether `before` has it at this place too.
pub(super) fn marked(before: &str, text: &str) -> (Vec<(Line, bool)>, bool) {
    let diff = TextDiff::configure()
        .timeout(LIMIT)
        .diff_lines(before, text);
    let mut lines = Vec::new();
    for op in diff.ops() {
        let (tag, _, new) = op.as_tag_tuple();
        for index in new {
            if lines.len() == MOST_ROWS {
                return (lines, true);
            }
            let text = diff.new_slice(index).map(shown).unwrap_or_default();
            let number = index + 1;
            lines.push((Line { number, text }, tag != DiffTag::Equal));
        }
    }
    (lines, false)
}

fn side_by_side(
    old: Range<usize>,
    new: Range<usize>,
) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
    let rows = old.len().max(new.len());
    let at = |range: &Range<usize>, row: usize| (row < range.len()).then(|| range.start + row);
    (0..rows).map(move |row| (at(&old, row), at(&new, row)))
}

/// As it is in the file, but for what cannot be seen or turns the reading direction.
fn shown(line: &str) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let cut = line.floor_char_boundary(MOST_BYTES);
    let mut text = String::with_capacity(cut);
    let mut bytes = [0; 4];
    for character in line[..cut].chars() {
        let encoded: &str = character.encode_utf8(&mut bytes);
        if character == '\t' || is_inert(encoded) {
            text.push(character);
        } else {
            text.push_str(&inert(encoded.as_bytes(), encoded.len()));
        }
    }
    if cut < line.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(lines: usize) -> String {
        let lines: Vec<String> = (1..=lines).map(|n| format!("line {n}\n")).collect();
        lines.concat()
    }

    fn texts(row: &Row) -> (Option<&str>, Option<&str>) {
        (
            row.left.as_ref().map(|line| line.text.as_str()),
            row.right.as_ref().map(|line| line.text.as_str()),
        )
    }

    #[test]
    fn shows_what_differs_and_a_little_around_it() {
        let before = numbered(30);
        let after = before
            .replace("line 3\n", "line three\n")
            .replace("line 29\n", "");
        let (hunks, more) = hunks(&before, &after);
        assert!(!more);
        assert_eq!(hunks.len(), 2);
        let changed: Vec<_> = hunks
            .iter()
            .flatten()
            .filter(|row| row.changed)
            .map(texts)
            .collect();
        assert_eq!(
            changed,
            [
                (Some("line 3"), Some("line three")),
                (Some("line 29"), None)
            ]
        );
        assert!(hunks.iter().flatten().count() <= 2 * (1 + 2 * AROUND));
        let (lines, _) = marked(&before, &after);
        let new: Vec<_> = lines.iter().filter(|(_, changed)| *changed).collect();
        assert_eq!(new.len(), 1);
        assert_eq!((new[0].0.number, new[0].0.text.as_str()), (3, "line three"));
        assert!(super::hunks(&before, &before).0.is_empty());
    }

    #[test]
    fn what_is_hostile_is_shown_harmless_and_bounded() {
        assert_eq!(
            shown("a\u{202e}b\\\t\u{1b}[0m\r\n"),
            "a\\u{202e}b\\\t\\x1b[0m\\x0d"
        );
        let long = "é".repeat(MOST_BYTES);
        assert!(shown(&long).len() <= MOST_BYTES + '…'.len_utf8());
        let many = numbered(50_000);
        let (rows, more) = hunks("", &many);
        assert!(more);
        assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), MOST_ROWS);
    }
}
