//! The values of call rules; one that exists is valid.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::inert;

/// How many prefixes one list may hold.
pub const MAX_PREFIXES: usize = 1000;
/// Characters of one prefix. E.164 numbers have 15, carrier prefixes make them a little longer.
const MAX_PREFIX: usize = 64;
/// Bytes of a log file's name.
const MAX_NAME: usize = 255;
/// The largest maximum length. `FreeSWITCH` passes user parts of 400 characters and more.
const MAX_LENGTH: u16 = 1000;

/// How a destination number begins: digits, `*`, `#`, `+`, ASCII letters; 1 to 64 characters.
///
/// Letters, because a SIP user part may be a name or hold a keypad's A to D; their case counts, as
/// it does in SIP. The visual separators of tel numbers (`-`, `.`, brackets) carry no meaning there, but
/// `FreeSWITCH` leaves them in the number: a prefix with them would match only callers who write
/// them the same way, so it is refused rather than believed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(String);

/// Why a text is no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PrefixError {
    /// It would begin every number.
    #[error("an empty prefix would match every number")]
    Empty,
    /// Blanks, tabs, line ends.
    #[error("a prefix holds no spaces")]
    Space,
    /// Whatever no phone sends.
    #[error("{} cannot be dialed; use 0-9 * # + and letters", shown(*.0))]
    Undialable(char),
    /// More than 64 characters.
    #[error("a prefix is at most 64 characters long")]
    TooLong,
}

impl Prefix {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Length in characters (all are ASCII).
    pub fn chars(&self) -> usize {
        self.0.len()
    }

    /// Does the number begin with it?
    pub fn begins(&self, number: &str) -> bool {
        number.as_bytes().starts_with(self.0.as_bytes())
    }
}

impl TryFrom<String> for Prefix {
    type Error = PrefixError;
    fn try_from(text: String) -> Result<Self, PrefixError> {
        if text.is_empty() {
            return Err(PrefixError::Empty);
        }
        for character in text.chars() {
            if character.is_whitespace() {
                return Err(PrefixError::Space);
            }
            if !(character.is_ascii_alphanumeric() || matches!(character, '*' | '#' | '+')) {
                return Err(PrefixError::Undialable(character));
            }
        }
        if text.len() > MAX_PREFIX {
            return Err(PrefixError::TooLong);
        }
        Ok(Self(text))
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;
    fn from_str(text: &str) -> Result<Self, PrefixError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The longest destination number that may be called, in characters: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct MaxLength(u16);

/// Why a number is no maximum length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum MaxLengthError {
    /// Not a whole number.
    #[error("the maximum length is a whole number")]
    NotANumber,
    /// No call would be allowed.
    #[error("a maximum length of 0 would refuse every call")]
    Zero,
    /// More than 1,000.
    #[error("the maximum length is at most 1000")]
    TooLarge,
}

impl MaxLength {
    /// The number.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for MaxLength {
    fn default() -> Self {
        Self(12)
    }
}

impl TryFrom<u64> for MaxLength {
    type Error = MaxLengthError;
    fn try_from(number: u64) -> Result<Self, MaxLengthError> {
        match u16::try_from(number) {
            Ok(0) => Err(MaxLengthError::Zero),
            Ok(number) if number <= MAX_LENGTH => Ok(Self(number)),
            _ => Err(MaxLengthError::TooLarge),
        }
    }
}

impl FromStr for MaxLength {
    type Err = MaxLengthError;
    fn from_str(text: &str) -> Result<Self, MaxLengthError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MaxLengthError::NotANumber);
        }
        // Digits that do not fit are too many.
        Self::try_from(text.parse::<u64>().unwrap_or(u64::MAX))
    }
}

impl From<MaxLength> for u64 {
    fn from(length: MaxLength) -> Self {
        Self::from(length.0)
    }
}

impl fmt::Display for MaxLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The log that refused calls are written to: a path in `FreeSWITCH`'s log folder, or an absolute one.
///
/// Letters, digits and `._-+@/`; no `..`, at most 255 bytes. No blanks, quotes, `$`, `%`, `*`: the same name
/// stands in a jail's `logpath`, where they mean something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogName(String);

/// Why a text names no log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum LogNameError {
    /// Nothing was given.
    #[error("the name of the log file is missing")]
    Empty,
    /// A part that is `..`.
    #[error("\"..\" would leave the folder")]
    Escapes,
    /// It ends with `/` or `.`.
    #[error("this names a folder, not a file")]
    Folder,
    /// Controls, blanks, quotes, wildcards.
    #[error("{} cannot stand in the name; use letters, digits and . _ - + @ /", shown(*.0))]
    Character(char),
    /// More than 255 bytes.
    #[error("the name of the log file is at most 255 bytes long")]
    TooLong,
}

impl LogName {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does it stand somewhere else than in `FreeSWITCH`'s log folder?
    pub fn is_absolute(&self) -> bool {
        self.0.starts_with('/')
    }
}

impl Default for LogName {
    fn default() -> Self {
        Self("cti_fail2ban.log".to_owned())
    }
}

impl TryFrom<String> for LogName {
    type Error = LogNameError;
    fn try_from(text: String) -> Result<Self, LogNameError> {
        if text.is_empty() {
            return Err(LogNameError::Empty);
        }
        let refused = |character: &char| {
            !(character.is_alphanumeric() || "._-+@/".contains(*character))
                || inert::is_invisible(*character)
        };
        if let Some(character) = text.chars().find(refused) {
            return Err(LogNameError::Character(character));
        }
        if text.len() > MAX_NAME {
            return Err(LogNameError::TooLong);
        }
        if text.split('/').any(|part| part == "..") {
            return Err(LogNameError::Escapes);
        }
        match text.rsplit('/').next() {
            Some("" | ".") => Err(LogNameError::Folder),
            _ => Ok(Self(text)),
        }
    }
}

impl FromStr for LogName {
    type Err = LogNameError;
    fn from_str(text: &str) -> Result<Self, LogNameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<LogName> for String {
    fn from(name: LogName) -> Self {
        name.0
    }
}

impl fmt::Display for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A character that may be invisible or worse, for a message.
fn shown(character: char) -> String {
    inert::inert(character.encode_utf8(&mut [0; 4]).as_bytes(), 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        for good in ["00", "+", "*", "#31#", "+86", "abc", "D", &"1".repeat(64)] {
            assert_eq!(good.parse::<Prefix>().unwrap().as_str(), good);
        }
        for (text, error) in [
            ("", PrefixError::Empty),
            (" ", PrefixError::Space),
            ("0 0", PrefixError::Space),
            ("00\n", PrefixError::Space),
            ("0\u{3000}", PrefixError::Space),
            ("0-0", PrefixError::Undialable('-')),
            ("(0", PrefixError::Undialable('(')),
            ("00,44", PrefixError::Undialable(',')),
            ("\u{ff10}", PrefixError::Undialable('\u{ff10}')),
            ("0\0", PrefixError::Undialable('\0')),
            (&"1".repeat(65), PrefixError::TooLong),
        ] {
            assert_eq!(text.parse::<Prefix>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn maximum_lengths() {
        assert_eq!("12".parse::<MaxLength>().unwrap().get(), 12);
        assert_eq!("012".parse::<MaxLength>().unwrap().get(), 12);
        for (text, error) in [
            ("0", MaxLengthError::Zero),
            ("1001", MaxLengthError::TooLarge),
            ("99999999999999999999999", MaxLengthError::TooLarge),
            ("", MaxLengthError::NotANumber),
            ("-1", MaxLengthError::NotANumber),
            ("+1", MaxLengthError::NotANumber),
            ("1.5", MaxLengthError::NotANumber),
        ] {
            assert_eq!(text.parse::<MaxLength>(), Err(error), "{text}");
        }
    }

    #[test]
    fn log_names() {
        for good in [
            "cti_fail2ban.log",
            "cti/fail2ban.log",
            "/var/log/freeswitch/cti.log",
            "a..b",
            "日志.log",
        ] {
            assert_eq!(good.parse::<LogName>().unwrap().as_str(), good);
        }
        for (text, error) in [
            ("", LogNameError::Empty),
            ("../x", LogNameError::Escapes),
            ("/var/../etc/x", LogNameError::Escapes),
            ("..", LogNameError::Escapes),
            ("/", LogNameError::Folder),
            ("a/.", LogNameError::Folder),
            ("a\0b", LogNameError::Character('\0')),
            ("a\nb", LogNameError::Character('\n')),
            ("${system(id)}", LogNameError::Character('$')),
            ("a%(x)s", LogNameError::Character('%')),
            ("a b", LogNameError::Character(' ')),
            ("*", LogNameError::Character('*')),
            (&"a".repeat(256), LogNameError::TooLong),
        ] {
            assert_eq!(text.parse::<LogName>(), Err(error), "{text:?}");
        }
    }

    /// 26: what the other parts of a node would interpret never gets in.
    #[test]
    fn hostile_26_free_text_is_refused_in_every_field() {
        for text in [
            "00\r\n",
            "0;1",
            "${system(id)}",
            "0,1",
            "]]>",
            "<!ENTITY x>",
            "&amp;",
            "\"",
            "\\",
            "'",
            "\u{202e}",
            "\u{1b}[0m",
            "`id`",
            "$(id)",
        ] {
            assert!(text.parse::<Prefix>().is_err(), "{text:?}");
            assert!(text.parse::<LogName>().is_err(), "{text:?}");
            assert!(text.parse::<MaxLength>().is_err(), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<Prefix>(&json).is_err());
            assert!(serde_json::from_str::<LogName>(&json).is_err());
        }
        assert!(serde_json::from_str::<MaxLength>("0").is_err());
        assert!(serde_json::from_str::<MaxLength>("-1").is_err());
    }
}
