//! The login cookie and where sessions are kept: in Postgres, under the SHA-256 of their id.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use app::request::{SESSION_ADDRESS, SESSION_EPOCH, SESSION_USER};
use async_trait::async_trait;
use backend::Backend;
use backend::accounts::{self, SessionKey};
use domain::ids::UserId;
use serde_json::Value;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use tower_sessions::{Expiry, SessionManagerLayer};

use crate::config::Http;

/// Name of the cookie.
pub const COOKIE: &str = "callwarden";
/// How long the browser keeps it. What counts is the row in Postgres.
const COOKIE_DAYS: i64 = 7;
/// Ids are 128 random bits: one clash is a wonder, two are a broken generator.
const TRIES: usize = 3;

/// Gives each request its session.
pub(crate) fn layer(backend: Backend, http: &Http) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(Store(backend))
        .with_name(COOKIE)
        .with_http_only(true)
        // Strict would make the first click from a mail look signed out; `origin` does the rest.
        .with_same_site(SameSite::Lax)
        .with_secure(http.secure_cookies())
        .with_expiry(Expiry::OnInactivity(time::Duration::days(COOKIE_DAYS)))
}

/// What the database knows the session by.
pub(crate) fn key(id: &Id) -> SessionKey {
    SessionKey::of(&id.0.to_le_bytes())
}

/// Sessions in Postgres.
#[derive(Clone)]
pub(crate) struct Store(Backend);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let session = session(record)?;
        for _ in 0..TRIES {
            if accounts::create_session(&self.0, key(&record.id), &session)
                .await
                .map_err(away)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(Error::Backend("every new session id exists already".into()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // Nothing is saved when the session was ended meanwhile: its id is dead and stays so.
        accounts::save_session(&self.0, key(&record.id), &session(record)?)
            .await
            .map_err(away)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = accounts::load_session(&self.0, key(id))
            .await
            .map_err(away)?;
        let Some(found) = found else {
            return Ok(None);
        };
        let data: HashMap<String, Value> =
            serde_json::from_value(found.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: found.expires_at,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        accounts::delete_session(&self.0, key(id))
            .await
            .map_err(away)
    }
}

/// The columns that the database itself must know are copied out of the session's data.
fn session(record: &Record) -> Result<accounts::Session> {
    let number = |name: &str| record.data.get(name).and_then(Value::as_i64);
    let user = match (number(SESSION_USER), number(SESSION_EPOCH)) {
        (Some(user), Some(epoch)) => Some((UserId(user), epoch)),
        (None, None) => None,
        _ => {
            return Err(Error::Encode(
                "a session has a user and an epoch, or neither".into(),
            ));
        }
    };
    let address = record.data.get(SESSION_ADDRESS).and_then(Value::as_str);
    let data =
        serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    Ok(accounts::Session {
        data,
        user,
        address: address.and_then(|address| address.parse::<IpAddr>().ok()),
    })
}

fn away(error: backend::Error) -> Error {
    match error {
        backend::Error::Database(source) => Error::Backend(source.to_string()),
        error => Error::Backend(error.to_string()),
    }
}
