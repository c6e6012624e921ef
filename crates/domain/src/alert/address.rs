//! Where the console may send what an admin types: not to itself, not into the machine's own network,
//! never to the service that hands out a virtual machine's credentials.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Loopback or a private network; the settings may allow it.
    #[error("{0} is a loopback or private address")]
    Private(IpAddr),
    /// Link-local (a cloud's metadata service), multicast, unspecified, reserved: never.
    #[error("{0} is no address of a receiver")]
    Never(IpAddr),
}

/// May something be sent there?
///
/// # Errors
/// [`Refused`]: [`Refused::Private`] only without `allow_private`.
pub fn may_reach(address: IpAddr, allow_private: bool) -> Result<(), Refused> {
    let real = match address {
        IpAddr::V4(address) => address,
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => v4,
            None => return may_reach_v6(v6, allow_private),
        },
    };
    let [a, b, c, _] = real.octets();
    let never = real.is_link_local()
        || real.is_multicast()
        || real.is_broadcast()
        || a == 0
        || a >= 240
        // Alibaba's and Oracle's metadata services stand in ranges that are private otherwise.
        || real == Ipv4Addr::new(100, 100, 100, 200)
        || (a, b, c) == (192, 0, 0);
    let private = real.is_loopback()
        || real.is_private()
        || (a == 100 && b & 0xc0 == 64)
        || (a == 198 && b & 0xfe == 18);
    judge(address, never, private, allow_private)
}

fn may_reach_v6(v6: Ipv6Addr, allow_private: bool) -> Result<(), Refused> {
    let metadata = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let never = v6.is_unicast_link_local()
        || v6.is_multicast()
        || v6.is_unspecified()
        || v6 == metadata
        || v6.segments()[0] & 0xffc0 == 0xfec0;
    let private = v6.is_loopback() || v6.is_unique_local();
    judge(IpAddr::V6(v6), never, private, allow_private)
}

fn judge(address: IpAddr, never: bool, private: bool, allowed: bool) -> Result<(), Refused> {
    if never {
        Err(Refused::Never(address))
    } else if private && !allowed {
        Err(Refused::Private(address))
    } else {
        Ok(())
    }
}

/// The IPv4 address that packets to this one end up at: mapped, compatible, NAT64, 6to4.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, _] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0 | 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_this_machine_or_its_network() {
        let reach = |text: &str, allowed| may_reach(text.parse().unwrap(), allowed);
        for public in [
            "203.0.113.9",
            "8.8.8.8",
            "2001:db8::9",
            "2606:4700::1111",
            "64:ff9b::808:808",
        ] {
            assert_eq!(reach(public, false), Ok(()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
        ] {
            let address: IpAddr = private.parse().unwrap();
            assert_eq!(
                reach(private, false),
                Err(Refused::Private(address)),
                "{private}"
            );
            assert_eq!(reach(private, true), Ok(()), "{private}");
        }
        for never in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "192.0.0.192",
            "fe80::1",
            "fec0::1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
            "240.0.0.1",
        ] {
            let address: IpAddr = never.parse().unwrap();
            for allowed in [false, true] {
                assert_eq!(
                    reach(never, allowed),
                    Err(Refused::Never(address)),
                    "{never}"
                );
            }
        }
    }
}
