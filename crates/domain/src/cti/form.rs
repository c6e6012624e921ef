//! Call rules as an operator types them: four texts, prefixes one per line or between commas.

use serde::{Deserialize, Serialize};

use super::rules::{CallRules, Prefixes};
use super::values::{LogNameError, MaxLengthError, Prefix, PrefixError};
use crate::inert::inert;

/// The texts of the form, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormText {
    /// Name of the log file.
    pub filename: String,
    /// Maximum length.
    pub max_len: String,
    /// Denied prefixes.
    pub deny: String,
    /// Allowed prefixes.
    pub allow: String,
}

/// A field of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The log file.
    Filename,
    /// The maximum length.
    MaxLength,
    /// Denied prefixes.
    Deny,
    /// Allowed prefixes.
    Allow,
}

impl Field {
    /// Every field, in the order of the file.
    pub const ALL: [Self; 4] = [Self::Filename, Self::MaxLength, Self::Deny, Self::Allow];

    /// The key in `cti.json`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Filename => "filename",
            Self::MaxLength => "destination_number_max_len",
            Self::Deny => "deny_prefix",
            Self::Allow => "allow_prefix",
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {reason}", field.key())]
pub struct FieldProblem {
    /// Where.
    pub field: Field,
    /// What.
    pub reason: Reason,
}

/// Why a field cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Reason {
    /// The log file.
    #[error(transparent)]
    Filename(LogNameError),
    /// The maximum length.
    #[error(transparent)]
    MaxLength(MaxLengthError),
    /// One entry of a list.
    #[error("\"{entry}\": {error}")]
    Prefix {
        /// The entry, harmless and clipped.
        entry: String,
        /// Why not.
        error: PrefixError,
    },
    /// More than 1,000 entries.
    #[error("at most 1000 prefixes")]
    TooMany,
}

impl FormText {
    /// The rules, or all that is wrong (at most one problem for each field).
    ///
    /// # Errors
    /// Every field that cannot be taken.
    pub fn parse(&self) -> Result<CallRules, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let filename = self.filename.trim().parse().map_err(Reason::Filename);
        let filename = keep(Field::Filename, filename, &mut problems);
        let max_len = self.max_len.trim().parse().map_err(Reason::MaxLength);
        let max_len = keep(Field::MaxLength, max_len, &mut problems);
        let deny = keep(Field::Deny, prefixes(&self.deny), &mut problems);
        let allow = keep(Field::Allow, prefixes(&self.allow), &mut problems);
        match (filename, max_len, deny, allow) {
            (Some(filename), Some(max_len), Some(deny), Some(allow)) => Ok(CallRules {
                filename,
                max_len,
                deny,
                allow,
            }),
            _ => Err(problems),
        }
    }
}

impl From<&CallRules> for FormText {
    fn from(rules: &CallRules) -> Self {
        let lines = |prefixes: &Prefixes| {
            let lines: Vec<&str> = prefixes.iter().map(Prefix::as_str).collect();
            lines.join("\n")
        };
        Self {
            filename: rules.filename.to_string(),
            max_len: rules.max_len.to_string(),
            deny: lines(&rules.deny),
            allow: lines(&rules.allow),
        }
    }
}

fn keep<T>(field: Field, read: Result<T, Reason>, problems: &mut Vec<FieldProblem>) -> Option<T> {
    read.map_err(|reason| problems.push(FieldProblem { field, reason }))
        .ok()
}

/// Blank lines and a comma at the end of a line are how people type; an empty entry between two commas
/// is one that got lost.
fn prefixes(text: &str) -> Result<Prefixes, Reason> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let line = line.strip_suffix(COMMAS).unwrap_or(line);
        for entry in line.split(COMMAS).map(str::trim) {
            let prefix = entry.parse().map_err(|error| Reason::Prefix {
                entry: inert(entry.as_bytes(), 80),
                error,
            })?;
            found.push(prefix);
            if found.len() > super::MAX_PREFIXES {
                return Err(Reason::TooMany);
            }
        }
    }
    Prefixes::try_from(found).map_err(|_| Reason::TooMany)
}

/// Western and Chinese.
const COMMAS: [char; 3] = [',', '\u{ff0c}', '\u{3001}'];

#[cfg(test)]
mod tests {
    use super::*;

    fn form(filename: &str, max_len: &str, deny: &str, allow: &str) -> FormText {
        FormText {
            filename: filename.into(),
            max_len: max_len.into(),
            deny: deny.into(),
            allow: allow.into(),
        }
    }

    #[test]
    fn reads_lines_and_commas() {
        let typed = form(" cti.log ", " 12", "00, +\r\n\r\n*,\n", "\u{ff0c}");
        let problem = &typed.parse().unwrap_err()[..];
        assert!(
            matches!(
                problem,
                [FieldProblem {
                    field: Field::Allow,
                    reason: Reason::Prefix {
                        error: PrefixError::Empty,
                        ..
                    }
                }]
            ),
            "{problem:?}"
        );
        let rules = form("cti.log", "12", "00, +\r\n\r\n*,\n", "86\u{ff0c}1\u{3001}2")
            .parse()
            .unwrap();
        let text = FormText::from(&rules);
        assert_eq!((&*text.deny, &*text.allow), ("00\n+\n*", "86\n1\n2"));
        assert_eq!(text.parse().unwrap(), rules);
    }

    #[test]
    fn names_every_field_that_is_wrong() {
        let problems = form("../x", "0", "0 0", "1,,2").parse().unwrap_err();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "filename: \"..\" would leave the folder",
                "destination_number_max_len: a maximum length of 0 would refuse every call",
                "deny_prefix: \"0 0\": a prefix holds no spaces",
                "allow_prefix: \"\": an empty prefix would match every number",
            ]
        );
        let many = "0\n".repeat(1001);
        let problems = form("a", "1", &many, "").parse().unwrap_err();
        assert_eq!(problems[0].reason, Reason::TooMany);
        assert!(form("a", "1", &"0\n".repeat(1000), "").parse().is_ok());
    }

    #[test]
    fn hostile_26_what_is_shown_again_is_harmless() {
        let problems = form("a", "1", "\u{1b}[31m\u{202e}", "")
            .parse()
            .unwrap_err();
        let shown = problems[0].to_string();
        assert!(crate::inert::is_inert(&shown), "{shown:?}");
    }
}
