//! What admins do with nodes.

use domain::ban::Act;
use domain::ids::NodeId;
use domain::reason::OrderReason;
use domain::role::Permission;
use time::Duration;

use super::{CODE_MINUTES, EnrolCode, sql, token};
use crate::changes::{self, Topic};
use crate::orders::{self, Batch, Give};
use crate::{Actor, Backend, Error, Problem, audit, bans, retention};

/// Longest name (it is a DNS-like label).
const NAME: usize = 63;

/// Adds a node and issues the one-time code that enrols its worker.
pub async fn add(backend: &Backend, actor: &Actor, name: &str) -> Result<EnrolCode, Error> {
    require(actor)?;
    let name = checked_name(name)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let node = sql::insert(&mut tx, &name, now)
        .await?
        .ok_or_else(|| Error::invalid("name", Problem::Taken))?;
    let code = issue_code(backend, &mut tx, node, name).await?;
    audit::record(&mut tx, now, actor, "add node", &code.name, None, None).await?;
    changes::note(&mut tx, Topic::Nodes, Some(node)).await?;
    tx.commit().await?;
    Ok(code)
}

/// Issues another code: for a host that is set up again, or after revocation. The token in use, if
/// any, works until the code is used.
pub async fn new_code(backend: &Backend, actor: &Actor, node: NodeId) -> Result<EnrolCode, Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let name = sql::lock(&mut tx, node).await?.ok_or(Error::NotFound)?;
    let code = issue_code(backend, &mut tx, node, name).await?;
    let now = backend.clock.now();
    audit::record(
        &mut tx,
        now,
        actor,
        "new enrol code",
        &code.name,
        None,
        None,
    )
    .await?;
    changes::note(&mut tx, Topic::Nodes, Some(node)).await?;
    tx.commit().await?;
    Ok(code)
}

async fn issue_code(
    backend: &Backend,
    conn: &mut sqlx::PgConnection,
    node: NodeId,
    name: String,
) -> Result<EnrolCode, Error> {
    let code = token::new();
    let expires_at = backend.clock.now() + Duration::minutes(CODE_MINUTES);
    let hash = token::hash(&code).expect("a new secret is sane");
    sql::set_code(conn, node, &hash, expires_at).await?;
    Ok(EnrolCode {
        node,
        name,
        code,
        expires_at,
    })
}

/// Takes the worker's token away: its next request and its open stream end. What its jail held is
/// no longer known, so it leaves the list; waiting orders are closed.
pub async fn revoke(backend: &Backend, actor: &Actor, node: NodeId) -> Result<(), Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let name = sql::lock(&mut tx, node).await?.ok_or(Error::NotFound)?;
    let networks = sql::forget_bans(&mut tx, node).await?;
    bans::recompute(&mut tx, &networks).await?;
    let revoked = OrderReason::Revoked.into();
    orders::close_waiting(&mut tx, node, &revoked, now).await?;
    // Last: it changes a key, so everybody waits for it who gives the node an order.
    sql::revoke(&mut tx, node, now).await?;
    audit::record(&mut tx, now, actor, "revoke node", &name, None, None).await?;
    for topic in [Topic::Nodes, Topic::Bans] {
        changes::note(&mut tx, topic, Some(node)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Removes a node. Its lines are seen no more from then on, and deleted soon (`retention::removed`): there may
/// be millions.
pub async fn remove(backend: &Backend, actor: &Actor, node: NodeId) -> Result<(), Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let name = sql::lock(&mut tx, node).await?.ok_or(Error::NotFound)?;
    let networks = sql::forget_bans(&mut tx, node).await?;
    bans::recompute(&mut tx, &networks).await?;
    orders::lock(&mut tx).await?;
    retention::forget_node(&mut tx, node).await?;
    sql::delete(&mut tx, node).await?;
    audit::record(&mut tx, now, actor, "remove node", &name, None, None).await?;
    for topic in [Topic::Nodes, Topic::Bans, Topic::Attacks, Topic::Whitelist] {
        changes::note(&mut tx, topic, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Orders the worker to write and load the `cti` jail.
pub async fn install_jail(backend: &Backend, actor: &Actor, node: NodeId) -> Result<Batch, Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    orders::lock(&mut tx).await?;
    let name = sql::enrolled_name(&mut tx, node)
        .await?
        .ok_or(Error::NotFound)?;
    let batch = orders::new_batch(&mut tx).await?;
    let give = Give {
        batch,
        act: Act::InstallJail,
        targets: &[],
        reason: None,
        actor,
        now,
    };
    orders::insert_jail_order(&mut tx, node, &give).await?;
    audit::record(&mut tx, now, actor, "install jail", &name, None, None).await?;
    changes::note(&mut tx, Topic::Orders, Some(node)).await?;
    tx.commit().await?;
    Ok(Batch {
        id: batch,
        orders: 1,
    })
}

fn require(actor: &Actor) -> Result<(), Error> {
    if actor.role.may(Permission::Nodes) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// The form that the table's own check asks for, with the mistake named.
fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim().to_ascii_lowercase();
    let problem = if name.is_empty() {
        Problem::Missing
    } else if name.len() > NAME {
        Problem::TooLong { max: NAME }
    } else {
        let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = name.as_bytes();
        if bytes.iter().all(|byte| inner(*byte)) && edge(bytes.first()) && edge(bytes.last()) {
            return Ok(name);
        }
        Problem::BadCharacters
    };
    Err(Error::invalid("name", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels() {
        assert_eq!(checked_name(" FS-1.example ").unwrap(), "fs-1.example");
        for name in [
            "",
            "-a",
            "a.",
            "a b",
            "a/b",
            "ä",
            "a\0",
            "../x",
            &"a".repeat(64),
        ] {
            assert!(checked_name(name).is_err(), "{name:?}");
        }
    }
}
