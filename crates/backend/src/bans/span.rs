//! Which networks lie in a network or hold it, in terms of the btree order of `cidr`: a network comes
//! before everything inside it, and all of that comes before the next one. So no search needs a
//! `GiST` index, which is dear to keep.

use domain::net::Network;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The last one in order of all that lie inside `network` (it itself is the first).
pub(crate) fn last_inside(network: Network) -> IpNet {
    match network.ipnet() {
        IpNet::V4(net) => IpNet::V4(Ipv4Net::from(net.broadcast())),
        IpNet::V6(net) => IpNet::V6(Ipv6Net::from(net.broadcast())),
    }
}

/// All that hold `network`, without it.
pub(crate) fn holding(network: Network) -> Vec<IpNet> {
    std::iter::successors(network.ipnet().supernet(), IpNet::supernet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let net = |text: &str| text.parse::<Network>().unwrap();
        assert_eq!(
            last_inside(net("198.51.100.0/24")).to_string(),
            "198.51.100.255/32"
        );
        assert_eq!(
            last_inside(net("198.51.100.7")).to_string(),
            "198.51.100.7/32"
        );
        let last = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128";
        assert_eq!(last_inside(net("2001:db8::/32")).to_string(), last);
        let above = holding(net("198.51.100.7"));
        assert_eq!(above.len(), 32);
        assert!(
            above
                .iter()
                .all(|above| Network::from(*above).contains(net("198.51.100.7")))
        );
        assert_eq!(holding(net("2001:db8::8")).len(), 128);
        assert!(holding(net("0.0.0.0/0")).is_empty());
    }
}
