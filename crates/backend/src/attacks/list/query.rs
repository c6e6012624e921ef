//! What a list of lines is asked for.

use domain::attack::Kind;
use domain::ids::NodeId;
use domain::inert;
use domain::net::{NetError, Network};
use ipnet::IpNet;
use time::{Duration, OffsetDateTime};

use crate::{bans, ingest};

/// Most rows of one page.
pub const PAGE_LIMIT: i64 = 1_000;
/// Longest text that is stored.
const LONGEST: usize = ingest::TEXT;

/// Which lines, from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineQuery {
    /// Of this node's log.
    pub node: Option<NodeId>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// An address, a network, the first part of an IPv4 address with its dot; else an extension or a
    /// number, whole. Empty for all.
    pub search: String,
    /// Of sources there, ISO 3166.
    pub country: Option<String>,
    /// Of sources in this autonomous system.
    pub asn: Option<i64>,
    /// About this extension.
    pub extension: Option<String>,
    /// About numbers with this prefix.
    pub prefix: Option<String>,
    /// Not older.
    pub from: Option<OffsetDateTime>,
    /// Older than this.
    pub to: Option<OffsetDateTime>,
    /// The page after this [`super::LinePage::next`].
    pub after: Option<String>,
    /// Rows, 1 to [`PAGE_LIMIT`].
    pub limit: i64,
}

/// What a search text stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Search {
    Nothing,
    /// One source.
    Source(IpNet),
    /// Sources from one to the other.
    Network(IpNet, IpNet),
    /// An extension or a number.
    Text(String),
}

/// A [`LineQuery`], understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filters {
    pub node: Option<i64>,
    pub kind: Option<&'static str>,
    pub search: Search,
    pub country: Option<String>,
    pub asn: Option<i64>,
    pub extension: Option<String>,
    pub prefix: Option<String>,
    pub from: OffsetDateTime,
    pub to: OffsetDateTime,
}

impl Filters {
    /// `None` where nothing stored can match.
    pub(super) fn of(query: &LineQuery) -> Option<Self> {
        // Only inert texts are stored, and Postgres takes no NUL.
        let text = |text: &Option<String>| match text {
            Some(text) if text.len() > LONGEST || !inert::is_inert(text) => None,
            text => Some(text.clone()),
        };
        // Lines are dated by broken clocks, too: these bounds hold every date that is stored.
        let (first, last) = (
            OffsetDateTime::UNIX_EPOCH,
            OffsetDateTime::UNIX_EPOCH + Duration::days(365 * 200),
        );
        Some(Self {
            node: query.node.map(|node| node.0),
            kind: query.kind.map(Kind::as_str),
            search: Search::of(&text(&Some(query.search.clone()))?.unwrap_or_default()),
            country: text(&query.country)?,
            asn: query.asn,
            extension: text(&query.extension)?,
            prefix: text(&query.prefix)?,
            from: query.from.unwrap_or(first).clamp(first, last),
            to: query.to.unwrap_or(last).clamp(first, last),
        })
    }
}

impl Search {
    fn of(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Nothing;
        }
        let network = match text.parse::<Network>() {
            Ok(network) | Err(NetError::HostBits { network }) => Some(network),
            // "198" is an extension, "198." the first part of an address.
            Err(_) => text.contains('.').then(|| bans::part(text)).flatten(),
        };
        match network.map(Network::ipnet) {
            Some(net) if net.prefix_len() == net.max_prefix_len() => Self::Source(net),
            Some(net) => Self::Network(IpNet::from(net.network()), IpNet::from(net.broadcast())),
            None => Self::Text(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_an_address_a_network_an_extension_or_a_number() {
        let host = |text: &str| IpNet::from(text.parse::<std::net::IpAddr>().unwrap());
        let network = |low: &str, high: &str| Search::Network(host(low), host(high));
        let cases = [
            (" ", Search::Nothing),
            (" 198.51.100.7 ", Search::Source(host("198.51.100.7"))),
            ("::ffff:198.51.100.7", Search::Source(host("198.51.100.7"))),
            ("2001:DB8::8", Search::Source(host("2001:db8::8"))),
            ("198.51.100.9/24", network("198.51.100.0", "198.51.100.255")),
            ("198.51.", network("198.51.0.0", "198.51.255.255")),
            ("0.0.0.0/0", network("0.0.0.0", "255.255.255.255")),
            ("1001", Search::Text("1001".into())),
            ("+8613800138000", Search::Text("+8613800138000".into())),
            ("' or 1=1 --", Search::Text("' or 1=1 --".into())),
            ("%", Search::Text("%".into())),
            ("1.2.3.999", Search::Text("1.2.3.999".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(Search::of(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_never_stored_is_not_looked_for() {
        let search = |search: &str| LineQuery {
            search: search.to_owned(),
            ..LineQuery::default()
        };
        assert!(Filters::of(&search("1001")).is_some());
        for text in ["\0", "a\nb", "\u{202e}", &"9".repeat(LONGEST + 1)] {
            assert_eq!(Filters::of(&search(text)), None);
        }
        let query = LineQuery {
            prefix: Some("\0".into()),
            ..LineQuery::default()
        };
        assert_eq!(Filters::of(&query), None);
    }
}
