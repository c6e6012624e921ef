//! Slows down guessing: per address whoever is tried, per name wherever it is tried from, and over
//! all. Kept in Postgres, so all replicas count together.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv6Net};
use sqlx::PgConnection;
use time::Duration;

use super::sql::{self, Failures};
use crate::{Actor, Backend, Error, advisory, audit};

/// Failures are counted this far back.
const WINDOW: Duration = Duration::minutes(10);
/// Failures from one network: an office with a forgetful colleague stays below it.
const PER_NETWORK: i64 = 20;
/// Failures for one name, from everywhere. Whoever has signed in from there before is let through,
/// or strangers could lock people out.
const PER_NAME: i64 = 10;
/// Failures of all: more are many machines at work. It bounds what they cost (hashes, rows of the
/// audit log); whoever has signed in from there before is let through.
const OVER_ALL: i64 = 300;

/// Whom it says that strangers wait for, when it is for everybody; no name can be this.
const EVERYBODY: &str = "*";

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

/// A try that counts as a failure until it is proven right: a thousand at once are a thousand.
#[must_use]
pub(super) struct Try {
    id: i64,
    /// The user of this name has signed in from there before.
    pub known_here: bool,
}

/// Counts a try before anything is done for it.
///
/// # Errors
/// [`Error::TooMany`] when it is too early for another one.
pub(super) async fn begin(
    backend: &Backend,
    address: Option<IpAddr>,
    name: &str,
) -> Result<Try, Error> {
    let (now, network) = (backend.clock.now(), network(address));
    // Without the lock first: who is throttled waits for nobody, and keeps nobody waiting.
    let mut conn = backend.pool.acquire().await?;
    refuse(&sql::failures(&mut conn, network, name, now - WINDOW).await?)?;
    drop(conn);
    let mut tx = backend.begin().await?;
    advisory::lock(&mut tx, advisory::SIGN_IN).await?;
    let failures = sql::failures(&mut tx, network, name, now - WINDOW).await?;
    refuse(&failures)?;
    let id = sql::insert_failure(&mut tx, now, network, name).await?;
    tx.commit().await?;
    Ok(Try {
        id,
        known_here: failures.known_here,
    })
}

fn refuse(failures: &Failures) -> Result<(), Error> {
    let stranger_waits = failures.of_name >= PER_NAME || failures.of_all >= OVER_ALL;
    if failures.of_network >= PER_NETWORK || (stranger_waits && !failures.known_here) {
        return Err(Error::TooMany);
    }
    Ok(())
}

/// It was never found out whether the try was right.
pub(super) async fn withdraw(backend: &Backend, this: Try) -> Result<(), Error> {
    let mut conn = backend.pool.acquire().await?;
    Ok(sql::delete_failure(&mut conn, this.id).await?)
}

/// It was right: this and the failures before it are forgotten.
pub(super) async fn right(
    conn: &mut PgConnection,
    address: Option<IpAddr>,
    name: &str,
) -> Result<(), sqlx::Error> {
    sql::delete_failures(conn, network(address), name).await
}

/// It was wrong: says so in the audit log, and once for each network, name or all when the next one
/// will not be let through.
pub(super) async fn wrong(
    backend: &Backend,
    actor: &Actor,
    action: &str,
    name: &str,
) -> Result<(), Error> {
    let now = backend.clock.now();
    let (network, since) = (network(actor.address), now - WINDOW);
    let mut tx = backend.begin().await?;
    advisory::lock(&mut tx, advisory::SIGN_IN).await?;
    audit::record(&mut tx, now, actor, action, name, None, None).await?;
    let failures = sql::failures(&mut tx, network, name, since).await?;
    if refuse(&failures).is_err() {
        let (object, place) = if failures.of_all >= OVER_ALL {
            (EVERYBODY, None)
        } else {
            (name, Some(network))
        };
        if !sql::throttle_is_told(&mut tx, object, place, since).await? {
            audit::record(&mut tx, now, actor, "sign-in throttled", object, None, None).await?;
        }
    }
    tx.commit().await?;
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
