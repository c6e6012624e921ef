//! The never-ban list: what no operator, import or forged line may get banned (product 4.4).
//!
//! Checked in the console when somebody asks, and again in the worker before fail2ban hears of it,
//! since fail2ban's `banip` checks nothing.

use ipnet::IpNet;
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
    /// A phone is registered from there.
    Phone {
        /// `1001@pbx.example.com`
        name: String,
    },
    /// A gateway of the node.
    Gateway {
        /// Its name.
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

/// Bans of networks on one node cover together at most this part of the IPv4 addresses (sixteen /8).
/// The largest thing that anybody bans for a reason is a country, and all of China's addresses are a
/// twelfth; more than a few of those is a mistake, or somebody who cuts the node off piece by piece.
pub const MOST_OF_IPV4: u128 = (1 << 32) / 16;
/// … and of the IPv6 addresses one /16: what is given out there begins at /12 for a continent and ends
/// at /32 for a provider.
pub const MOST_OF_IPV6: u128 = 1 << 112;

/// Says whether `target` and the networks banned on a node already cover more of the addresses than
/// bans may. Single addresses need not be among `held`: no jail holds enough of them to matter.
pub fn covers_too_much(target: Network, held: impl IntoIterator<Item = Network>) -> bool {
    let v4 = target.address().is_ipv4();
    let mut networks: Vec<_> = held
        .into_iter()
        .filter(|network| network.address().is_ipv4() == v4)
        .map(Network::ipnet)
        .collect();
    networks.push(target.ipnet());
    // Without what lies in another one, and at most one per address: the sum cannot overflow but for
    // /0, whose size saturates.
    let covered = IpNet::aggregate(&networks)
        .iter()
        .map(|net| 1_u128 << (net.max_prefix_len() - net.prefix_len()).min(127))
        .fold(0, u128::saturating_add);
    covered > if v4 { MOST_OF_IPV4 } else { MOST_OF_IPV6 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_13_pieces_do_not_add_up_to_the_internet() {
        let nets = |texts: &[&str]| texts.iter().map(|text| net(text)).collect::<Vec<_>>();
        let eights: Vec<_> = (16..31).map(|n| net(&format!("{n}.0.0.0/8"))).collect();
        let sixteen = [eights.clone(), nets(&["31.0.0.0/8"])].concat();
        for (target, held, too_much) in [
            ("31.0.0.0/8", eights.clone(), false),
            ("32.0.0.0/24", eights, false),
            ("32.0.0.0/24", sixteen.clone(), true),
            ("32.0.0.1", sixteen.clone(), true),
            // What is banned already adds nothing, nor does the other family.
            ("16.1.0.0/16", sixteen.clone(), false),
            ("2001:db8::/32", sixteen, false),
            ("16.0.0.0/4", nets(&["16.0.0.0/8", "17.1.0.0/16"]), false),
            ("32.0.0.0/3", vec![], true),
            ("0.0.0.0/0", vec![], true),
            ("2a00::/16", vec![], false),
            ("2a00::/15", vec![], true),
            ("2a01::/16", nets(&["2a00:1::/32"]), true),
            ("::/0", nets(&["8000::/1"]), true),
        ] {
            assert_eq!(covers_too_much(net(target), held), too_much, "{target}");
        }
    }

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
        let newer = r#"{"network":"192.0.2.1","what":"moon","name":"x"}"#;
        assert_eq!(
            serde_json::from_str::<Guarded>(newer).unwrap().why,
            Protected::Unknown
        );
    }
}
