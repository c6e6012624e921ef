//! The tables, and what they say about an address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use domain::geo::{Asn, Country, Place};

use super::ranges::Ranges;

/// All that the files say; some 20 MB of the whole internet.
#[derive(Debug, Default)]
pub struct Places {
    pub(super) countries_v4: Ranges<Ipv4Addr, Country>,
    pub(super) countries_v6: Ranges<Ipv6Addr, Country>,
    pub(super) networks_v4: Ranges<Ipv4Addr, Asn>,
    pub(super) networks_v6: Ranges<Ipv6Addr, Asn>,
    pub(super) names: Names,
}

impl Places {
    /// Where an address belongs. Nothing is known of those that many have (private, loopback,
    /// link-local, …), whatever a file says.
    pub fn place(&self, address: IpAddr) -> Place {
        match address.to_canonical() {
            IpAddr::V4(address) if !is_anybodys_v4(address) => Place {
                country: self.countries_v4.get(address),
                asn: self.networks_v4.get(address),
            },
            IpAddr::V6(address) if !is_anybodys_v6(address) => Place {
                country: self.countries_v6.get(address),
                asn: self.networks_v6.get(address),
            },
            _ => Place::default(),
        }
    }

    /// Who runs a network, as registered: text of a stranger, but inert, at most 200 bytes.
    pub fn network_name(&self, asn: Asn) -> Option<&str> {
        self.names.get(asn)
    }
}

/// Addresses that say nothing about who has them. (Documentation addresses have no entry in the
/// files, so they are unknown, too, unless somebody writes one for a demonstration.)
fn is_anybodys_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || (first == 100 && second & 0xc0 == 64) // behind a provider's NAT
}

fn is_anybodys_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

/// Names of networks, one after the other in one text.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    of: HashMap<Asn, Range<u32>>,
}

impl Names {
    /// Of several names of a network the first stays; false when there is no more room.
    pub fn add(&mut self, asn: Asn, name: &str, room: usize) -> bool {
        if name.is_empty() || self.of.contains_key(&asn) {
            return true;
        }
        let (start, end) = (self.text.len(), self.text.len() + name.len());
        let (Ok(start), Ok(stop)) = (u32::try_from(start), u32::try_from(end)) else {
            return false;
        };
        if end > room {
            return false;
        }
        self.text.push_str(name);
        self.of.insert(asn, start..stop);
        true
    }

    fn get(&self, asn: Asn) -> Option<&str> {
        let Range { start, end } = *self.of.get(&asn)?;
        self.text.get(start as usize..end as usize)
    }

    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.of.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files that claim everything.
    fn everything() -> Places {
        let mut places = Places::default();
        let (country, asn) = ("XA".parse().unwrap(), Asn(64_500));
        let (first, last) = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST);
        places.countries_v4.push(first, last, country).unwrap();
        places.networks_v4.push(first, last, asn).unwrap();
        let (first, last) = (Ipv6Addr::UNSPECIFIED, Ipv6Addr::from([0xffff; 8]));
        places.countries_v6.push(first, last, country).unwrap();
        places.networks_v6.push(first, last, asn).unwrap();
        places
    }

    #[test]
    fn nothing_is_known_of_addresses_that_many_have() {
        let places = everything();
        let known = Place {
            country: "XA".parse().ok(),
            asn: Some(Asn(64_500)),
        };
        for (address, expected) in [
            ("192.0.2.1", known),
            ("2001:db8::1", known),
            ("::ffff:192.0.2.1", known),
            ("100.63.255.255", known),
            ("100.128.0.0", known),
            ("172.32.0.1", known),
            ("10.1.2.3", Place::default()),
            ("172.16.0.1", Place::default()),
            ("192.168.1.1", Place::default()),
            ("::ffff:192.168.1.1", Place::default()),
            ("127.0.0.1", Place::default()),
            ("169.254.1.1", Place::default()),
            ("100.64.0.1", Place::default()),
            ("100.127.255.255", Place::default()),
            ("0.0.0.0", Place::default()),
            ("224.0.0.1", Place::default()),
            ("255.255.255.255", Place::default()),
            ("::", Place::default()),
            ("::1", Place::default()),
            ("fe80::1", Place::default()),
            ("fd00::1", Place::default()),
            ("ff02::1", Place::default()),
        ] {
            assert_eq!(
                places.place(address.parse().unwrap()),
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn the_first_name_stays_and_room_ends() {
        let mut names = Names::default();
        assert!(names.add(Asn(1), "one", 6) && names.add(Asn(1), "uno", 6));
        assert!(names.add(Asn(2), "", 6) && names.add(Asn(3), "tre", 6));
        assert!(!names.add(Asn(4), "x", 6));
        let got = [1, 2, 3, 4].map(|asn| names.get(Asn(asn)));
        assert_eq!(got, [Some("one"), None, Some("tre"), None]);
    }
}
