//! Addresses and networks never to be banned: entries, their expiry, and each node's proof.

mod actions;
mod sql;
mod views;

use domain::net::Network;

use crate::{Backend, Error};

pub use actions::{add, expire, remove, restore};
pub(crate) use sql::{covering, lines, store_proofs};
pub use views::{EntryRow, Expiry, NewEntry, ProofRow, Scope};

/// The current entries, newest first, with each node's proof.
pub async fn list(backend: &Backend) -> Result<Vec<EntryRow>, Error> {
    Ok(sql::entries(&backend.pool, None, backend.clock.now()).await?)
}

/// The current entries that have an address in common with `network`.
pub async fn touching(backend: &Backend, network: Network) -> Result<Vec<EntryRow>, Error> {
    Ok(sql::entries(&backend.pool, Some(network), backend.clock.now()).await?)
}
