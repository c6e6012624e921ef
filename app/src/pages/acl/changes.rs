//! What differs between two sets of lists, in words, and the lists as text.

use domain::acl::file::render;
use domain::acl::{AclList, AclLists};

use crate::pages::revisions::Change;
use crate::words::Words;

/// Most rows; what is more is counted.
const ROWS: usize = 200;

/// Each list and each entry that only one of both has, and other defaults.
pub(in crate::pages) fn changes(
    words: Words,
    before: Option<&AclLists>,
    after: &AclLists,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let empty = AclLists::default();
    let before = before.unwrap_or(&empty);
    for list in before {
        if after.get(list.name.as_str()).is_none() {
            changes.push(Change {
                what: list.name.to_string(),
                before: Some(head(words, list)),
                after: None,
            });
        }
    }
    for list in after {
        let name = list.name.as_str();
        match before.get(name) {
            None => {
                changes.push(Change {
                    what: name.to_owned(),
                    before: None,
                    after: Some(head(words, list)),
                });
                changes.extend(Change::of_set(name, &[], &entries(words, list)));
            }
            Some(old) => {
                changes.extend(Change::of(name, head(words, old), head(words, list)));
                let (old, new) = (entries(words, old), entries(words, list));
                let mut sorted = (old.clone(), new.clone());
                sorted.0.sort();
                sorted.1.sort();
                if sorted.0 == sorted.1 {
                    // Only the order: it decides between entries for the very same network.
                    changes.extend(Change::of(name, old.join("\n"), new.join("\n")));
                } else {
                    changes.extend(Change::of_set(name, &old, &new));
                }
            }
        }
    }
    let more = changes.len().saturating_sub(ROWS);
    if more > 0 {
        changes.truncate(ROWS);
        changes.push(Change {
            what: "…".to_owned(),
            before: None,
            after: Some(words.more_changes(more)),
        });
    }
    changes
}

/// As written into `acl.conf.xml`.
pub(in crate::pages) fn text(lists: &AclLists) -> String {
    render(lists)
}

fn head(words: Words, list: &AclList) -> String {
    let default = words.acl_default_word(list.default);
    if list.adopted {
        format!("{default}, {}", words.adopted_chip())
    } else {
        default.to_owned()
    }
}

fn entries(words: Words, list: &AclList) -> Vec<String> {
    let line = |entry: &domain::acl::Entry| {
        let action = words.acl_action_word(entry.action);
        format!("{action} {} {}", entry.network(), entry.comment)
            .trim_end()
            .to_owned()
    };
    list.entries.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(json: &str) -> AclLists {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn tells_lists_defaults_entries_and_order() {
        let before = lists(
            r#"[{"name":"gone","default":"deny","entries":[]},
                {"name":"in","default":"deny","entries":[{"action":"allow","network":"192.0.2.1","comment":"A"},
                    {"action":"deny","network":"192.0.2.2"}]}]"#,
        );
        let after = lists(
            r#"[{"name":"in","default":"allow","entries":[{"action":"allow","network":"192.0.2.1","comment":"B"},
                    {"action":"deny","network":"192.0.2.2"}]},
                {"name":"new","default":"deny","entries":[{"action":"allow","network":"192.0.2.0/24"}],"adopted":true}]"#,
        );
        let told: Vec<String> = changes(Words::En, Some(&before), &after)
            .into_iter()
            .map(|change| {
                let side = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
                format!(
                    "{}: {} > {}",
                    change.what,
                    side(change.before),
                    side(change.after)
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "gone: default deny > -",
                "in: default deny > default allow",
                "in: allow 192.0.2.1 A > -",
                "in: - > allow 192.0.2.1 B",
                "new: - > default deny, takes over",
                "new: - > allow 192.0.2.0/24",
            ]
        );
        assert_eq!(changes(Words::En, Some(&after), &after), []);
        let turned = lists(
            r#"[{"name":"in","default":"deny","entries":[{"action":"deny","network":"192.0.2.2"},
                {"action":"allow","network":"192.0.2.1","comment":"A"}]},{"name":"gone","default":"deny","entries":[]}]"#,
        );
        assert_eq!(changes(Words::En, Some(&before), &turned).len(), 1);
    }
}
