//! What a node shall be like: its whitelist and its never-ban list, under one version.
//!
//! The version is raised in the transaction that changes the whitelist. Protected addresses that
//! change without an order (a node's own, a signed-in operator's) are noticed by their fingerprint;
//! that list is as long as the fleet and the same for all nodes, so one reading serves many of them.

use std::sync::Arc;
use std::time::Duration;

use domain::guard::Guarded;
use domain::ids::NodeId;
use domain::wire::Desired;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout};

use super::sql;
use crate::bans::guard;
use crate::transactions::begin_with;
use crate::{Backend, Error, links, whitelist};

/// How often a version that moved under our feet is read again.
const TRIES: usize = 4;
/// Nodes whose lists are read at a time: when all of them change, others need connections, too.
const AT_ONCE: usize = 8;
/// How long is waited for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Raises the version of all nodes, in the transaction that changes what it stands for.
pub(crate) async fn bump(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sql::bump_desired(conn, None).await
}

/// … of one node, whose row is locked.
pub(crate) async fn bump_own(conn: &mut PgConnection, node: NodeId) -> Result<(), sqlx::Error> {
    sql::bump_own_desired(conn, node).await
}

/// The part of the never-ban list that moves, as this process read it last; clones belong together.
#[derive(Clone)]
pub struct Moving(Arc<Inner>);

struct Inner {
    last: Mutex<Option<Reading>>,
    turns: Semaphore,
}

#[derive(Clone)]
struct Reading {
    begun: Instant,
    /// Of all nodes, when this was the list.
    version: i64,
    list: Arc<[Guarded]>,
}

impl Default for Moving {
    fn default() -> Self {
        Self(Arc::new(Inner {
            last: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }))
    }
}

impl Moving {
    /// A reading that began after the question; all who ask during one share the next. The version is
    /// raised where it is another list than was known.
    async fn read(&self, backend: &Backend) -> Result<Reading, Error> {
        let asked = Instant::now();
        let mut last = soon(self.0.last.lock()).await?;
        if let Some(last) = last.as_ref().filter(|last| last.begun >= asked) {
            return Ok(last.clone());
        }
        Ok(last.insert(reading(backend).await?).clone())
    }
}

/// While Postgres hangs nobody waits for all who wait before.
async fn soon<T>(turn: impl Future<Output = T>) -> Result<T, sqlx::Error> {
    let turn = timeout(PATIENCE, turn).await;
    turn.map_err(|_| sqlx::Error::PoolTimedOut)
}

async fn reading(backend: &Backend) -> Result<Reading, Error> {
    let mut tries = 0;
    loop {
        let begun = Instant::now();
        let mut tx = snapshot(backend).await?;
        let (version, stored) = sql::desired(&mut tx).await?;
        let list = guard::moving(backend, &mut tx).await?;
        tx.commit().await?;
        let fingerprint = Sha256::digest(serde_json::to_vec(&list).unwrap_or_default()).to_vec();
        tries += 1;
        // Somebody signs in and out all the time: the newest reading is right enough, the next look
        // brings the rest.
        if fingerprint == stored || tries == TRIES {
            let list = list.into();
            return Ok(Reading {
                begun,
                version,
                list,
            });
        }
        sql::bump_desired(&mut *backend.pool.acquire().await?, Some(&fingerprint)).await?;
    }
}

/// Raises the version where nodes or operators are elsewhere than they were.
pub(super) async fn notice(backend: &Backend) -> Result<(), Error> {
    backend.moving().read(backend).await?;
    Ok(())
}

/// What `node` shall be like now.
pub async fn desired(backend: &Backend, node: NodeId) -> Result<Desired, Error> {
    let mut tries = 0;
    loop {
        let moving = backend.moving().read(backend).await?;
        let _turn = soon(backend.moving().0.turns.acquire()).await?;
        let mut tx = snapshot(backend).await?;
        let (everybody, own) = sql::desired_of(&mut tx, node)
            .await?
            .ok_or(Error::NotFound)?;
        let whitelist = whitelist::lines(&mut tx, node, backend.clock.now()).await?;
        let mut never_ban = guard::standing(backend, &mut tx, Some(&[node])).await?;
        never_ban.extend(moving.list.iter().cloned());
        never_ban.extend(links::of_nodes(&mut tx, &[node]).await?);
        tx.commit().await?;
        tries += 1;
        let settled = everybody == moving.version;
        if settled || tries == TRIES {
            // An older version than what is sent only has it sent again.
            let version = if settled {
                everybody.max(own)
            } else {
                moving.version
            };
            return Ok(Desired {
                version,
                whitelist,
                never_ban,
            });
        }
    }
}

/// One consistent reading.
async fn snapshot(
    backend: &Backend,
) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, sqlx::Error> {
    let begin = "begin isolation level repeatable read";
    begin_with(&backend.pool, begin).await
}
