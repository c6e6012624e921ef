//! Where our part of the file is, or would be.

use std::ops::Range;

use roxmltree::Node;

use super::{BEGIN, END, FileError, MarkerFault};
use crate::switch_xml::Lines;

/// Finds our two comments inside `<network-lists>`.
pub(super) fn find(
    lists: Node<'_, '_>,
    lines: &Lines<'_>,
) -> Result<Option<Range<usize>>, FileError> {
    let mut begin: Option<Range<usize>> = None;
    let mut end: Option<Range<usize>> = None;
    for node in lists
        .document()
        .root()
        .descendants()
        .filter(Node::is_comment)
    {
        let text = node.text().unwrap_or_default().trim();
        let is_begin = text.starts_with(BEGIN);
        if !is_begin && !text.starts_with(END) {
            continue;
        }
        let refuse = |fault| {
            let place = lines.place(node.range().start);
            let begin = is_begin;
            Err(FileError::Marker {
                place,
                begin,
                fault,
            })
        };
        if node.parent() != Some(lists) {
            return refuse(MarkerFault::Misplaced);
        }
        let half = if is_begin { &mut begin } else { &mut end };
        if half.is_some() {
            return refuse(MarkerFault::Twice);
        }
        *half = Some(node.range());
        if !is_begin && begin.is_none() {
            return refuse(MarkerFault::Alone);
        }
    }
    match (begin, end) {
        (Some(begin), Some(end)) => Ok(Some(begin.start..end.end)),
        (Some(begin), None) => Err(FileError::Marker {
            place: lines.place(begin.start),
            begin: true,
            fault: MarkerFault::Alone,
        }),
        _ => Ok(None),
    }
}
