//! This host's own addresses, as the kernel has them (Linux).

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv6Addr};

/// Addresses of all interfaces, loopback left out.
pub fn addresses() -> Vec<IpAddr> {
    let v4 = fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let v6 = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let all: BTreeSet<IpAddr> = v4_addresses(&v4).chain(v6_addresses(&v6)).collect();
    all.into_iter()
        .filter(|address| !address.is_loopback())
        .collect()
}

/// `|-- 192.0.2.7` followed by `/32 host LOCAL`.
fn v4_addresses(trie: &str) -> impl Iterator<Item = IpAddr> {
    trie.lines()
        .zip(trie.lines().skip(1))
        .filter_map(|(leaf, kind)| {
            let address = leaf.trim().strip_prefix("|-- ")?;
            (kind.trim() == "/32 host LOCAL").then(|| address.parse().ok())?
        })
}

/// `20010db8000000000000000000000007 02 40 00 80 eth0`
fn v6_addresses(table: &str) -> impl Iterator<Item = IpAddr> {
    table.lines().filter_map(|line| {
        let digits = line.split(' ').next().filter(|digits| digits.len() == 32)?;
        let bits = u128::from_str_radix(digits, 16).ok()?;
        Some(IpAddr::V6(Ipv6Addr::from_bits(bits)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_tables() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 192.0.2.0\n        /24 link UNICAST\n     |-- 192.0.2.7\n        /32 host LOCAL\n     |-- 192.0.2.255\n        /32 link BROADCAST\n";
        let found: Vec<_> = v4_addresses(trie).collect();
        assert_eq!(found, ["192.0.2.7".parse::<IpAddr>().unwrap()]);
        let table = "20010db8000000000000000000000007 02 40 00 80     eth0\nbroken\n";
        let found: Vec<_> = v6_addresses(table).collect();
        assert_eq!(found, ["2001:db8::7".parse::<IpAddr>().unwrap()]);
    }
}
