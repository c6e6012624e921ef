//! One line of `cti_fail2ban.log`.
//!
//! `ip[124.32.10.1] user[1177] at[2024-04-13T17:21:01.959347+0800] Registration failed succeed!`
//!
//! Everything after `ip[…]` is attacker-controlled except what the module itself writes last: the
//! last ` at[DATE]` and the text after it. So the source is taken from the first position only, the
//! date from the last bracket only, and the fields from what lies between.

pub mod facet;
mod fields;
pub mod prefix;
pub mod window;

use std::net::IpAddr;

use fields::Fields;
use serde::{Deserialize, Serialize};

use crate::net;

/// What an attack line reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// REGISTER with a wrong password or unknown extension.
    RegistrationFailed,
    /// A call without or with wrong credentials.
    CallUnauthorised,
    /// A dialed number that the call rules refuse.
    NumberRefused,
    /// Not valid SIP.
    MalformedSip,
    /// A scanner's probe (OPTIONS sweep, known scanner user agent).
    Scan,
    /// A line we do not know; its raw text is kept.
    #[serde(other)]
    Other,
}

impl Kind {
    /// Every kind, in the order charts and filters show them.
    pub const ALL: [Self; 6] = [
        Self::RegistrationFailed,
        Self::CallUnauthorised,
        Self::NumberRefused,
        Self::MalformedSip,
        Self::Scan,
        Self::Other,
    ];

    /// As stored in Postgres and in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RegistrationFailed => "registration_failed",
            Self::CallUnauthorised => "call_unauthorised",
            Self::NumberRefused => "number_refused",
            Self::MalformedSip => "malformed_sip",
            Self::Scan => "scan",
            Self::Other => "other",
        }
    }

    /// The inverse of [`Kind::as_str`]; unknown text is [`Kind::Other`].
    pub fn from_text(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .unwrap_or(Self::Other)
    }
}

/// A parsed line; borrows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttackLine<'a> {
    /// The attacker, canonical; `None` where no address stands in the one position it may stand in.
    pub source: Option<IpAddr>,
    /// From the text after the last date.
    pub kind: Kind,
    /// The attacked extension, as sent by the attacker.
    pub user: Option<&'a [u8]>,
    /// The dialed number, as sent by the attacker.
    pub number: Option<&'a [u8]>,
    /// The `User-Agent` header, as sent by the attacker.
    pub agent: Option<&'a [u8]>,
    /// Microseconds since 1970 (UTC), from the last date of the line.
    pub at: Option<i64>,
}

/// Parses one line (without its newline). Never fails: what is not understood is
/// [`Kind::Other`] with no source.
pub fn parse(line: &[u8]) -> AttackLine<'_> {
    let line = line.trim_ascii();
    let Some((source, rest)) = source(line) else {
        return AttackLine {
            source: None,
            kind: Kind::Other,
            user: None,
            number: None,
            agent: None,
            at: None,
        };
    };
    let (fields, at, text) = match last_date(rest) {
        Some((fields, at, text)) => (fields, Some(at), text),
        // The form of other writers: `ip[A] 2026-11-22 09:44:02 register failed user 1001`.
        None => match leading_date(rest) {
            Some((at, text)) => (&b""[..], Some(at), text),
            None => (rest, None, rest),
        },
    };
    let fields = Fields::read(fields);
    AttackLine {
        source: Some(source),
        kind: classify(text),
        user: fields.user,
        number: fields.number,
        agent: fields.agent,
        at,
    }
}

/// `ip[ADDR]` at the very start, also `ip[[2001:db8::7]]`. Returns the rest after the bracket.
fn source(line: &[u8]) -> Option<(IpAddr, &[u8])> {
    let inner = line.strip_prefix(b"ip[")?;
    // The longest address text is 45 bytes (mapped IPv6): a `]` farther off is not its end.
    let end = inner.iter().take(48).position(|byte| *byte == b']')?;
    let (address, mut rest) = (&inner[..end], &inner[end + 1..]);
    let address = match address.strip_prefix(b"[") {
        Some(bare) => {
            rest = rest.strip_prefix(b"]")?;
            bare
        }
        None => address,
    };
    let address = std::str::from_utf8(address).ok()?;
    Some((net::parse_address(address).ok()?, rest))
}

/// Splits at the last ` at[DATE]`: fields before, microseconds, text after.
fn last_date(rest: &[u8]) -> Option<(&[u8], i64, &[u8])> {
    // Nothing with a bracket follows the module's own date.
    let close = rest.iter().rposition(|byte| *byte == b']')?;
    let open = rest[..close].iter().rposition(|byte| *byte == b'[')?;
    let fields = rest[..open].strip_suffix(b"at")?;
    let at = parse_date(&rest[open + 1..close])?;
    Some((fields, at, &rest[close + 1..]))
}

/// ` 2026-11-22 09:44:02 text`: taken as UTC, since such a line names no zone.
fn leading_date(rest: &[u8]) -> Option<(i64, &[u8])> {
    let rest = rest.trim_ascii_start();
    let date = rest.get(..19)?;
    Some((parse_date(date)?, &rest[19..]))
}

/// `YYYY-MM-DD[T ]HH:MM:SS[.ffffff][Z|±HHMM|±HH:MM]` as microseconds since 1970; no zone is UTC.
pub fn parse_date(text: &[u8]) -> Option<i64> {
    let number = |from: usize, length: usize| -> Option<i64> {
        text.get(from..from + length)?
            .iter()
            .try_fold(0, |sum: i64, byte| {
                byte.is_ascii_digit()
                    .then(|| sum * 10 + i64::from(byte - b'0'))
            })
    };
    let is = |at: usize, allowed: &[u8]| text.get(at).is_some_and(|byte| allowed.contains(byte));
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let shape = is(4, b"-") && is(7, b"-") && is(10, b"T ") && is(13, b":") && is(16, b":");
    let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date =
        time::Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?)
            .ok()?;
    if !shape || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = &text[19..];
    let mut micros = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 || digits > 9 {
            return None;
        }
        for place in 0..6 {
            let digit = fraction[..digits]
                .get(place)
                .map_or(0, |digit| i64::from(digit - b'0'));
            micros = micros * 10 + digit;
        }
        rest = &fraction[digits..];
    }
    let offset = match rest {
        b"" | b"Z" => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (hours, minutes) = match zone {
                [a, b, c, d] | [a, b, b':', c, d] => (two(*a, *b)?, two(*c, *d)?),
                _ => return None,
            };
            if hours > 15 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -60 } else { 60 }
        }
        _ => return None,
    };
    let days = i64::from(
        date.to_julian_day() - time::Date::from_ordinal_date(1970, 1).ok()?.to_julian_day(),
    );
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(seconds * 1_000_000 + micros)
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// The module's own words; the attacker's cannot stand after the last date.
fn classify(text: &[u8]) -> Kind {
    let mut lower = [0; 64];
    let text = text.trim_ascii_start();
    let length = text.len().min(lower.len());
    lower[..length].copy_from_slice(&text[..length]);
    lower.make_ascii_lowercase();
    let has = |word: &[u8]| find(&lower[..length], word).is_some();
    if has(b"regist") {
        Kind::RegistrationFailed
    } else if has(b"malformed") || has(b"invalid sip") || has(b"parse") {
        Kind::MalformedSip
    } else if has(b"number") || has(b"prefix") || has(b"destination") {
        Kind::NumberRefused
    } else if has(b"scan") {
        Kind::Scan
    } else if has(b"unauthori") || has(b"auth") || has(b"challenge") {
        Kind::CallUnauthorised
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests;
