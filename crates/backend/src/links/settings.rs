//! What admins set, and what a worker tells at enrolment.

use std::net::IpAddr;

use domain::ids::NodeId;
use domain::role::Permission;
use domain::wire::EventSocket;
use esl::{Domain, Host, Secret, TargetError, UserName};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::sql::{self, New};
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, Problem, audit, nodes};

/// As typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Name or address.
    pub host: String,
    /// 1 to 65535.
    pub port: String,
    /// `user@domain`; empty: the password of `event_socket.conf`.
    pub user: String,
    /// Empty: the one before stays, as long as it goes to the same place.
    pub password: String,
}

struct Checked {
    host: Host,
    port: u16,
    user: Option<(UserName, Domain)>,
    password: Option<Secret>,
}

impl Form {
    fn check(&self) -> Result<Checked, Error> {
        let host = self.host.trim();
        let host = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host);
        let port = self.port.trim().parse().ok().filter(|port| *port != 0);
        let user = self.user.trim();
        let user = match user.split_once('@') {
            None if user.is_empty() => None,
            None => return Err(Error::invalid("user", Problem::BadCharacters)),
            Some((user, domain)) => {
                let user = user.parse().map_err(|error| wrong("user", error, user))?;
                let domain = domain
                    .parse()
                    .map_err(|error| wrong("user", error, domain))?;
                Some((user, domain))
            }
        };
        Ok(Checked {
            host: host.parse().map_err(|error| wrong("host", error, host))?,
            port: port.ok_or_else(|| Error::invalid("port", Problem::BadCharacters))?,
            user,
            password: match self.password.as_str() {
                "" => None,
                text => Some(password(text)?),
            },
        })
    }
}

fn wrong(field: &'static str, _: TargetError, text: &str) -> Error {
    let problem = if text.is_empty() {
        Problem::Missing
    } else {
        Problem::BadCharacters
    };
    Error::invalid(field, problem)
}

/// One that can be sent, and that is not everybody's.
fn password(text: &str) -> Result<Secret, Error> {
    let refused = |problem| Error::invalid("password", problem);
    let password = Secret::new(text).map_err(|_| refused(Problem::BadCharacters))?;
    if password.is_default() {
        return Err(refused(Problem::DefaultPassword));
    }
    Ok(password)
}

/// What the password of this node is sealed for.
pub(super) fn context(node: NodeId) -> String {
    format!("event socket of node {node}")
}

/// Sets where a node's Event Socket is and how to sign in; whoever holds the link connects anew.
///
/// # Errors
/// [`Error::Invalid`] on the field that is wrong; on `password` with [`Problem::Missing`] where there is
/// none to keep, with [`Problem::AnotherPlace`] where the one before would go somewhere else.
pub async fn set(backend: &Backend, actor: &Actor, node: NodeId, form: &Form) -> Result<(), Error> {
    require(actor)?;
    let checked = form.check()?;
    let mut tx = backend.begin().await?;
    let name = nodes::lock(&mut tx, node).await?.ok_or(Error::NotFound)?;
    write(backend, &mut tx, actor, (node, &name), &checked).await?;
    Ok(tx.commit().await?)
}

async fn write(
    backend: &Backend,
    tx: &mut PgConnection,
    actor: &Actor,
    (node, name): (NodeId, &str),
    checked: &Checked,
) -> Result<(), Error> {
    let key = backend.sealer();
    let sealed = checked.password.as_ref();
    let sealed = sealed.map(|password| key.seal(&context(node), password.expose().as_bytes()));
    let user = checked.user.as_ref();
    let new = New {
        node,
        host: checked.host.as_str(),
        port: checked.port,
        user: user.map(|(user, _)| user.as_str()),
        domain: user.map(|(_, domain)| domain.as_str()),
        password: sealed.as_deref(),
        key_id: key.id(),
    };
    let before = shown(sql::stored(&mut *tx, node).await?);
    if !sql::set(tx, &new).await? {
        let problem = match before {
            None => Problem::Missing,
            Some(_) => Problem::AnotherPlace,
        };
        return Err(Error::invalid("password", problem));
    }
    let after = shown(sql::stored(&mut *tx, node).await?);
    let now = backend.clock.now();
    audit::record(tx, now, actor, "set event socket", name, before, after).await?;
    changed(tx, node).await
}

/// Without the password.
fn shown(stored: Option<sql::Stored>) -> Option<Value> {
    stored.map(|stored| {
        json!({
            "host": stored.host,
            "port": stored.port,
            "user": stored.user.zip(stored.domain).map(|(user, domain)| format!("{user}@{domain}")),
        })
    })
}

async fn changed(tx: &mut PgConnection, node: NodeId) -> Result<(), Error> {
    for topic in [Topic::Links, Topic::Nodes] {
        changes::note(tx, topic, Some(node)).await?;
    }
    Ok(())
}

/// Forgets a node's Event Socket and its password; the link is closed.
pub async fn remove(backend: &Backend, actor: &Actor, node: NodeId) -> Result<(), Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let name = nodes::lock(&mut tx, node).await?.ok_or(Error::NotFound)?;
    let before = shown(sql::stored(&mut *tx, node).await?);
    if !sql::remove(&mut tx, node).await? {
        return Err(Error::NotFound);
    }
    nodes::bump_own(&mut tx, node).await?;
    let now = backend.clock.now();
    audit::record(
        &mut tx,
        now,
        actor,
        "remove event socket",
        &name,
        before,
        None,
    )
    .await?;
    changed(&mut tx, node).await?;
    Ok(tx.commit().await?)
}

/// Takes over what the worker read in the switch's own settings, where an admin has set nothing: in
/// the transaction that enrols it.
///
/// # Errors
/// [`Problem::DefaultPassword`]: the node must not be enrolled like this.
pub async fn from_worker(
    backend: &Backend,
    tx: &mut PgConnection,
    actor: &Actor,
    (node, name): (NodeId, &str),
    peer: IpAddr,
    found: &EventSocket,
) -> Result<(), Error> {
    let Some(text) = &found.password else {
        return Ok(());
    };
    let password = password(text);
    if let Err(Error::Invalid {
        problem: Problem::DefaultPassword,
        ..
    }) = password
    {
        return password.map(drop);
    }
    // What cannot be used is asked for on the node's page.
    let (Ok(password), Ok(host)) = (password, peer.to_canonical().to_string().parse()) else {
        return Ok(());
    };
    if found.port == 0 || sql::stored(&mut *tx, node).await?.is_some() {
        return Ok(());
    }
    let checked = Checked {
        host,
        port: found.port,
        user: None,
        password: Some(password),
    };
    write(backend, tx, actor, (node, name), &checked).await
}

fn require(actor: &Actor) -> Result<(), Error> {
    if actor.role.may(Permission::Nodes) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
