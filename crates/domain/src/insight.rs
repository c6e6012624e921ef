//! What an operator should act on, with what was seen.

use serde::{Deserialize, Serialize};

use crate::geo::Asn;
use crate::net::Network;

/// One finding. Times are unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Insight {
    /// Attack lines from a banned address, on the node that holds the ban.
    StillSending {
        /// What is banned.
        network: Network,
        /// Where.
        node: String,
        /// Lines since the ban, in the last minutes.
        lines: i64,
        /// The ban's start.
        since: i64,
        /// The newest line.
        last: i64,
    },
    /// A number that the node's rules let pass, while others with the same end are refused.
    NumberGotThrough {
        /// As dialed; written by an attacker, inert.
        number: String,
        /// Whose rules.
        node: String,
        /// Lines that name it.
        lines: i64,
        /// How many different numbers with the same end are refused.
        refused: i64,
        /// One of those.
        example: String,
    },
    /// One extension, passwords tried from many addresses.
    GuessedExtension {
        /// As sent; written by an attacker, inert.
        extension: String,
        /// From how many addresses.
        sources: i64,
        /// How many lines.
        lines: i64,
        /// A phone is registered with it: it exists.
        registered: bool,
    },
    /// Many addresses of one /24 or /48 were banned.
    RepeatNetwork {
        /// The network.
        network: Network,
        /// How many of its addresses.
        addresses: i64,
        /// How often in all.
        bans: i64,
    },
    /// Many addresses of one autonomous system were banned, in several networks.
    RepeatAsn {
        /// Which.
        asn: Asn,
        /// Its name, as registered; inert.
        name: Option<String>,
        /// How many of its addresses.
        addresses: i64,
        /// In how many /24 or /48.
        networks: i64,
    },
    /// Far more attacks, or far fewer, than in this hour of other weeks.
    UnusualHour {
        /// Lines in the last 60 minutes.
        now: i64,
        /// The least of other weeks.
        least: i64,
        /// The most of other weeks.
        most: i64,
        /// How many other weeks.
        weeks: i64,
    },
}

impl Insight {
    /// As stored and as in forms.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::StillSending { .. } => "still_sending",
            Self::NumberGotThrough { .. } => "number_got_through",
            Self::GuessedExtension { .. } => "guessed_extension",
            Self::RepeatNetwork { .. } => "repeat_network",
            Self::RepeatAsn { .. } => "repeat_asn",
            Self::UnusualHour { .. } => "unusual_hour",
        }
    }

    /// What tells findings of one kind apart.
    pub fn key(&self) -> String {
        match self {
            Self::StillSending { network, node, .. } => format!("{network} {node}"),
            Self::NumberGotThrough { number, node, .. } => format!("{number} {node}"),
            Self::GuessedExtension { extension, .. } => extension.clone(),
            Self::RepeatNetwork { network, .. } => network.to_string(),
            Self::RepeatAsn { asn, .. } => asn.to_string(),
            Self::UnusualHour { now, most, .. } => if now > most { "more" } else { "fewer" }.into(),
        }
    }

    /// The only node it is about.
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::StillSending { node, .. } | Self::NumberGotThrough { node, .. } => Some(node),
            _ => None,
        }
    }

    /// The network it is about.
    pub fn network(&self) -> Option<Network> {
        match self {
            Self::StillSending { network, .. } | Self::RepeatNetwork { network, .. } => {
                Some(*network)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_stored_and_read_back() {
        let insights = [
            Insight::StillSending {
                network: "198.51.100.7".parse().unwrap(),
                node: "edge-1".into(),
                lines: 9,
                since: 1,
                last: 2,
            },
            Insight::RepeatAsn {
                asn: Asn(64_500),
                name: None,
                addresses: 30,
                networks: 6,
            },
            Insight::UnusualHour {
                now: 5,
                least: 100,
                most: 200,
                weeks: 2,
            },
        ];
        for insight in insights {
            let json = serde_json::to_value(&insight).unwrap();
            assert_eq!(json["kind"], insight.kind());
            assert_eq!(serde_json::from_value::<Insight>(json).unwrap(), insight);
            assert!(!insight.key().is_empty());
        }
    }
}
