//! The never-ban list: what no operator, import or forged line may get banned (product 4.4).
//!
//! Checked in the console when somebody asks, and again in the worker before fail2ban hears of it,
//! since fail2ban's `banip` checks nothing.

use serde::{Deserialize, Serialize};

use crate::net::{Network, never_routed};

/// Why an address may not be banned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Protected {
    /// Loopback, unspecified, multicast, link-local.
    Local,
    /// It stands in the whitelist.
    Whitelisted,
    /// An address of this or another node.
    Node {
        /// The node's name.
        name: String,
    },
    /// An address of the console.
    Console,
    /// Where a signed-in operator sits.
    Operator {
        /// The login name.
        name: String,
    },
    /// A reason that a newer console knows and this worker does not.
    #[serde(other)]
    Unknown,
}

/// One entry of the never-ban list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarded {
    /// What is protected.
    pub network: Network,
    /// Why.
    #[serde(flatten)]
    pub why: Protected,
}

/// Why the ban of a network is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The protected network it touches.
    pub network: Network,
    /// Why that one is protected.
    pub why: Protected,
}

/// Says whether banning `target` would hit something protected: refused on any common address, so
/// `198.51.100.0/24` is refused because of a whitelisted `198.51.100.9`.
///
/// # Errors
/// The first [`Refusal`] found.
pub fn may_ban(target: Network, never_ban: &[Guarded]) -> Result<(), Refusal> {
    if let Some(network) = never_routed()
        .into_iter()
        .find(|network| network.overlaps(target))
    {
        return Err(Refusal {
            network,
            why: Protected::Local,
        });
    }
    match never_ban
        .iter()
        .find(|guarded| guarded.network.overlaps(target))
    {
        Some(guarded) => Err(Refusal {
            network: guarded.network,
            why: guarded.why.clone(),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn refuses_whatever_touches_a_protected_address() {
        let list = [
            Guarded {
                network: net("198.51.100.9"),
                why: Protected::Whitelisted,
            },
            Guarded {
                network: net("192.0.2.0/28"),
                why: Protected::Console,
            },
        ];
        for (target, refused) in [
            ("198.51.100.9", true),
            ("198.51.100.0/24", true),
            ("198.51.100.10", false),
            ("192.0.2.5", true),
            ("127.0.0.1", true),
            ("0.0.0.0/0", true),
            ("0.0.0.0/1", true),
            ("128.0.0.0/1", true),
            ("::/0", true),
            ("::1", true),
            ("203.0.113.4", false),
            ("2001:db8::/48", false),
        ] {
            assert_eq!(may_ban(net(target), &list).is_err(), refused, "{target}");
        }
    }

    #[test]
    fn survives_the_wire_with_unknown_reasons() {
        let guarded = Guarded {
            network: net("192.0.2.1"),
            why: Protected::Node { name: "n1".into() },
        };
        let json = serde_json::to_string(&guarded).unwrap();
        assert_eq!(serde_json::from_str::<Guarded>(&json).unwrap(), guarded);
        let newer = r#"{"network":"192.0.2.1","what":"gateway","name":"x"}"#;
        assert_eq!(
            serde_json::from_str::<Guarded>(newer).unwrap().why,
            Protected::Unknown
        );
    }
}
