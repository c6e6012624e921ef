//! How an address or network stands now.

use domain::attack::facet::Facet;
use domain::attack::window::Window;
use time::OffsetDateTime;

use super::{AddressPage, Members, around, sql, tried};
use crate::{Backend, Error, attacks, bans, whitelist};

/// Raw lines that are shown.
const RAW: usize = 20;

/// Everything but what happened when, which is [`super::timeline`].
///
/// # Errors
/// [`Error::Database`].
pub async fn page(backend: &Backend, members: &Members) -> Result<AddressPage, Error> {
    let pool = &backend.pool;
    let network = members.network;
    let keys = sql::keys(&members.sources);
    let newest = &members.newest[..members.newest.len().min(RAW)];
    let holding = around::holding(network);
    let (bans, whitelisted, protected, totals, neighbours, same_asn, raw) = tokio::try_join!(
        bans::rows_of(backend, &holding),
        whitelist::touching(backend, network),
        bans::protection(backend, network),
        async { Ok(sql::totals(pool, &keys).await?) },
        around::neighbours(backend, members),
        around::same_asn(backend, network),
        async { Ok(sql::raw_lines(pool, newest).await?) },
    )?;
    let lines = &members.newest;
    let more = i64::try_from(lines.len()).unwrap_or(i64::MAX) < totals.lines;
    Ok(AddressPage {
        network,
        place: backend.geo().places().place(network.address()),
        bans,
        whitelisted,
        protected,
        totals,
        tried: tried::tried(lines, more),
        lines: raw.into_iter().map(Into::into).collect(),
        neighbours,
        same_asn,
    })
}

/// Its lines over time, oldest bar first; of a network, those of its first addresses.
///
/// # Errors
/// [`Error::Database`].
pub async fn over_time(
    backend: &Backend,
    members: &Members,
    window: Window,
) -> Result<Vec<(OffsetDateTime, i64)>, Error> {
    let keys = sql::keys(&members.sources);
    attacks::of_keys(backend, Facet::Source, &keys, window).await
}
