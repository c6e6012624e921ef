//! The editor's server functions; each is one change to the draft.

use backend::config;
use domain::acl::paste::paste;
use domain::acl::{AclList, Action, Entry, file};
use domain::config::Kind;
use domain::ids::NodeId;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::acl::address::address_of;
use crate::pages::acl::edit::{Asked, Done, Wrong, edit, named, place};
use crate::request::words;
use crate::words::Words;

/// Adds a list, or changes name and default of one.
#[server(prefix = "/api/ui", endpoint = "acl_list_save")]
async fn acl_list_save(
    #[server(default)] list: String,
    #[server(default)] name: String,
    #[server(default)] default: String,
    #[server(default)] adopted: Option<String>,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let words = words();
    let mut typed = vec![("name", name.clone()), ("default", default.clone())];
    typed.extend(adopted.clone().map(|adopted| ("adopted", adopted)));
    let is_new = list.is_empty();
    let name_of_form = if is_new { "list_add" } else { "list" };
    let asked = Asked::new((name_of_form, typed), &version, node)?;
    edit(asked, |lists| {
        let name = name
            .parse()
            .map_err(|error| ("name", words.name_error(error).to_owned()))?;
        let default = action(&default, "default", words)?;
        let taken = |other: &AclList| other.name == name && other.name.as_str() != list;
        if lists.iter().any(taken) {
            return Err(("name", words.list_taken().to_owned()));
        }
        let adopted = adopted.is_some();
        let page = address_of(&format!("{name}"), node, "");
        let text = words.acl_saved(name.as_str());
        if is_new {
            lists.push(AclList {
                name,
                default,
                entries: Vec::new(),
                adopted,
            });
        } else {
            let found = named(lists, &list)?;
            found.name = name;
            found.default = default;
            found.adopted = adopted;
        }
        Ok(Done { text, page })
    })
    .await
}

/// Takes a list out.
#[server(prefix = "/api/ui", endpoint = "acl_list_remove")]
async fn acl_list_remove(
    list: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let asked = Asked::new(("list", Vec::new()), &version, node)?;
    edit(asked, |lists| {
        named(lists, &list)?;
        lists.retain(|other| other.name.as_str() != list);
        let page = node.map_or("/acl".to_owned(), |node| format!("/acl?node={node}"));
        Ok(Done {
            text: words().acl_removed(&list),
            page,
        })
    })
    .await
}

/// Adds an entry, or changes one.
#[server(prefix = "/api/ui", endpoint = "acl_entry_save")]
async fn acl_entry_save(
    list: String,
    #[server(default)] entry: String,
    #[server(default)] action: String,
    #[server(default)] network: String,
    #[server(default)] comment: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let words = words();
    let typed = vec![
        ("action", action.clone()),
        ("network", network.clone()),
        ("comment", comment.clone()),
    ];
    let asked = Asked::new(("entry", typed), &version, node)?;
    edit(asked, |lists| {
        let found = named(lists, &list)?;
        let action = self::action(&action, "action", words)?;
        let comment = comment
            .parse()
            .map_err(|error| ("comment", words.comment_error(error).to_owned()))?;
        let new = network
            .parse()
            .map_err(domain::acl::EntryError::Network)
            .and_then(|network| Entry::new(action, network, comment))
            .map_err(|error| ("network", words.entry_error(&error)))?;
        let at = if entry.is_empty() {
            None
        } else {
            Some(place(found, &entry)?)
        };
        match at {
            Some(at) => found.entries[at] = new,
            None => found.entries.push(new),
        }
        let page = address_of(&list, node, "");
        Ok(Done {
            text: words.acl_saved(&list),
            page,
        })
    })
    .await
}

/// Takes an entry out.
#[server(prefix = "/api/ui", endpoint = "acl_entry_remove")]
async fn acl_entry_remove(
    list: String,
    entry: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let asked = Asked::new(("entry", Vec::new()), &version, node)?;
    edit(asked, |lists| {
        let found = named(lists, &list)?;
        let at = place(found, &entry)?;
        found.entries.remove(at);
        let page = address_of(&list, node, "");
        Ok(Done {
            text: words().acl_saved(&list),
            page,
        })
    })
    .await
}

/// Adds many entries; one line that is wrong refuses them all.
#[server(prefix = "/api/ui", endpoint = "acl_paste")]
async fn acl_paste(
    list: String,
    #[server(default)] lines: String,
    #[server(default)] paste_action: String,
    #[server(default)] replace: Option<String>,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let words = words();
    let mut typed = vec![
        ("lines", lines.clone()),
        ("paste_action", paste_action.clone()),
    ];
    typed.extend(replace.clone().map(|replace| ("replace", replace)));
    let asked = Asked::new(("paste", typed), &version, node)?;
    edit(asked, |lists| {
        let found = named(lists, &list)?;
        let pasted = paste(&lines, action(&paste_action, "paste_action", words)?);
        if pasted.entries.is_empty() && pasted.faults.is_empty() {
            return Err(("lines", words.problem_missing().to_owned()));
        }
        let faults = pasted.faults.iter().take(10);
        let faults: Vec<String> = faults
            .map(|fault| {
                let problem = format!("{}: {}", fault.text, words.paste_fault(&fault.fault));
                words.problem_line(fault.line, &problem)
            })
            .collect();
        if !faults.is_empty() {
            return Err(("lines", faults.join("\n")));
        }
        if replace.is_some() {
            found.entries.clear();
        }
        let text = words.paste_done(pasted.entries.len(), &list);
        found
            .entries
            .extend(pasted.entries.into_iter().map(|(_, entry)| entry));
        Ok(Done {
            text,
            page: address_of(&list, node, ""),
        })
    })
    .await
}

/// Takes lists over from the text of a file.
#[server(prefix = "/api/ui", endpoint = "acl_import")]
async fn acl_import(
    #[server(default)] file: String,
    #[server(default)] from_node: String,
    #[server(default)] only: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let words = words();
    // Not the file: it is too large to be kept for the form.
    let typed = vec![("only", only.clone())];
    let asked = Asked::new(("import", typed), &version, node)?;
    let file = match from_node.parse().map(NodeId) {
        Err(_) => file,
        Ok(from) => {
            let texts = config::texts(&asked.backend, from, Kind::Acl).await?;
            let Some(text) = texts.into_values().next() else {
                let problem = words.import_no_text().to_owned();
                return asked.refuse("file", problem).await;
            };
            text
        }
    };
    edit(asked, |lists| {
        let (brought, left) = bring_in(&file, only.trim(), words)?;
        let names: Vec<String> = brought.iter().map(|list| list.name.to_string()).collect();
        let page = address_of(&names[0], node, "");
        for list in brought {
            match lists.iter_mut().find(|other| other.name == list.name) {
                Some(other) => *other = list,
                None => lists.push(list),
            }
        }
        let mut text = words.import_done(&names.join(", "));
        if !left.is_empty() {
            text.push(' ');
            text.push_str(&words.import_left(&left.join("; ")));
        }
        Ok(Done { text, page })
    })
    .await
}

/// The lists of a file that can be ours, and what cannot.
fn bring_in(text: &str, only: &str, words: Words) -> Result<(Vec<AclList>, Vec<String>), Wrong> {
    let file = file::read(text).map_err(|error| ("file", words.file_reason(&error.into())))?;
    let mut brought = Vec::new();
    let mut left = Vec::new();
    let counts = |list: &&file::FoundList| {
        let last = file
            .list(&list.name)
            .is_some_and(|last| last.place == list.place);
        last && (only.is_empty() || list.name == only)
    };
    for found in file.lists.iter().filter(counts) {
        match found.import() {
            // In its place in the file it goes on meaning what it means.
            Ok(imported) if only.is_empty() && imported.loses_meaning() => {
                let why = imported
                    .left_out
                    .iter()
                    .find(|finding| finding.fault.is_unknown());
                let why = why
                    .map(|finding| words.acl_fault(&finding.fault))
                    .unwrap_or_default();
                left.push(words.import_stays(imported.list.name.as_str(), &why));
            }
            Ok(imported) => {
                left.extend(imported.left_out.iter().map(|finding| {
                    let fault = words.acl_fault(&finding.fault);
                    words.problem_line(finding.place.line as usize, &fault)
                }));
                brought.push(AclList {
                    adopted: !found.ours || found.adopted,
                    ..imported.list
                });
            }
            Err(error) => left.push(words.cannot_import(&error)),
        }
    }
    left.truncate(10);
    if brought.is_empty() {
        let why = if left.is_empty() {
            String::new()
        } else {
            format!(" {}", left.join("; "))
        };
        return Err(("file", format!("{}{why}", words.import_none())));
    }
    Ok((brought, left))
}

fn action(text: &str, field: &'static str, words: Words) -> Result<Action, Wrong> {
    text.parse()
        .map_err(|_| (field, words.problem_missing().to_owned()))
}
