//! What a node shall be like: its whitelist and its never-ban list, under one version.
//!
//! The version is raised in the transaction that changes the whitelist. Protected addresses that
//! change without an order (a node's own, a signed-in operator's) are noticed by their fingerprint.

use domain::ids::NodeId;
use domain::wire::Desired;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::sql;
use crate::bans::guard;
use crate::{Backend, Error, links, whitelist};

/// How often a version that moved under our feet is read again.
const TRIES: usize = 4;

/// Raises the version, in the transaction that changes what it stands for.
pub(crate) async fn bump(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sql::bump_desired(conn, None).await
}

/// What `node` shall be like now.
pub async fn desired(backend: &Backend, node: NodeId) -> Result<Desired, Error> {
    let mut last = None;
    for _ in 0..TRIES {
        let (desired, settled) = snapshot(backend, node).await?;
        if settled {
            return Ok(desired);
        }
        last = Some(desired);
    }
    // Somebody signs in and out all the time: the newest reading is right enough, the next look
    // brings the rest.
    last.ok_or(Error::NotFound)
}

/// One consistent reading; not settled where the fingerprint had to be renewed first.
async fn snapshot(backend: &Backend, node: NodeId) -> Result<(Desired, bool), Error> {
    let mut tx = backend
        .pool
        .begin_with("begin isolation level repeatable read")
        .await?;
    let (version, stored) = sql::desired(&mut tx).await?;
    let whitelist = whitelist::lines(&mut tx, node, backend.clock.now()).await?;
    let mut never_ban = guard::never_ban(backend, &mut tx, Some(&[node])).await?;
    never_ban.extend(links::of_nodes(&mut tx, &[node]).await?);
    let moving = guard::moving(backend, &mut tx).await?;
    tx.commit().await?;
    let fingerprint = Sha256::digest(serde_json::to_vec(&moving).unwrap_or_default()).to_vec();
    let settled = fingerprint == stored;
    if !settled {
        sql::bump_desired(&mut *backend.pool.acquire().await?, Some(&fingerprint)).await?;
    }
    Ok((
        Desired {
            version,
            whitelist,
            never_ban,
        },
        settled,
    ))
}
