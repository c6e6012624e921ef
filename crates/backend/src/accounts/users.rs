//! Adding and changing users. Whatever takes rights away ends the user's sessions with it.

use domain::ids::UserId;
use domain::role::{Permission, Role};
use serde_json::json;

use super::{User, UserRow, rules, sessions, sql};
use crate::changes::{self, Topic};
use crate::error::Problem;
use crate::{Actor, Backend, Error, audit};

/// Everybody, by name.
pub async fn list(backend: &Backend) -> Result<Vec<UserRow>, Error> {
    sql::list_users(&backend.pool, backend.clock.now()).await
}

/// By login name, disabled or not.
pub async fn user_named(backend: &Backend, name: &str) -> Result<Option<User>, Error> {
    Ok(sql::login(&backend.pool, name)
        .await?
        .map(|login| login.user))
}

/// Adds a user.
pub async fn create_user(
    backend: &Backend,
    actor: &Actor,
    name: &str,
    password: &str,
    role: Role,
) -> Result<User, Error> {
    may_manage(actor)?;
    let (name, password) = (rules::name(name)?, rules::password(password)?);
    let password_hash = backend.hasher.hash(password).await?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let id = sql::insert_user(&mut tx, name, &password_hash, role, now)
        .await?
        .ok_or_else(|| Error::invalid("name", Problem::Taken))?;
    sql::delete_setup_tokens(&mut tx).await?;
    let after = json!({ "role": role });
    audit::record(&mut tx, now, actor, "add user", name, None, Some(after)).await?;
    changes::note(&mut tx, Topic::Accounts, None).await?;
    tx.commit().await?;
    Ok(User {
        id,
        name: name.to_owned(),
        role,
        epoch: 0,
    })
}

/// Disables or enables a user.
pub async fn set_disabled(
    backend: &Backend,
    actor: &Actor,
    id: UserId,
    disabled: bool,
) -> Result<(), Error> {
    may_manage(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let (user, other_admin) = sql::lock_user(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if user.disabled == disabled {
        return Ok(());
    }
    if disabled && user.role == Role::Admin && !other_admin {
        return Err(Error::invalid("user", Problem::LastAdmin));
    }
    sql::update_disabled(&mut tx, id, disabled.then_some(now)).await?;
    let ended = sessions::end_all(&mut tx, id).await?;
    let (action, before, after) = (
        if disabled {
            "disable user"
        } else {
            "enable user"
        },
        json!({ "disabled": user.disabled }),
        json!({ "disabled": disabled, "sessions_ended": ended }),
    );
    audit::record(
        &mut tx,
        now,
        actor,
        action,
        &user.name,
        Some(before),
        Some(after),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Promotes or demotes a user.
pub async fn set_role(
    backend: &Backend,
    actor: &Actor,
    id: UserId,
    role: Role,
) -> Result<(), Error> {
    may_manage(actor)?;
    let mut tx = backend.begin().await?;
    let (user, other_admin) = sql::lock_user(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if user.role == role {
        return Ok(());
    }
    if user.role == Role::Admin && !user.disabled && !other_admin {
        return Err(Error::invalid("role", Problem::LastAdmin));
    }
    sql::update_role(&mut tx, id, role).await?;
    let ended = sessions::end_all(&mut tx, id).await?;
    let (before, after) = (
        json!({ "role": user.role }),
        json!({ "role": role, "sessions_ended": ended }),
    );
    let now = backend.clock.now();
    audit::record(
        &mut tx,
        now,
        actor,
        "change role",
        &user.name,
        Some(before),
        Some(after),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Sets a password: one's own, or an admin anybody's.
pub async fn set_password(
    backend: &Backend,
    actor: &Actor,
    id: UserId,
    password: &str,
) -> Result<(), Error> {
    if actor.user != Some(id) {
        may_manage(actor)?;
    }
    let password_hash = backend.hasher.hash(rules::password(password)?).await?;
    let mut tx = backend.begin().await?;
    let (user, _) = sql::lock_user(&mut tx, id).await?.ok_or(Error::NotFound)?;
    sql::update_password(&mut tx, id, &password_hash).await?;
    let ended = sessions::end_all(&mut tx, id).await?;
    let after = json!({ "sessions_ended": ended });
    let now = backend.clock.now();
    audit::record(
        &mut tx,
        now,
        actor,
        "set password",
        &user.name,
        None,
        Some(after),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

fn may_manage(actor: &Actor) -> Result<(), Error> {
    if actor.role.may(Permission::Users) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
