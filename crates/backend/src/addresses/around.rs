//! The addresses in a network, and those beside an address.

use std::collections::{HashMap, HashSet};

use domain::attack::facet::Facet;
use domain::attack::window::{Span, Window};
use domain::net::Network;
use ipnet::IpNet;
use time::{Duration, OffsetDateTime};

use super::sql::LineRow;
use super::{LINES, MOST_MEMBERS, Neighbour, Neighbours, sql};
use crate::{Backend, Error, attacks, bans};

/// Rows of a list of neighbours.
const SHOWN: usize = 50;
/// Lines, ban events, … of each address that are read at least.
const LINES_OF_EACH: i64 = 20;

/// What is looked at for one network; found once for a page.
#[derive(Clone, Debug)]
pub struct Members {
    pub(super) network: Network,
    /// Addresses with lines.
    pub(super) sources: Vec<IpNet>,
    /// Banned networks inside, it itself included.
    pub(super) banned: Vec<IpNet>,
    /// There are more of either.
    pub(super) more: bool,
    /// The newest lines of each of `sources`, as many as [`share`] of [`LINES`].
    pub(super) newest: Vec<LineRow>,
}

/// Of a single address, it alone.
///
/// # Errors
/// [`Error::Database`].
pub async fn members(backend: &Backend, network: Network) -> Result<Members, Error> {
    let mut members = without_lines(backend, network).await?;
    let (sources, ahead) = (&members.sources, ahead(backend));
    let each = share(LINES, sources.len());
    members.newest = sql::lines(&backend.pool, sources, ahead, each).await?;
    Ok(members)
}

/// Lines may be dated a little ahead: none after this.
pub(super) fn ahead(backend: &Backend) -> OffsetDateTime {
    backend.clock.now() + Duration::DAY
}

/// As many of `all` for each of the members, and some at least.
pub(super) fn share(all: i64, members: usize) -> i64 {
    let members = i64::try_from(members).unwrap_or(i64::MAX).max(1);
    (all / members).max(LINES_OF_EACH)
}

async fn without_lines(backend: &Backend, network: Network) -> Result<Members, Error> {
    if network.is_host() {
        return Ok(Members {
            network,
            sources: vec![network.ipnet()],
            banned: Vec::new(),
            more: false,
            newest: Vec::new(),
        });
    }
    let mut sources = sql::sources(&backend.pool, network).await?;
    let last = bans::last_inside(network);
    let mut banned = sql::banned_inside(&backend.pool, network, last).await?;
    let most = usize::try_from(MOST_MEMBERS).unwrap_or(usize::MAX);
    let more = sources.len() > most || banned.len() > most;
    sources.truncate(most);
    banned.truncate(most);
    Ok(Members {
        network,
        sources,
        banned,
        more,
        newest: Vec::new(),
    })
}

/// It and every network that it lies in.
pub(super) fn holding(network: Network) -> Vec<IpNet> {
    let mut networks = vec![network.ipnet()];
    networks.extend(bans::holding(network));
    networks
}

/// Addresses that attacked or are banned: of the network itself, or those beside an address.
pub(super) async fn neighbours(backend: &Backend, of: &Members) -> Result<Neighbours, Error> {
    let not = of.network;
    let around;
    let members = if not.is_host() {
        let length = if not.address().is_ipv4() { 24 } else { 48 };
        let network = Network::around(not.address(), length).unwrap_or(not);
        around = without_lines(backend, network).await?;
        &around
    } else {
        of
    };
    let lines = lines(backend, &members.sources).await?;
    let last: HashMap<IpNet, _> = sql::last_lines(&backend.pool, &members.sources)
        .await?
        .into_iter()
        .collect();
    let banned: HashSet<IpNet> = members.banned.iter().copied().collect();
    let networks: HashSet<IpNet> = members.sources.iter().chain(&banned).copied().collect();
    let mut rows: Vec<Neighbour> = networks
        .into_iter()
        .map(|net| Neighbour {
            network: Network::from(net),
            last: last.get(&net).copied(),
            banned: banned.contains(&net),
            lines: lines.get(&net).copied(),
        })
        .filter(|row| row.network != not)
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.last), row.network));
    let all = rows.len();
    rows.truncate(SHOWN);
    Ok(Neighbours {
        network: members.network,
        rows,
        all,
        cut: members.more,
    })
}

async fn lines(backend: &Backend, sources: &[IpNet]) -> Result<HashMap<IpNet, i64>, Error> {
    let keys = sql::keys(sources);
    let mut counted: HashMap<String, i64> = sql::lines_of_each(&backend.pool, &keys)
        .await?
        .into_iter()
        .collect();
    let pairs = sources.iter().zip(&keys);
    Ok(pairs
        .filter_map(|(net, key)| Some((*net, counted.remove(key)?)))
        .collect())
}

/// Of the busiest addresses of the last seven days, those of the same autonomous system.
pub(super) async fn same_asn(backend: &Backend, network: Network) -> Result<Vec<Neighbour>, Error> {
    let places = backend.geo().places();
    let Some(asn) = places.place(network.address()).asn else {
        return Ok(Vec::new());
    };
    let window = Window::last(Span::Week, backend.clock.now());
    let tops = attacks::tops(backend, &[Facet::Source], None, window, 100).await?;
    let of_it = tops
        .into_iter()
        .flat_map(|tops| tops.rows)
        .filter_map(|top| {
            let other: Network = top.key.parse().ok()?;
            let same = places.place(other.address()).asn == Some(asn) && !network.contains(other);
            same.then_some((other, top.events))
        });
    let of_it: Vec<_> = of_it.take(SHOWN).collect();
    let nets: Vec<IpNet> = of_it.iter().map(|(other, _)| other.ipnet()).collect();
    let banned: HashSet<IpNet> = sql::banned_among(&backend.pool, &nets)
        .await?
        .into_iter()
        .collect();
    let rows = of_it.into_iter().map(|(network, lines)| Neighbour {
        network,
        last: None,
        banned: banned.contains(&network.ipnet()),
        lines: Some(lines),
    });
    Ok(rows.collect())
}
