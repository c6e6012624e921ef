//! Ban and unban by hand.

use domain::ids::NodeId;
use domain::net::Network;
use domain::role::Permission;
use domain::{ban::Act, guard, inert};
use serde_json::json;
use sqlx::PgConnection;

use super::{BanRequest, guard as never_ban, sql};
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
    let mut tx = backend.pool.begin().await?;
    // Before the guard is read: a whitelisting that is under way is seen, or sees this ban.
    orders::lock(&mut tx).await?;
    let scope = nodes::in_scope(&mut tx, &request.scope).await?;
    if let Err(problem) = allowed(backend, &mut tx, actor, &request, network, &scope).await? {
        drop(tx);
        refused(backend, actor, network, &reason, &problem).await?;
        return Err(Error::invalid("network", problem));
    }
    let targets: Vec<_> = scope.iter().map(|node| (*node, network)).collect();
    let give = Give {
        batch: orders::new_batch(&mut tx).await?,
        act: Act::Ban,
        targets: &targets,
        reason: (!reason.is_empty()).then_some(reason.as_str()),
        actor,
        now: backend.clock.now(),
    };
    let now = give.now;
    let batch = orders::give(&mut tx, give).await?;
    let after = json!({ "batch": batch.id, "nodes": scope, "reason": reason });
    audit::record(
        &mut tx,
        now,
        actor,
        "ban",
        &network.to_string(),
        None,
        Some(after),
    )
    .await?;
    changes::note(&mut tx, Topic::Bans, None).await?;
    tx.commit().await?;
    Ok(batch)
}

/// The guard of product 4.4; the worker asks it again.
async fn allowed(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    request: &BanRequest,
    network: Network,
    scope: &[NodeId],
) -> Result<Result<(), Problem>, Error> {
    if network.prefix_len() < 8 {
        return Ok(Err(Problem::Everybody));
    }
    let list = never_ban::never_ban(backend, conn, Some(scope)).await?;
    if let Err(refusal) = guard::may_ban(network, &list) {
        return Ok(Err(Problem::Protected(refusal)));
    }
    if !network.is_host() {
        let held = sql::networks_on(conn, scope).await?;
        for node in scope {
            let held = held.iter().filter(|(holder, _)| holder == node);
            if guard::covers_too_much(network, held.map(|(_, network)| *network)) {
                return Ok(Err(Problem::TooMuch));
            }
        }
    }
    let confirmed = request.confirm_wide && actor.role.may(Permission::WideNetworks);
    Ok(if network.is_wide() && !confirmed {
        Err(Problem::Wide)
    } else {
        Ok(())
    })
}

/// A refusal changes nothing, but who tried what is kept.
async fn refused(
    backend: &Backend,
    actor: &Actor,
    network: Network,
    reason: &str,
    problem: &Problem,
) -> Result<(), Error> {
    let mut conn = backend.pool.acquire().await?;
    let after = json!({ "refused": problem.to_string(), "reason": reason });
    let object = network.to_string();
    let now = backend.clock.now();
    audit::record(
        &mut conn,
        now,
        actor,
        "ban refused",
        &object,
        None,
        Some(after),
    )
    .await?;
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
    let mut tx = backend.pool.begin().await?;
    orders::lock(&mut tx).await?;
    let targets = sql::holders_to_free(&mut tx, networks).await?;
    if targets.is_empty() {
        return Err(Error::NotFound);
    }
    let batch = free(backend, &mut tx, actor, &targets, None).await?;
    tx.commit().await?;
    Ok(batch)
}

/// Gives unban orders with their audit rows, one for each network. The order lock is held.
pub(crate) async fn free(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    targets: &[(NodeId, Network)],
    reason: Option<&str>,
) -> Result<Batch, Error> {
    let now = backend.clock.now();
    let batch = orders::new_batch(conn).await?;
    let give = Give {
        batch,
        act: Act::Unban,
        targets,
        reason,
        actor,
        now,
    };
    let batch = orders::give(conn, give).await?;
    let mut networks: Vec<Network> = targets.iter().map(|(_, network)| *network).collect();
    networks.sort_unstable();
    networks.dedup();
    for network in networks {
        let after = json!({ "batch": batch.id, "reason": reason });
        audit::record(
            conn,
            now,
            actor,
            "unban",
            &network.to_string(),
            None,
            Some(after),
        )
        .await?;
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
