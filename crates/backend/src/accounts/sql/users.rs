//! `users`.

use domain::ids::UserId;
use domain::role::Role;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::Error;
use crate::accounts::sessions::role;
use crate::accounts::{User, UserRow};

/// A user with what only signing in may see.
pub(in crate::accounts) struct Login {
    pub user: User,
    pub password_hash: String,
    pub disabled: bool,
}

pub(in crate::accounts) async fn login(pool: &PgPool, name: &str) -> Result<Option<Login>, Error> {
    sqlx::query!(
        r#"select id, name, role, epoch, password_hash, disabled_at is not null as "disabled!"
           from users where lower(name) = lower($1)"#,
        name,
    )
    .fetch_optional(pool)
    .await?
    .map(|row| {
        Ok(Login {
            user: User {
                id: UserId(row.id),
                name: row.name,
                role: role(&row.role)?,
                epoch: row.epoch,
            },
            password_hash: row.password_hash,
            disabled: row.disabled,
        })
    })
    .transpose()
}

pub(in crate::accounts) async fn any_user(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select exists (select from users) as "exists!""#)
        .fetch_one(conn)
        .await
}

/// `None` when the name is taken.
pub(in crate::accounts) async fn insert_user(
    conn: &mut PgConnection,
    name: &str,
    password_hash: &str,
    role: Role,
    at: OffsetDateTime,
) -> Result<Option<UserId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "insert into users (name, password_hash, role, created_at) values ($1, $2, $3, $4)
         on conflict do nothing
         returning id",
        name,
        password_hash,
        role.as_str(),
        at,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(UserId))
}

pub(in crate::accounts) struct Locked {
    pub name: String,
    pub role: Role,
    pub disabled: bool,
}

/// Locks all admins and the user, in one order, so that two admins who demote each other at once
/// do not leave nobody.
pub(in crate::accounts) async fn lock_user(
    conn: &mut PgConnection,
    id: UserId,
) -> Result<Option<(Locked, bool)>, Error> {
    let rows = sqlx::query!(
        r#"select id, name, role, disabled_at is not null as "disabled!"
           from users
           where id = $1 or (role = 'admin' and disabled_at is null)
           order by id
           for update"#,
        id.0,
    )
    .fetch_all(conn)
    .await?;
    let other_admin = rows
        .iter()
        .any(|row| row.id != id.0 && row.role == "admin" && !row.disabled);
    rows.into_iter()
        .find(|row| row.id == id.0)
        .map(|row| {
            let role = role(&row.role)?;
            Ok((
                Locked {
                    name: row.name,
                    role,
                    disabled: row.disabled,
                },
                other_admin,
            ))
        })
        .transpose()
}

pub(in crate::accounts) async fn update_disabled(
    conn: &mut PgConnection,
    id: UserId,
    disabled_at: Option<OffsetDateTime>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update users set disabled_at = $2 where id = $1",
        id.0,
        disabled_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn update_role(
    conn: &mut PgConnection,
    id: UserId,
    role: Role,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update users set role = $2 where id = $1",
        id.0,
        role.as_str()
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn update_password(
    conn: &mut PgConnection,
    id: UserId,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update users set password_hash = $2 where id = $1",
        id.0,
        password_hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn list_users(
    pool: &PgPool,
    now: OffsetDateTime,
) -> Result<Vec<UserRow>, Error> {
    sqlx::query!(
        r#"select u.id, u.name, u.role, u.created_at, u.disabled_at is not null as "disabled!",
               (select count(*) from sessions s
                where s.user_id = u.id and s.expires_at > $1 and s.epoch = u.epoch) as "sessions!"
           from users u order by lower(u.name)"#,
        now,
    )
    .fetch_all(pool)
    .await?
    .into_iter()
    .map(|row| {
        Ok(UserRow {
            id: UserId(row.id),
            role: role(&row.role)?,
            name: row.name,
            disabled: row.disabled,
            created_at: row.created_at,
            sessions: row.sessions,
        })
    })
    .collect()
}
