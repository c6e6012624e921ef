//! Ban and unban by hand.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::NodeId;
use domain::net::Network;
use domain::role::Permission;
use domain::{ban::Act, inert};
use serde_json::json;
use sqlx::PgConnection;

use super::check::Check;
use super::{BanRequest, sql};
use crate::changes::{self, Topic};
use crate::orders::{self, Batch, Give};
use crate::{Actor, Backend, Error, Problem, audit, nodes};

/// Most characters of a reason or note.
const TEXT: usize = 500;

/// Networks of one click, at most.
const MOST_NETWORKS: usize = 10_000;

/// Orders a ban on every node in scope.
///
/// # Errors
/// [`Error::Invalid`] with [`Problem::Protected`], [`Problem::TooMuch`], [`Problem::Wide`] or
/// [`Problem::Everybody`] where the guard refuses; that is audited.
pub async fn ban(backend: &Backend, actor: &Actor, request: BanRequest) -> Result<Batch, Error> {
    if !actor.role.may(Permission::Ban) {
        return Err(Error::Forbidden);
    }
    let network: Network = request
        .network
        .parse()
        .map_err(|error: domain::net::NetError| Error::invalid("network", error))?;
    let reason = text("reason", &request.reason)?;
    let mut tx = backend.begin().await?;
    // Before the guard is read: a whitelisting that is under way is seen, or sees this ban.
    orders::lock(&mut tx).await?;
    let scope = nodes::in_scope(&mut tx, &request.scope).await?;
    let targets: Vec<_> = scope.iter().map(|node| (*node, network)).collect();
    let check = Check::load(backend, &mut tx, &targets).await?;
    let confirmed = request.confirm_wide && actor.role.may(Permission::WideNetworks);
    let allowed = check
        .network(network, confirmed)
        .and_then(|()| check.together(&targets));
    if let Err(problem) = allowed {
        drop(tx);
        let mut conn = backend.pool.acquire().await?;
        refused(backend, &mut conn, actor, network, &reason, &problem).await?;
        return Err(Error::invalid("network", problem));
    }
    let reason = (!reason.is_empty()).then_some(reason.as_str());
    let batch = order(backend, &mut tx, actor, Act::Ban, &targets, reason).await?;
    tx.commit().await?;
    Ok(batch)
}

/// A refusal changes nothing, but who tried what is kept.
pub(super) async fn refused(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    network: Network,
    reason: &str,
    problem: &Problem,
) -> Result<(), Error> {
    let after = json!({ "refused": problem.to_string(), "reason": reason });
    let object = network.to_string();
    let now = backend.clock.now();
    audit::record(conn, now, actor, "ban refused", &object, None, Some(after)).await?;
    Ok(())
}

/// Orders an unban on every node that holds one of these networks, or has been told to.
///
/// # Errors
/// [`Error::NotFound`] where nobody does.
pub async fn unban(backend: &Backend, actor: &Actor, networks: &[Network]) -> Result<Batch, Error> {
    if !actor.role.may(Permission::Ban) {
        return Err(Error::Forbidden);
    }
    if networks.len() > MOST_NETWORKS {
        return Err(Error::invalid(
            "networks",
            Problem::TooLong { max: MOST_NETWORKS },
        ));
    }
    let mut tx = backend.begin().await?;
    orders::lock(&mut tx).await?;
    let targets = sql::holders_to_free(&mut tx, networks).await?;
    if targets.is_empty() {
        return Err(Error::NotFound);
    }
    let batch = order(backend, &mut tx, actor, Act::Unban, &targets, None).await?;
    tx.commit().await?;
    Ok(batch)
}

/// Gives the orders of one click with their audit rows, one for each network. The order lock is held.
pub(crate) async fn order(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    act: Act,
    targets: &[(NodeId, Network)],
    reason: Option<&str>,
) -> Result<Batch, Error> {
    let now = backend.clock.now();
    let give = Give {
        batch: orders::new_batch(conn).await?,
        act,
        targets,
        reason,
        actor,
        now,
    };
    let batch = orders::give(conn, give).await?;
    let mut nodes = BTreeMap::<Network, BTreeSet<NodeId>>::new();
    for (node, network) in targets {
        nodes.entry(*network).or_default().insert(*node);
    }
    for (network, nodes) in nodes {
        let object = network.to_string();
        let after = json!({ "batch": batch.id, "nodes": nodes, "reason": reason });
        audit::record(conn, now, actor, act.as_str(), &object, None, Some(after)).await?;
    }
    changes::note(conn, Topic::Bans, None).await?;
    Ok(batch)
}

/// An operator's words: trimmed, one line, of bounded length.
pub(crate) fn text(field: &'static str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.chars().count() > TEXT {
        return Err(Error::invalid(field, Problem::TooLong { max: TEXT }));
    }
    if !inert::is_inert(text) {
        return Err(Error::invalid(field, Problem::BadCharacters));
    }
    Ok(text.to_owned())
}
