//! Signing in.

use std::net::IpAddr;

use domain::role::Role;

use super::{User, rules, sql, throttle};
use crate::error::Problem;
use crate::{Actor, Backend, Error, audit};

/// The user of this name and password. The caller makes the session.
///
/// # Errors
/// `password` [`Problem::Wrong`], after the same time, for an unknown user, a wrong password and a
/// disabled user; [`Error::TooMany`] after too many of them.
pub async fn sign_in(
    backend: &Backend,
    name: &str,
    password: &str,
    address: Option<IpAddr>,
) -> Result<User, Error> {
    // What cannot be a name might be a password typed into the wrong field: it is not written down.
    let name = rules::name(name).unwrap_or("?");
    let this = throttle::begin(backend, address, name).await?;
    match whose(backend, name, password, this.known_here).await {
        Ok(Some(user)) => {
            let actor = Actor {
                user: Some(user.id),
                name: user.name.clone(),
                role: user.role,
                address,
            };
            let mut tx = backend.begin().await?;
            throttle::right(&mut tx, address, name).await?;
            let now = backend.clock.now();
            audit::record(&mut tx, now, &actor, "sign in", &user.name, None, None).await?;
            tx.commit().await?;
            Ok(user)
        }
        Ok(None) => {
            let actor = Actor {
                user: None,
                name: "nobody".into(),
                role: Role::Viewer,
                address,
            };
            throttle::wrong(backend, &actor, "sign-in failed", name).await?;
            Err(Error::invalid("password", Problem::Wrong))
        }
        Err(error) => {
            throttle::withdraw(backend, this).await?;
            Err(error)
        }
    }
}

/// The user who may sign in with these; takes as long for everybody else.
async fn whose(
    backend: &Backend,
    name: &str,
    password: &str,
    known: bool,
) -> Result<Option<User>, Error> {
    let (hash, user) = match sql::login(&backend.pool, name).await? {
        Some(login) => (
            Some(login.password_hash),
            (!login.disabled).then_some(login.user),
        ),
        None => (None, None),
    };
    let right = if rules::is_possible(password) {
        backend.hasher.verify(password, hash, known).await?
    } else {
        backend.hasher.verify("", None, known).await?
    };
    Ok(user.filter(|_| right))
}
