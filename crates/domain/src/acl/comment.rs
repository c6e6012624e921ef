//! What an operator writes beside an entry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::inert::{inert, is_inert};

/// One line of harmless text, up to 120 characters; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Comment(String);

/// Where a switch prints an attribute that holds this, it escapes nothing behind it: quotes and brackets
/// of a comment would be read back as XML.
pub(super) const MARKUP: &str = "<!";

/// Most characters of a comment.
const LENGTH_LIMIT: usize = 120;

/// Why a text cannot be a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommentError {
    /// More than 120 characters.
    #[error("a comment has at most 120 characters")]
    TooLong,
    /// Line ends, control characters, characters that cannot be seen.
    #[error("a comment is one line without control characters")]
    Character,
    /// `<!`: FreeSWITCH shows what it has loaded, and from there on writes it bare.
    #[error("a comment cannot hold \"<!\"")]
    Markup,
}

impl Comment {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing was written?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Somebody else's text, as it is where it can be a comment. Otherwise: blanks instead of line ends,
    /// the rest made inert, and cut.
    pub fn from_foreign(text: &str) -> Self {
        if let Ok(comment) = text.parse() {
            return comment;
        }
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = line.replace(MARKUP, "< !");
        let shown: String = line
            .chars()
            .flat_map(|character| {
                let mut bytes = [0; 4];
                let text: &str = character.encode_utf8(&mut bytes);
                if is_harmless(text) {
                    text.to_owned()
                } else {
                    inert(text.as_bytes(), 4)
                }
                .chars()
                .collect::<Vec<_>>()
            })
            .filter(|character| is_harmless(character.encode_utf8(&mut [0; 4])))
            .take(LENGTH_LIMIT)
            .collect();
        Self(shown.trim().to_owned())
    }
}

/// Inert, and a character of XML (U+FFFE and U+FFFF are not).
fn is_harmless(text: &str) -> bool {
    is_inert(text) && !text.contains(['\u{fffe}', '\u{ffff}'])
}

impl FromStr for Comment {
    type Err = CommentError;

    fn from_str(text: &str) -> Result<Self, CommentError> {
        let text = text.trim();
        if text.chars().count() > LENGTH_LIMIT {
            return Err(CommentError::TooLong);
        }
        if !is_harmless(text) {
            return Err(CommentError::Character);
        }
        if text.contains(MARKUP) {
            return Err(CommentError::Markup);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Comment {
    type Error = CommentError;
    fn try_from(text: String) -> Result<Self, CommentError> {
        text.parse()
    }
}

impl From<Comment> for String {
    fn from(comment: Comment) -> Self {
        comment.0
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
