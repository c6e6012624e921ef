//! Networks of which many addresses were banned within days.

use std::collections::{BTreeMap, BTreeSet};

use domain::geo::Asn;
use domain::insight::Insight;
use domain::net::Network;
use ipnet::IpNet;
use time::Duration;

use super::{MOST, sql};
use crate::{Backend, Error, bans};

const WITHIN: Duration = Duration::days(7);
/// Addresses of one /24 or /48.
const ADDRESSES: usize = 5;
/// Addresses of one autonomous system, and in how many /24 or /48.
const ADDRESSES_OF_ASN: usize = 20;
const NETWORKS_OF_ASN: usize = 5;

#[derive(Default)]
struct Repeats {
    addresses: BTreeSet<Network>,
    networks: BTreeSet<Network>,
    bans: i64,
}

pub(super) async fn find(backend: &Backend) -> Result<Vec<Insight>, Error> {
    let now = backend.clock.now();
    let places = backend.geo().places();
    let mut networks: BTreeMap<Network, Repeats> = BTreeMap::new();
    let mut systems: BTreeMap<Asn, Repeats> = BTreeMap::new();
    for (net, bans) in sql::banned_lately(&backend.pool, now - WITHIN, now).await? {
        let address = Network::from(net);
        let Some(around) = address.is_host().then(|| around(address)).flatten() else {
            continue;
        };
        let asn = places.place(address.address()).asn;
        let repeats = [
            Some(networks.entry(around).or_default()),
            asn.map(|asn| systems.entry(asn).or_default()),
        ];
        for repeats in repeats.into_iter().flatten() {
            repeats.addresses.insert(address);
            repeats.networks.insert(around);
            repeats.bans += bans;
        }
    }
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    networks.retain(|_, repeats| repeats.addresses.len() >= ADDRESSES);
    let mut networks: Vec<_> = networks.into_iter().collect();
    networks
        .sort_by_key(|(network, repeats)| (std::cmp::Reverse(repeats.addresses.len()), *network));
    // What the guard refuses is looked for further down the list.
    networks.truncate(5 * MOST);
    let may = may_be_banned(backend, networks.iter().map(|(network, _)| *network)).await?;
    let found = networks
        .into_iter()
        .filter(|(network, _)| may.contains(network));
    let mut found: Vec<Insight> = found
        .take(MOST)
        .map(|(network, repeats)| Insight::RepeatNetwork {
            network,
            addresses: count(repeats.addresses.len()),
            bans: repeats.bans,
        })
        .collect();
    systems.retain(|_, repeats| {
        repeats.addresses.len() >= ADDRESSES_OF_ASN && repeats.networks.len() >= NETWORKS_OF_ASN
    });
    let mut systems: Vec<_> = systems.into_iter().collect();
    systems.sort_by_key(|(_, repeats)| std::cmp::Reverse(repeats.addresses.len()));
    found.extend(
        systems
            .into_iter()
            .take(MOST)
            .map(|(asn, repeats)| Insight::RepeatAsn {
                asn,
                name: places.network_name(asn).map(ToOwned::to_owned),
                addresses: count(repeats.addresses.len()),
                networks: count(repeats.networks.len()),
            }),
    );
    Ok(found)
}

/// Those that are not banned yet, and that an operator may ban on all nodes.
async fn may_be_banned(
    backend: &Backend,
    networks: impl Iterator<Item = Network>,
) -> Result<BTreeSet<Network>, Error> {
    let networks: Vec<Network> = networks.collect();
    let mut holding: Vec<IpNet> = Vec::new();
    for network in &networks {
        holding.push(network.ipnet());
        holding.extend(bans::holding(*network));
    }
    let mut conn = backend.pool.acquire().await?;
    let banned = sql::banned_among(&mut conn, &holding).await?;
    let banned: Vec<Network> = banned.into_iter().map(Network::from).collect();
    let protections = bans::protections(backend, &mut conn, &networks).await?;
    let free = networks.into_iter().zip(protections);
    Ok(free
        .filter(|(network, protection)| {
            protection.is_none() && !banned.iter().any(|banned| banned.contains(*network))
        })
        .map(|(network, _)| network)
        .collect())
}

fn around(address: Network) -> Option<Network> {
    let length = if address.address().is_ipv4() { 24 } else { 48 };
    Network::around(address.address(), length).ok()
}
