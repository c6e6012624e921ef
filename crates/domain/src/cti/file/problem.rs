//! Why a file is left alone, and where.

use serde::{Deserialize, Serialize};

use super::super::form::{Field, Reason};

/// What is wrong with a file. Its text is inert: nothing of the file stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct FileProblem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What stands there.
    pub what: What,
}

/// What cannot be read, or could be read in two ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// More than 5 MiB.
    #[error("the file is larger than 5 MiB")]
    TooLarge,
    /// Another encoding.
    #[error("this is not UTF-8 text")]
    NotUtf8,
    /// Something else is expected here.
    #[error("this is not JSON")]
    NotJson,
    /// A bracket or a quote is never closed.
    #[error("the file ends before the JSON does")]
    EndsEarly,
    /// More than 512 brackets within brackets.
    #[error("brackets are nested more than 512 deep")]
    TooDeep,
    /// A list, a text or a number where the whole file should be an object.
    #[error("the file is not a JSON object")]
    NotAnObject,
    /// The same for our section.
    #[error("\"fail2ban\" is not an object")]
    SectionNotAnObject,
    /// Two readers could take different ones.
    #[error("\"{0}\" stands here a second time")]
    Twice(String),
    /// Some readers would take it, others not.
    #[error("\"{0}\" stands here in other upper and lower case")]
    OtherCase(String),
    /// Neither text, whole number nor list of texts where one belongs.
    #[error("{}: this is not of the right type", .0.key())]
    Type(Field),
    /// Not a value that we would take from a form.
    #[error("{key}: {reason}", key = .0.key(), reason = .1)]
    Value(Field, Reason),
}

impl FileProblem {
    /// A problem at the byte `at` of `text`, which has no byte order mark.
    pub(super) fn at(text: &str, at: usize, what: What) -> Self {
        let before = &text[..at];
        let mut line = 1;
        let mut start = 0;
        for (index, byte) in before.bytes().enumerate() {
            let next = text.as_bytes().get(index + 1);
            if byte == b'\n' || byte == b'\r' && next != Some(&b'\n') {
                line += 1;
                start = index + 1;
            }
        }
        let column = before[start..].chars().count() + 1;
        Self { line, column, what }
    }

    /// A problem of the whole file.
    pub(super) fn whole(what: What) -> Self {
        Self {
            line: 1,
            column: 1,
            what,
        }
    }
}
