//! One `<node>` as FreeSWITCH takes it (`switch_parse_cidr` and what calls it).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::finding::Fault;
use crate::acl::Action;
use crate::net::Network;
use crate::switch_xml::{Place, atoi};

/// Most networks of one `cidr` attribute that FreeSWITCH reads.
const CIDRS_READ: usize = 32;

/// A `<node>` of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it does; none: the word is a variable of the switch.
    pub action: Option<Action>,
    /// Whom it is about.
    pub rule: Rule,
    /// Its `description`, or the comment behind it.
    pub comment: String,
}

/// Whom a node is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `cidr=`, or `host=` and `mask=`.
    Nets(Vec<Net>),
    /// The users of a domain of the directory.
    Domain(String),
    /// A variable of the switch.
    Variable(String),
    /// Nobody: FreeSWITCH passes over it.
    Nobody,
}

/// What FreeSWITCH keeps of one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Net {
    /// As written.
    pub text: String,
    reach: Reach,
}

/// Why FreeSWITCH does not take a network as it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CidrFault {
    /// `203.0.113.20`
    #[error("has no prefix length")]
    NoLength,
    /// `/33`
    #[error("has a prefix length that does not exist")]
    Length,
    /// Host names, leading zeros, blanks.
    #[error("is not an address")]
    NotAnAddress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    V4 { net: u32, mask: u32, bits: u8 },
    V6 { net: u128, mask: u128, bits: u8 },
    HostMask { net: u32, mask: u32 },
}

impl Net {
    /// Reads one CIDR.
    pub fn from_cidr(text: &str) -> Result<Self, CidrFault> {
        let bare = match text.get(..7) {
            Some(prefix) if prefix.eq_ignore_ascii_case("::ffff:") => &text[7..],
            _ => text,
        };
        let (address, length) = bare.split_once('/').ok_or(CidrFault::NoLength)?;
        let bits = u8::try_from(atoi(length)).map_err(|_| CidrFault::Length)?;
        let reach = if bare.contains(':') {
            let mask = match bits {
                0 => 0,
                1..=128 => u128::MAX << (128 - bits),
                _ => return Err(CidrFault::Length),
            };
            let net = address.parse::<Ipv6Addr>();
            let net = net.map_err(|_| CidrFault::NotAnAddress)?.to_bits();
            Reach::V6 { net, mask, bits }
        } else {
            let mask = match bits {
                // A shift by 32 does nothing there, so /32 has the mask of /0: see `holds`.
                0 | 32 => 0,
                1..=31 => u32::MAX << (32 - bits),
                _ => return Err(CidrFault::Length),
            };
            let net = address.parse::<Ipv4Addr>();
            let net = net.map_err(|_| CidrFault::NotAnAddress)?.to_bits();
            Reach::V4 { net, mask, bits }
        };
        let text = text.to_owned();
        Ok(Self { text, reach })
    }

    /// Reads `host` and `mask`; any mask will do, also one with holes.
    pub fn from_host_mask(host: &str, mask: &str) -> Option<Self> {
        let net = host.parse::<Ipv4Addr>().ok()?.to_bits();
        let bits = mask.parse::<Ipv4Addr>().ok()?.to_bits();
        Some(Self {
            text: format!("{host} mask {mask}"),
            reach: Reach::HostMask { net, mask: bits },
        })
    }

    /// The prefix length that competes with others.
    pub(super) fn bits(&self) -> u8 {
        match self.reach {
            Reach::V4 { bits, .. } | Reach::V6 { bits, .. } => bits,
            #[expect(clippy::cast_possible_truncation, reason = "at most 32")]
            Reach::HostMask { mask, .. } => mask.count_ones() as u8,
        }
    }

    /// Is the address in it?
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        match (self.reach, address.to_canonical()) {
            (Reach::V4 { net, mask, .. } | Reach::HostMask { net, mask }, IpAddr::V4(address)) => {
                masked(net.into(), mask.into(), address.to_bits().into())
            }
            (Reach::V6 { net, mask, .. }, IpAddr::V6(address)) => {
                masked(net, mask, address.to_bits())
            }
            // FreeSWITCH forgets to mark such a node as IPv4, and so compares the first four bytes of
            // IPv6 addresses with it, too (in the order of a little-endian machine).
            (Reach::HostMask { net, mask }, IpAddr::V6(address)) => {
                let high = |word: u32| u128::from(word.swap_bytes()) << 96;
                masked(high(net), high(mask), address.to_bits())
            }
            (Reach::V4 { .. }, IpAddr::V6(_)) | (Reach::V6 { .. }, IpAddr::V4(_)) => false,
        }
    }

    /// Address and prefix length as written, where it has one.
    pub(super) fn written(&self) -> Option<(IpAddr, u8)> {
        match self.reach {
            Reach::V4 { net, bits, .. } => Some((Ipv4Addr::from_bits(net).into(), bits)),
            Reach::V6 { net, bits, .. } => Some((Ipv6Addr::from_bits(net).into(), bits)),
            Reach::HostMask { net, mask } if mask.leading_ones() == mask.count_ones() => {
                let net = Ipv4Addr::from_bits(net);
                Some((net.into(), self.bits()))
            }
            Reach::HostMask { .. } => None,
        }
    }

    /// What is special about it: with an empty mask (/0, and /32 for IPv4) FreeSWITCH compares the
    /// whole address, and takes 0.0.0.0 for everybody.
    pub(super) fn fault(&self) -> Option<Fault> {
        let text = self.text.clone();
        let Some((address, bits)) = self.written() else {
            return Some(Fault::Holes { text });
        };
        if bits == 0 && !address.is_unspecified() {
            return Some(Fault::OneAddress { text });
        }
        if bits == 32 && address == IpAddr::V4(Ipv4Addr::UNSPECIFIED) {
            return Some(Fault::Everybody { text });
        }
        let network = Network::around(address, bits).ok()?;
        (network.address() != address).then_some(Fault::HostBits { text, network })
    }
}

fn masked(net: u128, mask: u128, address: u128) -> bool {
    if mask == 0 {
        net == 0 || net == address
    } else {
        net & mask == address & mask
    }
}

/// The networks of a `cidr` attribute, what is wrong with others, and how many stand behind the last
/// that is read.
pub(super) fn cidrs(value: &str) -> (Vec<Net>, Vec<(String, CidrFault)>, usize) {
    let parts: Vec<&str> = if value.contains(',') {
        // Blanks round the parts are cut off, but not round a single one.
        value
            .split(',')
            .map(|part| part.trim_matches(' '))
            .collect()
    } else {
        vec![value]
    };
    let mut nets = Vec::new();
    let mut faults = Vec::new();
    for part in parts.iter().take(CIDRS_READ) {
        match Net::from_cidr(part) {
            Ok(net) => nets.push(net),
            Err(fault) => faults.push(((*part).to_owned(), fault)),
        }
    }
    (nets, faults, parts.len().saturating_sub(CIDRS_READ))
}
