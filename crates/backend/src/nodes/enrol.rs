//! How a host becomes a node, and how its worker is known afterwards.

use std::net::IpAddr;

use domain::net::Network;
use domain::wire::{Enrol, Enrolled};
use serde_json::json;

use super::{NodeAuth, sql, token};
use crate::changes::{self, Topic};
use crate::ingest::bounded;
use crate::{Actor, Backend, Error, Problem, audit, links};

/// Uses up a one-time code. The token in the answer is the worker's from now on; one given before
/// is dead.
///
/// # Errors
/// [`Problem::Wrong`] for every code that is not valid, whatever the cause;
/// [`Problem::DefaultPassword`] where everybody can sign in at the switch: the code stays valid.
pub async fn enrol(backend: &Backend, asked: &Enrol, peer: IpAddr) -> Result<Enrolled, Error> {
    let wrong = || Error::invalid("code", Problem::Wrong);
    let code = token::hash(&asked.code).ok_or_else(wrong)?;
    let token = token::new();
    let hash = token::hash(&token).expect("a new secret is sane");
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let (from, peer) = (peer, Network::host(peer));
    let node = sql::enrol(&mut tx, &code, &hash, peer, now)
        .await?
        .ok_or_else(wrong)?;
    let worker = Actor {
        address: Some(peer.address()),
        ..Actor::console()
    };
    let after = json!({
        "host": bounded(&asked.host_name, 255),
        "worker": bounded(&asked.worker_version, 64),
    });
    audit::record(
        &mut tx,
        now,
        &worker,
        "enrol node",
        &node.name,
        None,
        Some(after),
    )
    .await?;
    if let Some(found) = &asked.event_socket {
        let node = (node.id, node.name.as_str());
        links::from_worker(backend, &mut tx, &worker, node, from, found).await?;
    }
    changes::note(&mut tx, Topic::Nodes, Some(node.id)).await?;
    tx.commit().await?;
    Ok(Enrolled {
        node_name: node.name,
        token,
    })
}

/// Whose token it is; `None` for a revoked, replaced or unknown one.
pub async fn authenticate(backend: &Backend, token: &str) -> Result<Option<NodeAuth>, Error> {
    match token::hash(token) {
        Some(hash) => Ok(sql::by_token(&backend.pool, &hash).await?),
        None => Ok(None),
    }
}
