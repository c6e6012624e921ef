//! What stands behind a banned network: who holds it, why, and what was ordered.

use std::collections::HashMap;

use domain::attack::Kind;
use domain::net::Network;
use ipnet::IpNet;
use time::Duration;

use super::head::Head;
use super::{AttackRow, BanDetail, BanRow, Why, why};
use crate::orders;
use crate::{Backend, Error, whitelist};

/// Orders younger than this show beside their node.
const ORDER_MINUTES: i64 = 15;

/// The newest lines shown in a row of the list.
const LAST_LINES: usize = 3;

/// Everything about one network.
pub async fn detail(backend: &Backend, network: Network) -> Result<BanDetail, Error> {
    Ok(BanDetail {
        row: rows_of(backend, &[network.ipnet()]).await?.pop(),
        events: why::events(&backend.pool, network, 50).await?,
        lines: why::lines(&backend.pool, network, 50).await?,
        orders: orders::latest_of_network(&backend.pool, network, 50).await?,
        whitelisted: whitelist::touching(backend, network).await?,
    })
}

/// The bans of exactly these networks, where somebody holds them; the narrowest first.
pub(crate) async fn rows_of(backend: &Backend, networks: &[IpNet]) -> Result<Vec<BanRow>, Error> {
    rows(backend, why::heads(&backend.pool, networks).await?).await
}

/// Fills in what the rows of a page need, with one query for each kind of thing.
pub(super) async fn rows(backend: &Backend, heads: Vec<Head>) -> Result<Vec<BanRow>, Error> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let networks: Vec<IpNet> = heads.iter().map(|head| head.network).collect();
    let now = backend.clock.now();
    let given = now - Duration::minutes(ORDER_MINUTES);
    let orders = orders::latest_for_networks(&backend.pool, &networks, given).await?;
    let mut orders: HashMap<_, _> = orders
        .into_iter()
        .filter_map(|order| Some(((order.network?, order.node), order)))
        .collect();
    let mut holders: HashMap<Network, Vec<_>> = HashMap::new();
    for (network, mut holder) in why::holders(&backend.pool, &networks, now).await? {
        holder.order = orders.remove(&(network, holder.node));
        holders.entry(network).or_default().push(holder);
    }
    let mut by_hand = why::by_hand(&backend.pool, &networks).await?;
    let mut lines: HashMap<Network, Vec<AttackRow>> = HashMap::new();
    for (network, line) in why::newest_lines(&backend.pool, &networks).await? {
        lines.entry(network).or_default().push(line);
    }
    let mut kinds = why::kinds(&backend.pool, &networks).await?;
    let places = backend.geo().places();
    Ok(heads
        .into_iter()
        .map(|head| {
            let network = Network::from(head.network);
            let place = (!network.is_wide()).then(|| places.place(network.address()));
            let place = place.unwrap_or_default();
            let announced_by = place.asn.and_then(|asn| places.network_name(asn));
            let mut last_lines = lines.remove(&network).unwrap_or_default();
            last_lines.truncate(LAST_LINES);
            let mut kinds: Vec<(Kind, i64)> = kinds.remove(&network).unwrap_or_default();
            kinds.sort_by_key(|(kind, count)| (-count, *kind));
            BanRow {
                network,
                place,
                announced_by: announced_by.map(str::to_owned),
                since: head.since,
                until: head.until,
                repeats: head.repeats,
                holders: holders.remove(&network).unwrap_or_default(),
                why: Why {
                    by_hand: by_hand.remove(&network),
                    kinds,
                    last_lines,
                },
            }
        })
        .collect())
}
