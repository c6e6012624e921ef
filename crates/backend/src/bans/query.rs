//! What a list of bans is asked for, and the place in it where a page begins.

use std::fmt;
use std::str::FromStr;

use domain::ids::NodeId;
use domain::net::{NetError, Network, parse_address};
use time::OffsetDateTime;

use crate::Error;

/// Most rows of one page.
pub const PAGE_LIMIT: i64 = 200;

/// Which bans, in which order, from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BanQuery {
    /// Address, network or the first part of an IPv4 address (`198.51.100.`): whatever lies in it
    /// or holds it. Empty for all.
    pub search: String,
    /// Held by this node.
    pub node: Option<NodeId>,
    /// By what the firewalls do.
    pub state: Option<BanState>,
    /// The column to sort by.
    pub sort: BanSort,
    /// Newest, longest, most first.
    pub descending: bool,
    /// The page after this [`super::BanPage::next`].
    pub after: Option<String>,
    /// The page before this [`super::BanPage::previous`].
    pub before: Option<String>,
    /// Rows, 1 to [`PAGE_LIMIT`].
    pub limit: i64,
}

/// Does the firewall do what the list says?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BanState {
    /// No node says otherwise.
    Effective,
    /// On some node fail2ban holds it and the firewall does not.
    NotEffective,
}

/// A column of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BanSort {
    /// Banned since.
    #[default]
    Since,
    /// Time left.
    Until,
    /// How often before.
    Repeats,
    /// Address.
    Network,
    /// How many nodes hold it.
    Nodes,
}

/// Where a page ends: the sort column's value there, and the network (unique).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub value: Value,
    pub network: Network,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// `None` is for ever.
    Time(Option<OffsetDateTime>),
    Count(i32),
    /// Sorted by the network alone.
    Nothing,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Value::Time(Some(time)) => write!(f, "t{}", time.unix_timestamp_nanos() / 1_000),
            Value::Time(None) => write!(f, "e"),
            Value::Count(count) => write!(f, "n{count}"),
            Value::Nothing => write!(f, "-"),
        }?;
        write!(f, "_{}", self.network)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (value, network) = text.split_once('_').ok_or(())?;
        let value = match value.split_at_checked(1).ok_or(())? {
            ("t", micros) => {
                let micros: i64 = micros.parse().map_err(drop)?;
                Value::Time(Some(crate::ingest::time_of_micros(micros).ok_or(())?))
            }
            ("e", "") => Value::Time(None),
            ("n", count) => Value::Count(count.parse().map_err(drop)?),
            ("-", "") => Value::Nothing,
            _ => return Err(()),
        };
        Ok(Self {
            value,
            network: network.parse().map_err(drop)?,
        })
    }
}

impl BanSort {
    fn takes(self, value: Value) -> bool {
        match self {
            Self::Since => matches!(value, Value::Time(Some(_))),
            Self::Until => matches!(value, Value::Time(_)),
            Self::Repeats | Self::Nodes => matches!(value, Value::Count(_)),
            Self::Network => matches!(value, Value::Nothing),
        }
    }

    /// Reads a page's cursor. One of another sort order (an old link) is no place: the list starts
    /// at its beginning.
    pub(super) fn place(self, text: &str) -> Option<Place> {
        text.parse::<Place>()
            .ok()
            .filter(|place| self.takes(place.value))
    }
}

/// The network that a search text stands for; `None` for an empty one.
pub(super) fn searched(text: &str) -> Result<Option<Network>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<Network>() {
        Ok(network) | Err(NetError::HostBits { network }) => Ok(Some(network)),
        Err(error) => part(text)
            .map(Some)
            .ok_or_else(|| Error::invalid("search", error)),
    }
}

/// `198.51` and `198.51.` are 198.51.0.0/16.
pub(crate) fn part(text: &str) -> Option<Network> {
    let octets: Vec<&str> = text.strip_suffix('.').unwrap_or(text).split('.').collect();
    if octets.len() > 3 {
        return None;
    }
    let whole = [octets.join("."), [".0"].repeat(4 - octets.len()).concat()].concat();
    let length = u8::try_from(octets.len() * 8).ok()?;
    Network::around(parse_address(&whole).ok()?, length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_an_address_a_network_or_its_first_part() {
        let cases = [
            ("", Ok(None)),
            (" 198.51.100.7 ", Ok(Some("198.51.100.7"))),
            ("198.51.100.7/24", Ok(Some("198.51.100.0/24"))),
            ("198.51.100", Ok(Some("198.51.100.0/24"))),
            ("198.51.", Ok(Some("198.51.0.0/16"))),
            ("198", Ok(Some("198.0.0.0/8"))),
            ("2001:DB8::8", Ok(Some("2001:db8::8"))),
            ("198..1", Err(())),
            (".", Err(())),
            ("' or 1=1 --", Err(())),
            ("%", Err(())),
            ("1.2.3.4.5", Err(())),
            ("(a+)+$", Err(())),
        ];
        for (text, expected) in cases {
            let got = searched(text).map_err(drop);
            assert_eq!(
                got,
                expected.map(|net| net.map(|net| net.parse().unwrap())),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_place_reads_what_it_writes() {
        let network: Network = "2001:db8::/48".parse().unwrap();
        for value in [
            Value::Time(Some(OffsetDateTime::UNIX_EPOCH)),
            Value::Time(None),
            Value::Count(-3),
            Value::Nothing,
        ] {
            let place = Place { value, network };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in [
            "",
            "_",
            "x_1.2.3.4",
            "t99999999999999999999_1.2.3.4",
            "n1_nowhere",
            "é_1",
        ] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
        assert!(BanSort::Since.place("n4_192.0.2.1").is_none());
    }
}
