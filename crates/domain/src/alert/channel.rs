//! Where messages go: what can be said of a channel without its secrets.

use serde::{Deserialize, Serialize};

use super::Bounded;
use crate::inert::is_inert;

/// Most messages of a channel in an hour.
pub type PerHour = Bounded<1, 600>;

/// How messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A signed HTTP request.
    Webhook,
    /// SMTP.
    Email,
}

impl ChannelKind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Email => "email",
        }
    }
}

/// Of the texts in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// As stored and as in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The inverse of [`Language::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::En, Self::Zh]
            .into_iter()
            .find(|language| language.as_str() == text)
    }
}

/// How the connection to a mail server is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// Plain at first, then TLS or nothing (port 587).
    Starttls,
    /// Not at all; no password is sent over it.
    None,
}

impl Security {
    /// As stored and as in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Starttls => "starttls",
            Self::None => "none",
        }
    }

    /// The inverse of [`Security::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Tls, Self::Starttls, Self::None]
            .into_iter()
            .find(|security| security.as_str() == text)
    }
}

/// A name that is one harmless line: it travels in headers of mails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChannelName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or only spaces.
    #[error("is missing")]
    Missing,
    /// Longer than [`ChannelName::MOST`] characters.
    #[error("is longer than {} characters", ChannelName::MOST)]
    TooLong,
    /// Control characters and the like.
    #[error("has characters that are not allowed")]
    BadCharacters,
}

impl ChannelName {
    /// Characters.
    pub const MOST: usize = 60;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ChannelName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(NameError::Missing);
        }
        if !is_inert(text) {
            return Err(NameError::BadCharacters);
        }
        if text.chars().count() > Self::MOST {
            return Err(NameError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ChannelName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ChannelName> for String {
    fn from(name: ChannelName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_harmless_line() {
        let name = |text: &str| text.parse::<ChannelName>().map(String::from);
        assert_eq!(name("  值班群 #1 ").as_deref(), Ok("值班群 #1"));
        assert_eq!(name("   "), Err(NameError::Missing));
        assert_eq!(name(&"x".repeat(61)), Err(NameError::TooLong));
        for text in [
            "a\r\nBcc: x@example.org",
            "a\0",
            "\u{202e}b",
            "a\u{2028}b",
            "\x1b[2J",
        ] {
            assert_eq!(name(text), Err(NameError::BadCharacters), "{text:?}");
        }
    }

    #[test]
    fn texts_go_both_ways() {
        for security in [Security::Tls, Security::Starttls, Security::None] {
            assert_eq!(Security::from_text(security.as_str()), Some(security));
        }
        for language in [Language::En, Language::Zh] {
            assert_eq!(Language::from_text(language.as_str()), Some(language));
        }
        assert_eq!(Language::from_text("fr"), None);
    }
}
