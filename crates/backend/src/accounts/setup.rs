//! The first visit of an empty database: whoever reads the console's output makes the first admin.

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::role::Role;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{User, rules, sql, throttle};
use crate::changes::{self, Topic};
use crate::error::Problem;
use crate::{Actor, Backend, Error, audit};

/// Is there nobody who could sign in?
pub async fn setup_needed(backend: &Backend) -> Result<bool, Error> {
    let mut conn = backend.pool.acquire().await?;
    Ok(!sql::any_user(&mut conn).await?)
}

/// A one-time token for [`create_first_admin`], to be printed; `None` when there are users.
/// Replicas have one each, and using one ends all.
pub async fn issue_setup_token(backend: &Backend) -> Result<Option<String>, Error> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>());
    let mut tx = backend.begin().await?;
    sql::lock_setup(&mut tx).await?;
    if sql::any_user(&mut tx).await? {
        return Ok(None);
    }
    sql::insert_setup_token(&mut tx, &hash(&token), backend.clock.now()).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Creates the first admin.
///
/// # Errors
/// `token` [`Problem::Wrong`] for a wrong or used token and where there are users already;
/// `name`, `password`; [`Error::TooMany`] after too many wrong tokens.
pub async fn create_first_admin(
    backend: &Backend,
    token: &str,
    name: &str,
    password: &str,
    address: Option<IpAddr>,
) -> Result<User, Error> {
    let this = throttle::begin(backend, address, "setup").await?;
    let token_hash = hash(token.trim());
    let mut tx = backend.begin().await?;
    if !is_valid(&mut tx, &token_hash).await? {
        drop(tx);
        let actor = Actor {
            user: None,
            name: "nobody".into(),
            role: Role::Viewer,
            address,
        };
        throttle::wrong(backend, &actor, "setup failed", "setup").await?;
        return Err(Error::invalid("token", Problem::Wrong));
    }
    drop(tx);
    throttle::withdraw(backend, this).await?;
    let (name, password) = (rules::name(name)?, rules::password(password)?);
    let password_hash = backend.hasher.hash(password).await?;

    let mut tx = backend.begin().await?;
    sql::lock_setup(&mut tx).await?;
    if !is_valid(&mut tx, &token_hash).await? {
        return Err(Error::invalid("token", Problem::Wrong));
    }
    let now = backend.clock.now();
    let id = sql::insert_user(&mut tx, name, &password_hash, Role::Admin, now)
        .await?
        .ok_or_else(|| Error::invalid("name", Problem::Taken))?;
    sql::delete_setup_tokens(&mut tx).await?;
    let user = User {
        id,
        name: name.to_owned(),
        role: Role::Admin,
        epoch: 0,
    };
    let actor = Actor {
        user: Some(id),
        name: name.to_owned(),
        role: Role::Admin,
        address,
    };
    let after = json!({ "role": Role::Admin });
    audit::record(&mut tx, now, &actor, "setup", name, None, Some(after)).await?;
    changes::note(&mut tx, Topic::Accounts, None).await?;
    tx.commit().await?;
    Ok(user)
}

async fn is_valid(conn: &mut sqlx::PgConnection, token_hash: &[u8]) -> Result<bool, sqlx::Error> {
    Ok(!sql::any_user(conn).await? && sql::setup_token_exists(conn, token_hash).await?)
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
