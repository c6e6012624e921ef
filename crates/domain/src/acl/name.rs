//! The name of a list of ours: safe in XML, as a word of an ESL command and as a profile's parameter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::switch_xml::contains_directive;

/// Letters, digits, `_`, `-` and `.`; starts with a letter or digit; at most 64 characters. FreeSWITCH
/// tells upper from lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListName(String);

/// Why a text cannot name a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NameError {
    /// Nothing was given.
    #[error("a name is missing")]
    Empty,
    /// More than 64 characters.
    #[error("a name has at most 64 characters")]
    TooLong,
    /// A comma or slash would make FreeSWITCH read networks, a colon contexts.
    #[error(
        "a name starts with a letter or digit and holds only letters, digits, '_', '-' and '.'"
    )]
    Character,
    /// `loopback.auto` and others are FreeSWITCH's own; to redefine one can open or close the ESL.
    #[error("names that end in .auto belong to FreeSWITCH")]
    Automatic,
    /// `none` clears a profile's lists; `X-PRE-PROCESS` makes FreeSWITCH drop the line.
    #[error("FreeSWITCH reads this word as a command")]
    Reserved,
}

impl ListName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let Some(first) = text.bytes().next() else {
            return Err(NameError::Empty);
        };
        if !first.is_ascii_alphanumeric() || !text.bytes().all(good) {
            return Err(NameError::Character);
        }
        if text.len() > 64 {
            return Err(NameError::TooLong);
        }
        if text.to_ascii_lowercase().ends_with(".auto") {
            return Err(NameError::Automatic);
        }
        if text.eq_ignore_ascii_case("none") || contains_directive(text) {
            return Err(NameError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ListName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ListName> for String {
    fn from(name: ListName) -> Self {
        name.0
    }
}

impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
