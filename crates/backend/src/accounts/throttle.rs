//! Slows down guessing: per address whoever is tried, and per name wherever it is tried from. Kept
//! in Postgres, so all replicas count together.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv6Net};
use time::Duration;

use super::sql;
use crate::{Actor, Backend, Error, audit};

/// Failures are counted this far back.
const WINDOW: Duration = Duration::minutes(10);
/// Failures from one network: an office with a forgetful colleague stays below it.
const PER_NETWORK: i64 = 20;
/// Failures for one name, from everywhere. Whoever has signed in from there before is let through,
/// or strangers could lock people out.
const PER_NAME: i64 = 10;

/// What one attacker has: the address, or its /64.
pub(super) fn network(address: Option<IpAddr>) -> IpNet {
    match address.map(|address| address.to_canonical()) {
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED).into(),
        Some(address @ IpAddr::V4(_)) => address.into(),
        Some(IpAddr::V6(address)) => {
            IpNet::V6(Ipv6Net::new(address, 64).map_or(address.into(), |network| network.trunc()))
        }
    }
}

/// # Errors
/// [`Error::TooMany`] when it is too early for another try.
pub(super) async fn check(
    backend: &Backend,
    address: Option<IpAddr>,
    name: &str,
) -> Result<(), Error> {
    let since = backend.clock.now() - WINDOW;
    let failures = sql::failures(&backend.pool, network(address), name, since).await?;
    let name_is_under_attack = failures.of_name >= PER_NAME && !failures.known_here;
    if failures.of_network >= PER_NETWORK || name_is_under_attack {
        return Err(Error::TooMany);
    }
    Ok(())
}

/// Counts a failure and writes it to the audit log, and once more when it was the last one allowed.
pub(super) async fn failed(
    backend: &Backend,
    actor: &Actor,
    action: &str,
    name: &str,
) -> Result<(), Error> {
    let now = backend.clock.now();
    let network = network(actor.address);
    let mut tx = backend.pool.begin().await?;
    sql::insert_failure(&mut tx, now, network, name).await?;
    audit::record(&mut tx, now, actor, action, name, None, None).await?;
    tx.commit().await?;

    let failures = sql::failures(&backend.pool, network, name, now - WINDOW).await?;
    if failures.of_network == PER_NETWORK || failures.of_name == PER_NAME {
        let mut conn = backend.pool.acquire().await?;
        audit::record(&mut conn, now, actor, "sign-in throttled", name, None, None).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_attacker_has_one_address_or_a_64() {
        let of = |text: &str| network(Some(text.parse().unwrap())).to_string();
        assert_eq!(of("198.51.100.7"), "198.51.100.7/32");
        assert_eq!(of("::ffff:198.51.100.7"), "198.51.100.7/32");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    }
}
