//! Where an address belongs: the country it is registered in, and the network that announces it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whom the data comes from: text and link, as the licences ask, for the foot of every page that shows
/// some of it.
pub const ATTRIBUTION: [(&str, &str); 3] = [
    ("IP Geolocation by DB-IP", "https://db-ip.com"),
    ("RouteViews", "https://www.routeviews.org"),
    ("NRO", "https://www.nro.net"),
];

/// ISO 3166 alpha-2, capitals: `DE`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The text is not two capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a country is two capital letters")]
pub struct NoCountry;

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("capital letters are UTF-8")
    }
}

impl FromStr for Country {
    type Err = NoCountry;
    fn from_str(text: &str) -> Result<Self, NoCountry> {
        let letters = <[u8; 2]>::try_from(text.as_bytes()).map_err(|_| NoCountry)?;
        let capitals = letters.iter().all(u8::is_ascii_uppercase);
        capitals.then_some(Self(letters)).ok_or(NoCountry)
    }
}

impl TryFrom<String> for Country {
    type Error = NoCountry;
    fn try_from(text: String) -> Result<Self, NoCountry> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Number of an autonomous system; shown as `AS64500`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asn(pub u32);

/// The text is no number of an autonomous system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a network is a number from 1 to 4294967295, with or without AS before it")]
pub struct NoAsn;

impl FromStr for Asn {
    type Err = NoAsn;
    /// `64500`, `AS64500`, `as64500`.
    fn from_str(text: &str) -> Result<Self, NoAsn> {
        let digits = match text.get(..2) {
            Some(letters) if letters.eq_ignore_ascii_case("as") => &text[2..],
            _ => text,
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoAsn); // `+1` would be one for `parse`
        }
        match digits.parse() {
            Ok(number) if number != 0 => Ok(Self(number)),
            _ => Err(NoAsn),
        }
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl fmt::Debug for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is known about an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Where it is registered.
    pub country: Option<Country>,
    /// Who announces it.
    pub asn: Option<Asn>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_two_capitals() {
        assert_eq!("DE".parse::<Country>().unwrap().to_string(), "DE");
        for text in ["", "D", "de", "DEU", "D1", "\u{c4}", "D\0", "<b"] {
            assert_eq!(text.parse::<Country>(), Err(NoCountry), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<Country>(&json).is_err(), "{text:?}");
        }
    }

    #[test]
    fn networks_are_numbers() {
        for (text, expected) in [
            ("64500", Some(64_500)),
            ("AS64500", Some(64_500)),
            ("as1", Some(1)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("0", None),
            ("", None),
            ("AS", None),
            ("+1", None),
            ("AS 1", None),
            ("ASAS1", None),
            ("号1", None),
        ] {
            assert_eq!(text.parse().ok(), expected.map(Asn), "{text}");
        }
        assert_eq!(Asn(64_500).to_string(), "AS64500");
    }
}
