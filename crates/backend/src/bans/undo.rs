//! Takes a click back: what it freed is banned again, what it banned is freed.

use std::collections::{BTreeMap, BTreeSet};

use domain::ban::Act;
use domain::net::Network;
use domain::role::Permission;

use super::actions::{order, refused};
use super::check::Check;
use crate::orders;
use crate::{Actor, Backend, Error, Problem};

/// The reason of orders that take others back.
pub const UNDO: &str = "undo";

/// What of a click was taken back.
#[derive(Debug)]
pub struct Undone {
    /// Orders given.
    pub orders: usize,
    /// Not banned again, with the guard's reason.
    pub refused: BTreeMap<Network, Problem>,
}

/// Takes back a user's own ban or unban, on the nodes and for the networks where it did something
/// and nobody has ordered anything since. What the whitelist freed stays free.
///
/// # Errors
/// [`Error::NotFound`] where nothing is left to take back; [`Error::Invalid`] with
/// [`Problem::TooMuch`] where all of it together may not be banned.
pub async fn undo(backend: &Backend, actor: &Actor, batch: i64) -> Result<Undone, Error> {
    if !actor.role.may(Permission::Ban) {
        return Err(Error::Forbidden);
    }
    let user = actor.user.ok_or(Error::Forbidden)?;
    let mut tx = backend.begin().await?;
    orders::lock(&mut tx).await?;
    let done = orders::to_undo(&mut tx, user, batch).await?;
    let of = |act| {
        let those = done.iter().filter(move |(done, ..)| *done == act);
        those.map(|(_, node, network)| (*node, *network)).collect()
    };
    let (banned, freed): (Vec<_>, Vec<_>) = (of(Act::Ban), of(Act::Unban));
    if banned.is_empty() && freed.is_empty() {
        return Err(Error::NotFound);
    }
    let check = Check::load(backend, &mut tx, &freed).await?;
    let wide = actor.role.may(Permission::WideNetworks);
    let networks: BTreeSet<Network> = freed.iter().map(|(_, network)| *network).collect();
    let refusals = networks.into_iter().filter_map(|network| {
        let problem = check.network(network, wide).err()?;
        Some((network, problem))
    });
    let refusals: BTreeMap<_, _> = refusals.collect();
    let again: Vec<_> = freed
        .into_iter()
        .filter(|(_, network)| !refusals.contains_key(network))
        .collect();
    check
        .together(&again)
        .map_err(|problem| Error::invalid("network", problem))?;
    for (network, problem) in &refusals {
        refused(backend, &mut tx, actor, *network, UNDO, problem).await?;
    }
    for (act, targets) in [(Act::Unban, &banned), (Act::Ban, &again)] {
        if !targets.is_empty() {
            order(backend, &mut tx, actor, act, targets, Some(UNDO)).await?;
        }
    }
    tx.commit().await?;
    Ok(Undone {
        orders: banned.len() + again.len(),
        refused: refusals,
    })
}
