//! Adding and removing entries, by hand and by expiry.

use domain::ban::Act;
use domain::ids::{EntryId, NodeId};
use domain::net::{NetError, Network};
use domain::role::Permission;
use domain::whitelist::{WhitelistError, may_whitelist};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::{Expiry, NewEntry, Scope, sql};
use crate::changes::{self, Topic};
use crate::orders;
use crate::{Actor, Backend, Error, Problem, audit, bans, nodes};

/// An entry after all checks of its form.
struct Checked {
    network: Network,
    note: String,
    expires_at: Option<OffsetDateTime>,
    scope: Scope,
}

/// Adds an entry and orders every ban inside it lifted, in one transaction. One for all nodes takes
/// the place of a shorter one.
///
/// # Errors
/// [`Error::Invalid`]: `network` with the network offered where host bits are set, [`Problem::Wide`],
/// [`Problem::Everybody`], or [`Problem::Whitelisted`] where an entry for all nodes lasts as long;
/// `note`; `expiry`; `scope`.
pub async fn add(backend: &Backend, actor: &Actor, entry: NewEntry) -> Result<EntryId, Error> {
    let entry = check(backend, actor, entry)?;
    let mut tx = backend.begin().await?;
    orders::lock(&mut tx).await?;
    let now = backend.clock.now();
    let same = sql::current(&mut tx, entry.network, now).await?;
    if matches!(entry.scope, Scope::All) {
        for old in same.iter().filter(|old| old.all_nodes) {
            if old
                .expires_at
                .is_none_or(|until| entry.expires_at.is_some_and(|wanted| wanted <= until))
            {
                return Err(Error::invalid("network", Problem::Whitelisted));
            }
            let (id, action) = (EntryId(old.id), "whitelist remove");
            take_out(&mut tx, actor, id, entry.network, action, now).await?;
        }
    }
    let id = insert(backend, &mut tx, actor, &entry).await?;
    lift(backend, &mut tx, actor, entry.network, &entry.scope).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes an entry out by hand and says whose it was; the nodes hear of it at once.
pub async fn remove(backend: &Backend, actor: &Actor, entry: EntryId) -> Result<Network, Error> {
    if !actor.role.may(Permission::Whitelist) {
        return Err(Error::Forbidden);
    }
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let network = sql::network(&mut tx, entry).await?.ok_or(Error::NotFound)?;
    take_out(&mut tx, actor, entry, network, "whitelist remove", now).await?;
    nodes::bump(&mut tx).await?;
    changes::note(&mut tx, Topic::Whitelist, None).await?;
    tx.commit().await?;
    Ok(network)
}

/// Puts an entry back that was taken out, as it was; bans inside it are lifted again.
///
/// # Errors
/// [`Error::NotFound`] where it stands, has expired meanwhile or never was; [`Error::Invalid`] with
/// [`Problem::Wide`] or, where another entry for all nodes took its place, [`Problem::Whitelisted`].
pub async fn restore(backend: &Backend, actor: &Actor, entry: EntryId) -> Result<Network, Error> {
    if !actor.role.may(Permission::Whitelist) {
        return Err(Error::Forbidden);
    }
    let mut tx = backend.begin().await?;
    orders::lock(&mut tx).await?;
    let now = backend.clock.now();
    let (network, scope) = sql::removed(&mut tx, entry, now)
        .await?
        .ok_or(Error::NotFound)?;
    may_enter(actor, network)?;
    let same = sql::current(&mut tx, network, now).await?;
    if matches!(scope, Scope::All) && same.iter().any(|other| other.all_nodes) {
        return Err(Error::invalid("network", Problem::Whitelisted));
    }
    let version = nodes::bump(&mut tx).await?;
    sql::put_back(&mut tx, entry, version).await?;
    let after = json!({ "entry": entry });
    let object = network.to_string();
    let action = "whitelist restore";
    audit::record(&mut tx, now, actor, action, &object, None, Some(after)).await?;
    changes::note(&mut tx, Topic::Whitelist, None).await?;
    lift(backend, &mut tx, actor, network, &scope).await?;
    tx.commit().await?;
    Ok(network)
}

/// Takes out what has expired; says how many. Called every few seconds.
pub async fn expire(backend: &Backend) -> Result<usize, Error> {
    let now = backend.clock.now();
    if !sql::any_expired(&backend.pool, now).await? {
        return Ok(0);
    }
    let mut tx = backend.begin().await?;
    let expired = sql::lock_expired(&mut tx, now).await?;
    for (entry, network) in &expired {
        take_out(
            &mut tx,
            &Actor::console(),
            *entry,
            *network,
            "whitelist expired",
            now,
        )
        .await?;
    }
    if !expired.is_empty() {
        nodes::bump(&mut tx).await?;
        changes::note(&mut tx, Topic::Whitelist, None).await?;
    }
    tx.commit().await?;
    Ok(expired.len())
}

fn check(backend: &Backend, actor: &Actor, entry: NewEntry) -> Result<Checked, Error> {
    if !actor.role.may(Permission::Whitelist) {
        return Err(Error::Forbidden);
    }
    let network: Network = entry
        .network
        .parse()
        .map_err(|error: NetError| Error::invalid("network", error))?;
    may_enter(actor, network)?;
    let note = bans::text("note", &entry.note)?;
    let now = backend.clock.now();
    let expires_at = match entry.expiry {
        Expiry::Hours8 => Some(now + Duration::hours(8)),
        Expiry::Days30 => Some(now + Duration::days(30)),
        Expiry::Never => None,
        Expiry::At(time) => Some(time),
    };
    if expires_at.is_some_and(|time| time <= now) {
        return Err(Error::invalid("at", Problem::Past));
    }
    Ok(Checked {
        network,
        note,
        expires_at,
        scope: entry.scope,
    })
}

fn may_enter(actor: &Actor, network: Network) -> Result<(), Error> {
    may_whitelist(network, actor.role.may(Permission::WideNetworks)).map_err(|error| {
        let problem = match error {
            WhitelistError::Everybody => Problem::Everybody,
            WhitelistError::NeedsAdmin => Problem::Wide,
        };
        Error::invalid("network", problem)
    })
}

async fn insert(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    entry: &Checked,
) -> Result<EntryId, Error> {
    let now = backend.clock.now();
    let version = nodes::bump(conn).await?;
    let new = sql::New {
        network: entry.network,
        note: &entry.note,
        actor,
        now,
        expires_at: entry.expires_at,
        all_nodes: matches!(entry.scope, Scope::All),
        version,
    };
    let id = sql::insert(conn, new).await?;
    let scope = match &entry.scope {
        Scope::All => None,
        Scope::Nodes(_) => Some(nodes::in_scope(conn, &entry.scope).await?),
    };
    if let Some(scope) = &scope {
        sql::insert_scope(conn, id, scope).await?;
    }
    let after = json!({
        "note": entry.note,
        "until": entry.expires_at.map(OffsetDateTime::unix_timestamp),
        "nodes": scope,
    });
    let object = entry.network.to_string();
    audit::record(
        conn,
        now,
        actor,
        "whitelist add",
        &object,
        None,
        Some(after),
    )
    .await?;
    changes::note(conn, Topic::Whitelist, None).await?;
    Ok(id)
}

/// Orders every ban inside the entry lifted (the order lock is held); none is fine.
async fn lift(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    network: Network,
    scope: &Scope,
) -> Result<(), Error> {
    let scope: Option<&[NodeId]> = match scope {
        Scope::All => None,
        Scope::Nodes(nodes) => Some(nodes),
    };
    let held = bans::held_inside(conn, network, scope).await?;
    let reason = Some(orders::WHITELISTED);
    bans::order(backend, conn, actor, Act::Unban, &held, reason).await?;
    Ok(())
}

async fn take_out(
    conn: &mut PgConnection,
    actor: &Actor,
    entry: EntryId,
    network: Network,
    action: &str,
    now: OffsetDateTime,
) -> Result<(), Error> {
    sql::take_out(conn, entry, now).await?;
    let before = json!({ "entry": entry });
    audit::record(
        conn,
        now,
        actor,
        action,
        &network.to_string(),
        Some(before),
        None,
    )
    .await?;
    Ok(())
}
