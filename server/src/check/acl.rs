//! `check acl`: by the lists of an `acl.conf.xml`, as FreeSWITCH takes them.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;

use domain::acl::Action;
use domain::acl::file::{self, AclFile, Finding};
use domain::inert::inert;
use domain::net::parse_address;
use domain::profile::AUTOMATIC_LISTS;
use domain::switch_xml::{Place, SIZE_LIMIT};
use serde::Serialize;

use super::batch::{Item, each, json};
use super::{Answer, CheckError, Format, read_file};

/// Asks a list about every address. Were all allowed?
pub(super) fn ask(
    path: &Path,
    list: &OsStr,
    addresses: &[OsString],
    format: Format,
) -> Result<bool, CheckError> {
    let list = list.to_string_lossy();
    let lists = read(path)?;
    if lists.list(&list).is_none() && AUTOMATIC_LISTS.contains(&&*list) {
        return Err(CheckError::Content {
            path: path.to_owned(),
            what: format!("FreeSWITCH makes {list} itself; it is not in the file"),
        });
    }
    complain(path, &lists, &list)?;
    Ok(each(addresses, |item| judge(&lists, &list, item, format))?)
}

fn read(path: &Path) -> Result<AclFile, CheckError> {
    let bytes = read_file(path, SIZE_LIMIT)?;
    let at = |place: Place, what: String| CheckError::Place {
        path: path.to_owned(),
        line: place.line as usize,
        column: place.column as usize,
        what,
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        at(Place::behind(&before), "not UTF-8".to_owned())
    })?;
    file::read(text).map_err(|error| match error.place() {
        Some(place) => {
            let what = error.to_string();
            let what = what.strip_prefix(&format!("{place}: ")).unwrap_or(&what);
            at(place, what.to_owned())
        }
        None => CheckError::Content {
            path: path.to_owned(),
            what: error.to_string(),
        },
    })
}

/// What FreeSWITCH passes over without a word: about this list and about the whole file.
fn complain(path: &Path, lists: &AclFile, list: &str) -> Result<(), CheckError> {
    let mut errors = std::io::stderr().lock();
    let path = super::shown(path);
    for Finding {
        place,
        list: found,
        fault,
    } in &lists.findings
    {
        let Place { line, column } = place;
        match found {
            None => writeln!(errors, "{path}:{line}:{column}: {fault}")?,
            Some(found) if found == list => {
                let list = inert(list.as_bytes(), 200);
                writeln!(errors, "{path}:{line}:{column}: list {list}: {fault}")?;
            }
            Some(_) => {}
        }
    }
    if lists.list(list).is_none() {
        let list = inert(list.as_bytes(), 200);
        writeln!(
            errors,
            "{path}: there is no list {list}; FreeSWITCH denies everybody"
        )?;
    }
    Ok(())
}

/// One line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    address: &'a str,
    list: &'a str,
    verdict: &'static str,
    /// The node that decided, or whose default.
    by: By<'a>,
    /// What could make it another answer and is not in the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsure: Vec<Unsure>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
enum By<'a> {
    Node {
        line: u32,
        column: u32,
        action: Action,
        network: &'a str,
    },
    Default {
        line: u32,
        column: u32,
    },
    NoList,
    NotAnAddress,
}

#[derive(Serialize)]
struct Unsure {
    line: u32,
    column: u32,
    why: String,
}

fn judge(lists: &AclFile, name: &str, item: &Item<'_>, format: Format) -> Answer {
    let text = item.text();
    let address = parse_address(text.trim()).ok();
    let verdict = address.map(|address| lists.decide(name, address));
    let by = match &verdict {
        None => By::NotAnAddress,
        Some(verdict) => match (verdict.list, verdict.by) {
            (None, _) => By::NoList,
            (_, Some((node, net))) => By::Node {
                line: node.place.line,
                column: node.place.column,
                action: node.action.unwrap_or(Action::Deny),
                network: &net.text,
            },
            (Some(list), None) => By::Default {
                line: list.place.line,
                column: list.place.column,
            },
        },
    };
    let allowed = verdict.as_ref().is_some_and(|verdict| verdict.allowed);
    let open = verdict.map(|verdict| verdict.open).unwrap_or_default();
    let shown = if allowed { "allowed" } else { "denied" };
    let line = match format {
        Format::Json => json(&Line {
            address: &item.clipped(),
            list: name,
            verdict: shown,
            by,
            unsure: open.into_iter().map(unsure).collect(),
        }),
        Format::Text => {
            let by = match by {
                By::Node {
                    line,
                    action,
                    network,
                    ..
                } => {
                    format!("line {line}: {action} {}", inert(network.as_bytes(), 200))
                }
                By::Default { line, .. } => format!("line {line}: default"),
                By::NoList => "no such list".to_owned(),
                By::NotAnAddress => "not an address".to_owned(),
            };
            let open: Vec<String> = open
                .iter()
                .map(|finding| finding.place.line.to_string())
                .collect();
            let open = if open.is_empty() {
                String::new()
            } else {
                format!("\tunsure, see line {}", open.join(", "))
            };
            format!("{shown}\t{}\t{by}{open}", item.shown())
        }
    };
    Answer { allowed, line }
}

fn unsure(finding: &Finding) -> Unsure {
    Unsure {
        line: finding.place.line,
        column: finding.place.column,
        why: finding.fault.to_string(),
    }
}
