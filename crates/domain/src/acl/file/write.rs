//! Writes our lists into `acl.conf.xml` and leaves every other byte as it is.

use std::ops::Range;

use super::read::{AclFile, FoundList, read};
use super::{BEGIN, Conflict, END, FileError};
use crate::acl::{AclList, AclLists, Entry};
use crate::switch_xml::{SIZE_LIMIT, apply, attribute, indent, insert_before_close};
use crate::switch_xml::{line_end, whole_lines};

/// Our part of the file, as it is written.
pub fn render(lists: &AclLists) -> String {
    render_lines(lists).join("\n")
}

/// One `<node>` an entry, since FreeSWITCH reads only 32 networks of an attribute.
fn render_lines(lists: &AclLists) -> Vec<String> {
    let note = "written by Callwarden; changes in here are found and shown";
    let mut lines = vec![format!("<!-- {BEGIN} ({note}) -->")];
    for AclList {
        name,
        default,
        entries,
        adopted,
    } in lists
    {
        let adopted = if *adopted { " adopted=\"true\"" } else { "" };
        lines.push(format!(
            "<list name=\"{name}\" default=\"{default}\"{adopted}>"
        ));
        lines.extend(entries.iter().map(render_entry));
        lines.push("</list>".to_owned());
    }
    lines.push(format!("<!-- {END} -->"));
    lines
}

fn render_entry(entry: &Entry) -> String {
    let Entry {
        action, comment, ..
    } = entry;
    let cidr = entry.network().ipnet();
    let comment = match comment.as_str() {
        "" => String::new(),
        comment => format!(" description=\"{}\"", attribute(comment)),
    };
    format!("  <node type=\"{action}\" cidr=\"{cidr}\"{comment}/>")
}

/// The file with these lists of ours and none else; adopted lists are taken out where they stood.
///
/// # Errors
/// [`FileError`]; the file then stays as it is.
pub fn write(text: &str, lists: &AclLists) -> Result<String, FileError> {
    let file = read(text)?;
    let mut edits: Vec<(Range<usize>, String)> = adopt(&file, lists)?
        .into_iter()
        .map(|range| (range, String::new()))
        .collect();
    edits.extend(block_edit(text, &file, lists));
    edits.sort_by_key(|(range, _)| range.start);
    let written = apply(text, &edits);
    if written.len() > SIZE_LIMIT {
        return Err(FileError::TooBigToWrite);
    }
    prove(&file, lists, &written)?;
    Ok(written)
}

/// The outside lists that go; a list of the same name that is not adopted is a conflict.
fn adopt(file: &AclFile, lists: &AclLists) -> Result<Vec<Range<usize>>, FileError> {
    let mut removed = Vec::new();
    let mut conflicts = Vec::new();
    for found in file.outside() {
        let Some(ours) = lists.get(&found.name) else {
            continue;
        };
        if ours.adopted && !found.has_unseen {
            removed.push(found.range.clone());
        } else {
            conflicts.push(Conflict {
                name: ours.name.clone(),
                place: found.place,
                has_unseen: found.has_unseen,
            });
        }
    }
    if conflicts.is_empty() {
        Ok(removed)
    } else {
        Err(FileError::Conflicts(conflicts))
    }
}

fn block_edit(text: &str, file: &AclFile, lists: &AclLists) -> Option<(Range<usize>, String)> {
    let Some(block) = &file.block else {
        if lists.is_empty() {
            return None;
        }
        let lines = render_lines(lists);
        return Some(insert_before_close(
            text,
            &file.network_lists,
            "network-lists",
            &lines,
        ));
    };
    if lists.is_empty() {
        return Some((whole_lines(text, block), String::new()));
    }
    let gap = indent(text, block.start).unwrap_or_default();
    let gap = format!("{}{gap}", line_end(text));
    Some((block.clone(), render_lines(lists).join(&gap)))
}

/// Reads the new text as FreeSWITCH would, before anybody has to.
fn prove(before: &AclFile, lists: &AclLists, written: &str) -> Result<(), FileError> {
    let after = read(written)?;
    if let (Some(place), false) = (after.unshowable, lists.is_empty()) {
        let place = before.unshowable.unwrap_or(place);
        return Err(FileError::Unshowable { place });
    }
    let kept = |found: &&FoundList| lists.get(&found.name).is_none();
    let same = before
        .outside()
        .filter(kept)
        .map(|found| (&found.name, found.default, found.nodes.len()))
        .eq(after
            .outside()
            .map(|found| (&found.name, found.default, found.nodes.len())));
    if same && after.ours().as_ref() == Ok(lists) {
        Ok(())
    } else {
        Err(FileError::NotReadBack)
    }
}
