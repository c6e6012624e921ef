//! What the top lists are about.

use serde::{Deserialize, Serialize};

/// One property of an attack line by which lines are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The attacker's address.
    Source,
    /// The autonomous system (ASN) it belongs to, as digits.
    Network,
    /// The country it is registered in, ISO 3166 alpha-2.
    Country,
    /// The attacked extension.
    Extension,
    /// The prefix of the dialed number.
    Prefix,
}

impl Facet {
    /// Every facet, in the order the pages show them.
    pub const ALL: [Self; 5] = [
        Self::Source,
        Self::Network,
        Self::Country,
        Self::Extension,
        Self::Prefix,
    ];

    /// As in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Network => "network",
            Self::Country => "country",
            Self::Extension => "extension",
            Self::Prefix => "prefix",
        }
    }

    /// The inverse of [`Facet::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_both_ways() {
        for facet in Facet::ALL {
            assert_eq!(Facet::from_text(facet.as_str()), Some(facet));
        }
        assert_eq!(Facet::from_text("sources"), None);
    }
}
