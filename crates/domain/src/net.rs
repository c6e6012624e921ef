//! IP addresses and networks in the one form the product stores, sends and compares.
//!
//! fail2ban matches text, not addresses (`unbanip 2001:DB8::8` does nothing), so everything is made
//! canonical on the way in: IPv4-mapped IPv6 becomes IPv4, IPv6 is RFC 5952, host bits are zero.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Why a text is not an address or network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Nothing was given.
    #[error("an address is missing")]
    Empty,
    /// Host names, zones, ports, octets with leading zeros and everything else.
    #[error("this is not an IPv4 or IPv6 address")]
    NotAnAddress,
    /// The part after the slash.
    #[error("the prefix length must be a number from 0 to {max}")]
    PrefixLength {
        /// 32 or 128.
        max: u8,
    },
    /// `198.51.100.7/24`: the network is offered instead.
    #[error("the address has host bits set; the network is {network}")]
    HostBits {
        /// What was probably meant.
        network: Network,
    },
}

/// A canonical address or network; an address is a network of one (/32 or /128).
///
/// Shown as fail2ban shows it: `198.51.100.7`, `198.51.100.0/24`, `2001:db8::8`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    /// A network of one address.
    pub fn host(address: IpAddr) -> Self {
        Self(IpNet::from(address.to_canonical()))
    }

    /// The network that holds `address` at this prefix length (host bits are cut off).
    ///
    /// # Errors
    /// [`NetError::PrefixLength`] past 32 or 128.
    pub fn around(address: IpAddr, length: u8) -> Result<Self, NetError> {
        let address = address.to_canonical();
        let max = if address.is_ipv4() { 32 } else { 128 };
        IpNet::new(address, length)
            .map(|net| Self(net.trunc()))
            .map_err(|_| NetError::PrefixLength { max })
    }

    /// First address.
    pub fn address(self) -> IpAddr {
        self.0.addr()
    }

    /// The length after the slash.
    pub fn prefix_len(self) -> u8 {
        self.0.prefix_len()
    }

    /// One address only?
    pub fn is_host(self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }

    /// Holds every address of `other`? Always false between IPv4 and IPv6.
    pub fn contains(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Have the two an address in common?
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Wider than a /24 (IPv4) or /48 (IPv6): needs an admin and a second confirmation
    /// (product 4.4 and 4.5).
    pub fn is_wide(self) -> bool {
        self.prefix_len() < if self.0.addr().is_ipv4() { 24 } else { 48 }
    }

    /// The inner type, for the database.
    pub fn ipnet(self) -> IpNet {
        self.0
    }
}

impl From<IpNet> for Network {
    /// Canonical, host bits cut off.
    fn from(net: IpNet) -> Self {
        let net = net.trunc();
        if let IpNet::V6(v6) = net
            && let Some(v4) = v6.addr().to_ipv4_mapped()
            && v6.prefix_len() >= 96
            && let Ok(mapped) = IpNet::new(IpAddr::V4(v4), v6.prefix_len() - 96)
        {
            return Self(mapped.trunc());
        }
        Self(net)
    }
}

impl From<Network> for IpNet {
    fn from(network: Network) -> Self {
        network.0
    }
}

impl FromStr for Network {
    type Err = NetError;

    /// Accepts what an operator types: an address or `address/length`, spaces around it.
    fn from_str(text: &str) -> Result<Self, NetError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NetError::Empty);
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (parse_address(address)?, Some(length)),
            None => (parse_address(text)?, None),
        };
        let Some(length) = length else {
            return Ok(Self::host(address));
        };
        let max = if address.is_ipv4() { 32 } else { 128 };
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length: u8 = length
            .parse()
            .ok()
            .filter(|length| digits && *length <= max)
            .ok_or(NetError::PrefixLength { max })?;
        let given = IpNet::new(address, length).map_err(|_| NetError::PrefixLength { max })?;
        let network = Self::from(given);
        if given.addr() != given.trunc().addr() {
            return Err(NetError::HostBits { network });
        }
        Ok(network)
    }
}

/// Strict: what `inet_pton` takes. No names, zones, ports, brackets or leading zeros.
///
/// # Errors
/// [`NetError::NotAnAddress`].
pub fn parse_address(text: &str) -> Result<IpAddr, NetError> {
    text.parse::<IpAddr>()
        .map(|address| address.to_canonical())
        .map_err(|_| NetError::NotAnAddress)
}

impl TryFrom<String> for Network {
    type Error = NetError;
    fn try_from(text: String) -> Result<Self, NetError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_host() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Loopback, unspecified, multicast, broadcast and link-local: nothing that SIP over the internet
/// comes from, and banning it breaks the host.
pub fn never_routed() -> [Network; 8] {
    let v4 = |a, b, c, d, length| {
        Network(IpNet::new_assert(
            IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
            length,
        ))
    };
    let v6 = |first, length| {
        Network(IpNet::new_assert(
            IpAddr::V6(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0)),
            length,
        ))
    };
    [
        v4(0, 0, 0, 0, 8),
        v4(127, 0, 0, 0, 8),
        v4(169, 254, 0, 0, 16),
        v4(224, 0, 0, 0, 3),
        Network::host(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        Network::host(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        v6(0xfe80, 10),
        v6(0xff00, 8),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_form_or_refusal() {
        let cases = [
            ("198.51.100.7", Ok("198.51.100.7")),
            (" 198.51.100.7 ", Ok("198.51.100.7")),
            ("198.51.100.0/24", Ok("198.51.100.0/24")),
            ("198.51.100.7/32", Ok("198.51.100.7")),
            ("2001:DB8::8", Ok("2001:db8::8")),
            ("2001:db8:0:0::8/128", Ok("2001:db8::8")),
            ("::ffff:192.0.2.9", Ok("192.0.2.9")),
            (
                "::ffff:192.0.2.9/128",
                Err(NetError::PrefixLength { max: 32 }),
            ),
            ("0.0.0.0/0", Ok("0.0.0.0/0")),
            ("", Err(NetError::Empty)),
            ("example.com", Err(NetError::NotAnAddress)),
            ("fe80::1%eth0", Err(NetError::NotAnAddress)),
            ("001.002.003.004", Err(NetError::NotAnAddress)),
            ("1.2.3.999", Err(NetError::NotAnAddress)),
            ("1.2.3", Err(NetError::NotAnAddress)),
            ("198.51.100.7:5060", Err(NetError::NotAnAddress)),
            ("[2001:db8::8]", Err(NetError::NotAnAddress)),
            ("198.51.100.7/33", Err(NetError::PrefixLength { max: 32 })),
            ("198.51.100.7/", Err(NetError::PrefixLength { max: 32 })),
            ("198.51.100.7/+8", Err(NetError::PrefixLength { max: 32 })),
            (
                "198.51.100.7/24",
                Err(NetError::HostBits {
                    network: "198.51.100.0/24".parse().unwrap(),
                }),
            ),
            ("198.51.100.20,198.51.100.21", Err(NetError::NotAnAddress)),
        ];
        for (text, expected) in cases {
            let got = text.parse::<Network>().map(|network| network.to_string());
            assert_eq!(got, expected.map(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn matching_is_by_address_never_by_text() {
        let net = |text: &str| text.parse::<Network>().unwrap();
        assert!(!net("1.2.3.4").overlaps(net("11.2.3.45")));
        assert!(net("198.51.100.0/24").contains(net("198.51.100.9")));
        assert!(!net("198.51.100.9").contains(net("198.51.100.0/24")));
        assert!(net("198.51.100.9").overlaps(net("198.51.100.0/24")));
        assert!(!net("::/0").contains(net("198.51.100.9")));
    }

    #[test]
    fn wide_starts_past_24_and_48() {
        let wide = |text: &str| text.parse::<Network>().unwrap().is_wide();
        assert!(!wide("198.51.100.0/24") && wide("198.51.100.0/23"));
        assert!(!wide("2001:db8::/48") && wide("2001:db8::/47"));
    }

    #[test]
    fn serde_refuses_what_from_str_refuses() {
        assert!(serde_json::from_str::<Network>("\"notanip\"").is_err());
        let network: Network = serde_json::from_str("\"2001:DB8::8\"").unwrap();
        assert_eq!(serde_json::to_string(&network).unwrap(), "\"2001:db8::8\"");
    }
}
