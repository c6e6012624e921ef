//! Who acts for a node: one worker process at a time, over one stream at a time.

use std::net::IpAddr;

use domain::ids::NodeId;
use domain::net::Network;
use domain::wire::{Cursor, Down, VERSION};
use time::Duration;

use super::{CONNECTED_SECONDS, NodeAuth, sql, token};
use crate::changes::{self, Topic};
use crate::{Backend, Error};

/// Longest name of a worker process.
const INSTANCE: usize = 64;

/// Outcome of opening a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// This stream is the node's; its number, for [`look`].
    Taken(i64),
    /// Another process took over from this one: it must not act for the node any more.
    Fenced,
}

/// How a stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Go on.
    Live,
    /// A newer stream is open.
    Fenced,
    /// The token is no longer valid.
    Revoked,
}

/// Opens a stream: every older one ends. `instance` names the worker's process; a process that was
/// once taken over from stays out, so that two workers with one token do not take turns; it may come
/// back when the other has fallen silent.
pub async fn claim(
    backend: &Backend,
    node: NodeId,
    instance: Option<&str>,
    peer: IpAddr,
) -> Result<Claim, Error> {
    let instance = instance.filter(|instance| sane(instance));
    let now = backend.clock.now();
    let heard = now - Duration::seconds(CONNECTED_SECONDS);
    let mut tx = backend.begin().await?;
    let claimed = sql::claim(&mut tx, node, instance, Network::host(peer), now, heard).await?;
    let Some(stream) = claimed else {
        return Ok(Claim::Fenced);
    };
    changes::note(&mut tx, Topic::Nodes, Some(node)).await?;
    tx.commit().await?;
    Ok(Claim::Taken(stream))
}

/// May this process still act for the node? (Asked for each report.)
pub async fn acts(backend: &Backend, node: NodeId, instance: Option<&str>) -> Result<bool, Error> {
    match instance.filter(|instance| sane(instance)) {
        Some(instance) => Ok(!sql::is_fenced(&backend.pool, node, instance).await?),
        None => Ok(true),
    }
}

fn sane(instance: &str) -> bool {
    !instance.is_empty()
        && instance.len() <= INSTANCE
        && instance.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Is stream number `stream` still the node's, and its token valid? One cheap query.
pub async fn look(
    backend: &Backend,
    token: &str,
    auth: &NodeAuth,
    stream: i64,
) -> Result<Look, Error> {
    let Some(hash) = token::hash(token) else {
        return Ok(Look::Revoked);
    };
    Ok(match sql::stream(&backend.pool, auth.id, &hash).await? {
        Some(newest) if newest == stream => Look::Live,
        Some(_) => Look::Fenced,
        None => Look::Revoked,
    })
}

/// The first line of a stream.
pub async fn welcome(backend: &Backend, auth: &NodeAuth) -> Result<Down, Error> {
    let cursors: Vec<Cursor> = sql::cursors(&backend.pool, auth.id).await?;
    let ban_list = sql::ban_list_version(&backend.pool, auth.id).await?;
    Ok(Down::Welcome {
        version: VERSION,
        node_name: auth.name.clone(),
        cursors,
        ban_list,
    })
}
