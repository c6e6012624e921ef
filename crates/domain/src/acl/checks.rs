//! What to say before lists are saved or sent: none of it is wrong in itself.

use std::collections::HashMap;
use std::net::IpAddr;

use super::lists::{AclList, AclLists, Action};
use super::name::ListName;
use crate::net::Network;

/// What a node needs the lists for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Gateways with the address they talk from.
    pub gateways: Vec<Gateway>,
    /// Which lists guard which switch's event socket.
    pub event_sockets: Vec<EventSocket>,
}

/// A gateway of a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// On which node.
    pub node: String,
    /// Its name.
    pub name: String,
    /// From where it calls.
    pub address: IpAddr,
}

/// The event socket of a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSocket {
    /// On which node.
    pub node: String,
    /// Its `apply-inbound-acl`; every one must allow.
    pub lists: Vec<String>,
    /// From where the console connects.
    pub console: IpAddr,
}

/// A warning. Indexes are those of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// No entries, default deny: everybody is kept out.
    KeepsEverybodyOut {
        /// Which list.
        list: ListName,
    },
    /// No entries, default allow: everybody is let in.
    LetsEverybodyIn {
        /// Which list.
        list: ListName,
    },
    /// Allows a /0 (or so wide a network that it is no better).
    AllowsEverybody {
        /// Which list.
        list: ListName,
        /// Which entry.
        entry: usize,
        /// The network.
        network: Network,
    },
    /// The same line twice.
    Twice {
        /// Which list.
        list: ListName,
        /// The second.
        entry: usize,
        /// The first.
        first: usize,
    },
    /// An earlier entry says the opposite about the same network, and counts.
    NoEffect {
        /// Which list.
        list: ListName,
        /// The one without effect.
        entry: usize,
        /// The one that counts.
        first: usize,
    },
    /// A gateway's address was let in and no longer is.
    GatewayKeptOut {
        /// Which list.
        list: ListName,
        /// The gateway.
        gateway: Gateway,
    },
    /// The console could no longer reach a switch.
    CutsUsOff {
        /// Which list.
        list: ListName,
        /// The switch.
        node: String,
        /// The console's address there.
        console: IpAddr,
    },
}

/// Looks at lists and at what they were before.
pub fn check(lists: &AclLists, before: &AclLists, around: &Surroundings) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for list in lists {
        by_itself(list, &mut warnings);
        for gateway in &around.gateways {
            let was = before.get(list.name.as_str());
            let was = was.is_some_and(|was| was.decide(gateway.address).allowed);
            if was && !list.decide(gateway.address).allowed {
                let (list, gateway) = (list.name.clone(), gateway.clone());
                warnings.push(Warning::GatewayKeptOut { list, gateway });
            }
        }
    }
    for was in before {
        if lists.get(was.name.as_str()).is_none() {
            gone(was, around, &mut warnings);
        }
    }
    for socket in &around.event_sockets {
        for list in socket.lists.iter().filter_map(|name| lists.get(name)) {
            // Where the list kept this address out already, the switch sees another one of the console.
            let was = before.get(list.name.as_str());
            let was = was.is_none_or(|was| was.decide(socket.console).allowed);
            if was && !list.decide(socket.console).allowed {
                warnings.push(cut_off(list, socket));
            }
        }
    }
    warnings
}

/// A list that is no longer there keeps everybody out who still asks for it.
fn gone(was: &AclList, around: &Surroundings, warnings: &mut Vec<Warning>) {
    for gateway in &around.gateways {
        if was.decide(gateway.address).allowed {
            let (list, gateway) = (was.name.clone(), gateway.clone());
            warnings.push(Warning::GatewayKeptOut { list, gateway });
        }
    }
    for socket in &around.event_sockets {
        let named = socket.lists.iter().any(|name| name == was.name.as_str());
        if named && was.decide(socket.console).allowed {
            warnings.push(cut_off(was, socket));
        }
    }
}

fn cut_off(list: &AclList, socket: &EventSocket) -> Warning {
    Warning::CutsUsOff {
        list: list.name.clone(),
        node: socket.node.clone(),
        console: socket.console,
    }
}

fn by_itself(list: &AclList, warnings: &mut Vec<Warning>) {
    let name = || list.name.clone();
    if list.entries.is_empty() {
        warnings.push(match list.default {
            Action::Deny => Warning::KeepsEverybodyOut { list: name() },
            Action::Allow => Warning::LetsEverybodyIn { list: name() },
        });
    }
    let entries = &list.entries;
    let mut seen: HashMap<Network, usize> = HashMap::new();
    for (entry, line) in entries.iter().enumerate() {
        let network = line.network();
        let list = name();
        let widest = if network.address().is_ipv4() { 8 } else { 16 };
        if let Some(&first) = seen.get(&network) {
            warnings.push(if entries[first].action == line.action {
                Warning::Twice { list, entry, first }
            } else {
                Warning::NoEffect { list, entry, first }
            });
            continue;
        }
        seen.insert(network, entry);
        if line.action == Action::Allow && network.prefix_len() < widest {
            warnings.push(Warning::AllowsEverybody {
                list,
                entry,
                network,
            });
        }
    }
}
