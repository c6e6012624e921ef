//! Sessions of browsers: rows that only the holder of the id can find.

use std::collections::HashSet;
use std::net::IpAddr;

use domain::ids::UserId;
use domain::role::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::{Present, sql};
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, audit};

/// How long a signed-in session lives.
const SIGNED_IN: Duration = Duration::days(7);
/// How long the session of somebody unknown lives: it only carries a message to the next page.
const ANONYMOUS: Duration = Duration::minutes(10);

/// That a session is used is written so often: no page waits for a write.
const WRITTEN: Duration = Duration::minutes(1);

/// What is stored instead of the cookie's value: its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// Of the id in the cookie.
    pub fn of(id: &[u8]) -> Self {
        Self(Sha256::digest(id).into())
    }

    /// Of a stored one; `None`: it is none.
    pub(super) fn stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A session as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Whatever the pages keep in it.
    pub data: Value,
    /// Whose it is, with the epoch ([`super::User::epoch`]) of the sign-in.
    pub user: Option<(UserId, i64)>,
    /// Where the user signed in from.
    pub address: Option<IpAddr>,
}

/// A session that can be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Alive {
    /// Whatever the pages keep in it.
    pub data: Value,
    /// How long it can be used.
    pub expires_at: OffsetDateTime,
    /// The database takes no changes now.
    pub read_only: bool,
}

/// Stores a new session; false when the key is taken.
pub async fn create_session(
    backend: &Backend,
    key: SessionKey,
    session: &Session,
) -> Result<bool, Error> {
    let expires_at = expiry(backend, session);
    let mut tx = backend.begin().await?;
    let created = sql::insert_session(&mut tx, key, session, expires_at).await?;
    if created && session.user.is_some() {
        sessions_changed(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(created)
}

/// Stores what changed in a session, and that it is used. Nothing where there is no such session of this user
/// (any more): one that was ended while a request ran must not come back.
pub async fn save_session(
    backend: &Backend,
    key: SessionKey,
    session: &Session,
) -> Result<(), Error> {
    let expires_at = expiry(backend, session);
    let mut conn = backend.pool.acquire().await?;
    Ok(sql::update_session(&mut conn, key, session, expires_at).await?)
}

/// Who is signed in under this key; `None`: nobody (any more), as [`load_session`] has it.
pub async fn present(backend: &Backend, key: SessionKey) -> Result<Option<Present>, Error> {
    let now = backend.clock.now();
    sql::present(&backend.pool, key, now, now + SIGNED_IN - WRITTEN).await
}

/// A session that is alive: not expired, its user not disabled, of the current epoch.
pub async fn load_session(backend: &Backend, key: SessionKey) -> Result<Option<Alive>, Error> {
    Ok(sql::live_session(&backend.pool, key, backend.clock.now()).await?)
}

/// Which of these sessions are alive (as [`load_session`] has it), and whether the database takes no changes now.
pub async fn alive_among(
    backend: &Backend,
    keys: &[SessionKey],
) -> Result<(HashSet<SessionKey>, bool), Error> {
    Ok(sql::live_among(&backend.pool, keys, backend.clock.now()).await?)
}

/// Ends a session on every replica; for a signed-in one with its audit row.
pub async fn delete_session(backend: &Backend, key: SessionKey) -> Result<(), Error> {
    let mut tx = backend.begin().await?;
    if let Some((user, name, role, address)) = sql::delete_session(&mut tx, key).await? {
        let actor = Actor {
            user: Some(user),
            name,
            role,
            address,
        };
        let now = backend.clock.now();
        audit::record(&mut tx, now, &actor, "sign out", &actor.name, None, None).await?;
        sessions_changed(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Where signed-in operators sit, for the never-ban list: login name and address.
pub async fn operator_addresses(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(String, IpAddr)>, sqlx::Error> {
    sql::operator_addresses(conn, now).await
}

/// Forgets expired sessions and old failures. Says how many sessions went.
pub async fn sweep(conn: &mut PgConnection, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let gone = sql::delete_expired_sessions(conn, now).await?;
    sql::delete_failures_before(conn, now - Duration::days(1)).await?;
    if gone.signed_in > 0 {
        sessions_changed(conn).await?;
    }
    Ok(gone.all)
}

/// Ends every session of a user, those being written at this moment included.
pub(super) async fn end_all(conn: &mut PgConnection, user: UserId) -> Result<Value, sqlx::Error> {
    let ended = sql::end_sessions(conn, user).await?;
    sessions_changed(conn).await?;
    Ok(json!(ended))
}

/// Live streams look whether they are still wanted, and the never-ban lists are made anew.
async fn sessions_changed(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    changes::note(conn, Topic::Accounts, None).await
}

fn expiry(backend: &Backend, session: &Session) -> OffsetDateTime {
    let lifetime = if session.user.is_some() {
        SIGNED_IN
    } else {
        ANONYMOUS
    };
    backend.clock.now() + lifetime
}

/// A role as stored.
pub(super) fn role(text: &str) -> Result<Role, Error> {
    text.parse().map_err(|_| Error::Inconsistent {
        table: "users",
        what: format!("role {text}"),
    })
}
