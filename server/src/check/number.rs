//! `check number`: by the call rules of a `cti.json`.

use std::ffi::OsString;
use std::path::Path;

use domain::cti::file::{self, Section};
use domain::cti::{CallRules, Field, Verdict};
use serde::Serialize;

use super::batch::{Item, each, json};
use super::{Answer, CheckError, Format, read_file};

/// Judges every number. Were all allowed?
pub(super) fn ask(path: &Path, numbers: &[OsString], format: Format) -> Result<bool, CheckError> {
    let rules = rules(path)?;
    Ok(each(numbers, |item| judge(&rules, item, format))?)
}

fn rules(path: &Path) -> Result<CallRules, CheckError> {
    let content = |what| CheckError::Content {
        path: path.to_owned(),
        what,
    };
    let bytes = read_file(path, file::MAX_BYTES)?;
    match file::read(&bytes) {
        Ok(Section::Whole(rules)) => Ok(rules),
        Ok(Section::Absent) => Err(content("there is no \"fail2ban\" in it".into())),
        Ok(Section::Partial { missing }) => {
            let keys: Vec<&str> = missing.into_iter().map(Field::key).collect();
            Err(content(format!("\"fail2ban\" lacks {}", keys.join(", "))))
        }
        Err(problem) => Err(CheckError::Place {
            path: path.to_owned(),
            line: problem.line,
            column: problem.column,
            what: problem.what.to_string(),
        }),
    }
}

/// One line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    number: &'a str,
    verdict: &'static str,
    /// The key in `cti.json`; none where nothing refuses the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// The entry of that key that decided; none where no entry matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<usize>,
    length: usize,
}

fn judge(rules: &CallRules, item: &Item<'_>, format: Format) -> Answer {
    let number = item.text();
    let verdict = match rules.judge(&number) {
        // What was cut off counts.
        Verdict::TooLong { max, .. } => Verdict::TooLong {
            length: item.chars(),
            max,
        },
        verdict => verdict,
    };
    let (name, field, entry, max) = match verdict {
        Verdict::TooLong { max, .. } => ("too_long", Some(Field::MaxLength), None, Some(max.get())),
        Verdict::Denied(prefix) => ("denied", Some(Field::Deny), Some(prefix.as_str()), None),
        Verdict::NotAllowed => ("not_allowed", Some(Field::Allow), None, None),
        Verdict::Allowed(Some(prefix)) => {
            ("allowed", Some(Field::Allow), Some(prefix.as_str()), None)
        }
        Verdict::Allowed(None) => ("allowed", None, None, None),
    };
    let rule = field.map(Field::key);
    let line = match format {
        Format::Json => json(&Line {
            number: &item.clipped(),
            verdict: name,
            rule,
            entry,
            max,
            length: item.chars(),
        }),
        Format::Text => {
            let because = match verdict {
                Verdict::TooLong { length, max } => format!(" {max} < {length}"),
                Verdict::NotAllowed => " has no match".to_owned(),
                _ => entry.map(|entry| format!(" {entry}")).unwrap_or_default(),
            };
            format!("{name}\t{}\t{}{because}", item.shown(), rule.unwrap_or("-"))
        }
    };
    Answer {
        allowed: verdict.is_allowed(),
        line,
    }
}
