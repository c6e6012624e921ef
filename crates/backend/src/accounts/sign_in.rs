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
    throttle::check(backend, address, name).await?;

    let login = sql::login(&backend.pool, name).await?;
    let (hash, found) = match login {
        Some(login) => (
            Some(login.password_hash),
            Some((login.user, login.disabled)),
        ),
        None => (None, None),
    };
    let right = if rules::is_possible(password) {
        backend.hasher.verify(password, hash).await?
    } else {
        backend.hasher.verify("", None).await?
    };
    match found {
        Some((user, false)) if right => {
            let actor = Actor {
                user: Some(user.id),
                name: user.name.clone(),
                role: user.role,
                address,
            };
            let mut tx = backend.pool.begin().await?;
            sql::delete_failures(&mut tx, throttle::network(address), name).await?;
            let now = backend.clock.now();
            audit::record(&mut tx, now, &actor, "sign in", &user.name, None, None).await?;
            tx.commit().await?;
            Ok(user)
        }
        _ => {
            let actor = Actor {
                user: None,
                name: "nobody".into(),
                role: Role::Viewer,
                address,
            };
            throttle::failed(backend, &actor, "sign-in failed", name).await?;
            Err(Error::invalid("password", Problem::Wrong))
        }
    }
}
