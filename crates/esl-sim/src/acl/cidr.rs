//! One network, read as leniently as FreeSWITCH does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest text that is looked at.
const LONGEST: usize = 126;

/// A network of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    bits: u8,
}

impl Cidr {
    /// Reads `address/bits`. None for everything that ends up as a list's node without effect: no
    /// mask, too many bits, an address that is none.
    pub fn read(text: &str) -> Option<Self> {
        let text = mapped(text).unwrap_or_else(|| text.to_owned());
        let head: String = text.chars().take(LONGEST).collect();
        let (address, bits) = head.split_once('/')?;
        let bits = leading_number(bits);
        // The whole text decides on the family, not only what is read of it.
        let (network, most) = if text.contains(':') {
            (IpAddr::V6(address.parse().ok()?), 128)
        } else {
            (IpAddr::V4(address.parse().ok()?), 32)
        };
        let bits = u8::try_from(bits).ok().filter(|bits| *bits <= most)?;
        Some(Self { network, bits })
    }

    /// `host=` and `mask=`.
    pub fn from_mask(host: &str, mask: &str) -> Option<Self> {
        let network = IpAddr::V4(host.parse().ok()?);
        let mask: Ipv4Addr = mask.parse().ok()?;
        let bits = u8::try_from(mask.to_bits().count_ones()).ok()?;
        Some(Self { network, bits })
    }

    /// Length of the prefix.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// Is that address in it? Never one of the other family.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// An address as it is asked for.
pub fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    match address {
        IpAddr::V6(address) => Some(address.to_ipv4_mapped().map_or(address.into(), IpAddr::V4)),
        IpAddr::V4(_) => Some(address),
    }
}

/// `::ffff:192.0.2.1/32` as `192.0.2.1/32`.
fn mapped(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let v4 = address.parse::<Ipv6Addr>().ok()?.to_ipv4_mapped()?;
    Some(format!("{v4}/{bits}"))
}

/// As C's `atoi`: what follows the digits does not matter.
fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = text.len()
        - text
            .trim_start_matches(|letter: char| letter.is_ascii_digit())
            .len();
    let number = text[..digits].parse().unwrap_or(0);
    if negative { -number } else { number }
}
