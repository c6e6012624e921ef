//! What FreeSWITCH answers to `acl <address> <list>`.

use std::net::IpAddr;

use super::lists::{AclList, Action};
use crate::net::Network;

/// An answer and what made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Let in?
    pub allowed: bool,
    /// Index of the entry that decided; none: the list's default.
    pub by: Option<usize>,
}

impl AclList {
    /// The most specific network wins whatever the order; of the very same network the first entry. An
    /// IPv4 address in IPv6 clothes is the IPv4 address; no IPv4 network holds an IPv6 address.
    pub fn decide(&self, address: IpAddr) -> Decision {
        let address = Network::host(address);
        let mut best: Option<(usize, u8)> = None;
        for (index, entry) in self.entries.iter().enumerate() {
            let length = entry.network().prefix_len();
            if best.is_none_or(|(_, longest)| length > longest) && entry.network().contains(address)
            {
                best = Some((index, length));
            }
        }
        let action = best.map_or(self.default, |(index, _)| self.entries[index].action);
        Decision {
            allowed: action == Action::Allow,
            by: best.map(|(index, _)| index),
        }
    }
}
