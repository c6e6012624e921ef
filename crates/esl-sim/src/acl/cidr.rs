//! One network, read as leniently as FreeSWITCH does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest text that is looked at.
const LONGEST: usize = 126;

/// A network: which bits of an address have to be which. Without any such bit the whole address has to
/// be the network's, or nothing where that is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: u128,
    mask: u128,
    bits: u8,
    family: Family,
}

/// Whose addresses are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
    /// Of `host=` and `mask=`, whose node is not marked as IPv4: compared with the first four bytes of
    /// IPv6 addresses, too, as they lie in the memory of a PC.
    Unmarked,
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
        let (network, family, most) = if text.contains(':') {
            let address: Ipv6Addr = address.parse().ok()?;
            (address.to_bits(), Family::V6, 128)
        } else {
            let address: Ipv4Addr = address.parse().ok()?;
            (address.to_bits().into(), Family::V4, 32)
        };
        let bits = u8::try_from(bits).ok().filter(|bits| *bits <= most)?;
        let zeros = u32::from(most - bits);
        let ones = u128::MAX >> (128 - u32::from(most));
        // A PC shifts 32 bits by 32 not at all: /32 ends up with the mask of /0.
        let mask = match family {
            Family::V4 if bits == 32 => 0,
            _ => ones.checked_shl(zeros).unwrap_or(0) & ones,
        };
        Some(Self {
            network,
            mask,
            bits,
            family,
        })
    }

    /// `host=` and `mask=`; a mask may have holes.
    pub fn from_mask(host: &str, mask: &str) -> Option<Self> {
        let network: Ipv4Addr = host.parse().ok()?;
        let mask: Ipv4Addr = mask.parse().ok()?;
        let bits = u8::try_from(mask.to_bits().count_ones()).ok()?;
        Some(Self {
            network: network.to_bits().into(),
            mask: mask.to_bits().into(),
            bits,
            family: Family::Unmarked,
        })
    }

    /// Length of the prefix.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// Is that address in it?
    pub fn contains(self, address: IpAddr) -> bool {
        let high = u128::swap_bytes;
        let (network, mask, address) = match (self.family, address) {
            (Family::V4 | Family::Unmarked, IpAddr::V4(address)) => {
                (self.network, self.mask, address.to_bits().into())
            }
            (Family::V6, IpAddr::V6(address)) => (self.network, self.mask, address.to_bits()),
            (Family::Unmarked, IpAddr::V6(address)) => {
                (high(self.network), high(self.mask), address.to_bits())
            }
            _ => return false,
        };
        match (mask, network) {
            (0, 0) => true,
            (0, _) => network == address,
            _ => network & mask == address & mask,
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

/// `::ffff:192.0.2.1/32` as `192.0.2.1/32`: what is behind the prefix, whatever it is.
fn mapped(text: &str) -> Option<String> {
    let prefix = text.get(..7)?;
    let is_prefix = prefix.eq_ignore_ascii_case("::ffff:");
    is_prefix.then(|| text[7..].to_owned())
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
