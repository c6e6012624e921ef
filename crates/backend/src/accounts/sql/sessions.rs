//! `sessions`.

use std::collections::HashSet;
use std::net::IpAddr;

use domain::ids::UserId;
use domain::role::Role;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::Error;
use crate::accounts::sessions::role;
use crate::accounts::{Alive, Present, Session, SessionKey, User};

pub(in crate::accounts) async fn insert_session(
    conn: &mut PgConnection,
    key: SessionKey,
    session: &Session,
    expires_at: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into sessions (id_hash, data, expires_at, user_id, epoch, address)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        key.as_bytes(),
        session.data,
        expires_at,
        session.user.map(|(user, _)| user.0),
        session.user.map(|(_, epoch)| epoch),
        session.address as Option<IpAddr>,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::accounts) async fn update_session(
    conn: &mut PgConnection,
    key: SessionKey,
    session: &Session,
    expires_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions set data = $2, expires_at = $3
         where id_hash = $1 and user_id is not distinct from $4 and epoch is not distinct from $5",
        key.as_bytes(),
        session.data,
        expires_at,
        session.user.map(|(user, _)| user.0),
        session.user.map(|(_, epoch)| epoch),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn live_session(
    pool: &PgPool,
    key: SessionKey,
    now: OffsetDateTime,
) -> Result<Option<Alive>, sqlx::Error> {
    sqlx::query_as!(
        Alive,
        r#"select data as "data!", expires_at as "expires_at!",
                  current_setting('transaction_read_only')::boolean as "read_only!"
           from usable_sessions
           where id_hash = $1 and expires_at > $2"#,
        key.as_bytes(),
        now,
    )
    .fetch_optional(pool)
    .await
}

/// Who is signed in; stale where it expires before `renewed`.
pub(in crate::accounts) async fn present(
    pool: &PgPool,
    key: SessionKey,
    now: OffsetDateTime,
    renewed: OffsetDateTime,
) -> Result<Option<Present>, Error> {
    sqlx::query!(
        r#"select user_id as "user_id!", name as "name!", role as "role!", epoch as "epoch!",
                  expires_at < $3 as "stale!",
                  current_setting('transaction_read_only')::boolean as "read_only!"
           from usable_sessions
           where id_hash = $1 and expires_at > $2 and user_id is not null"#,
        key.as_bytes(),
        now,
        renewed,
    )
    .fetch_optional(pool)
    .await?
    .map(|row| {
        Ok(Present {
            user: User {
                id: UserId(row.user_id),
                name: row.name,
                role: role(&row.role)?,
                epoch: row.epoch,
            },
            stale: row.stale,
            read_only: row.read_only,
        })
    })
    .transpose()
}

/// Those of the keys whose session is alive, and whether the database takes no changes.
pub(in crate::accounts) async fn live_among(
    pool: &PgPool,
    keys: &[SessionKey],
    now: OffsetDateTime,
) -> Result<(HashSet<SessionKey>, bool), sqlx::Error> {
    let keys: Vec<&[u8]> = keys.iter().map(SessionKey::as_bytes).collect();
    let row = sqlx::query!(
        r#"select current_setting('transaction_read_only')::boolean as "read_only!",
                  array(
                      select id_hash from usable_sessions
                      where id_hash = any($1) and expires_at > $2
                  ) as "alive!""#,
        &keys as &[&[u8]],
        now,
    )
    .fetch_one(pool)
    .await?;
    let alive = row.alive.iter().filter_map(|key| SessionKey::stored(key));
    Ok((alive.collect(), row.read_only))
}

/// Deletes a session; says whose it was.
pub(in crate::accounts) async fn delete_session(
    conn: &mut PgConnection,
    key: SessionKey,
) -> Result<Option<(UserId, String, Role, Option<IpAddr>)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"with gone as (delete from sessions where id_hash = $1 returning user_id, address)
           select u.id, u.name, u.role, gone.address as "address: IpAddr"
           from gone join users u on u.id = gone.user_id"#,
        key.as_bytes(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let role = row.role.parse().unwrap_or(Role::Viewer);
        (UserId(row.id), row.name, role, row.address)
    }))
}

/// Raises the user's epoch and deletes the sessions; says how many.
pub(in crate::accounts) async fn end_sessions(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<u64, sqlx::Error> {
    sqlx::query!("update users set epoch = epoch + 1 where id = $1", user.0)
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query!("delete from sessions where user_id = $1", user.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(in crate::accounts) struct Expired {
    pub all: u64,
    pub signed_in: i64,
}

pub(in crate::accounts) async fn delete_expired_sessions(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Expired, sqlx::Error> {
    let row = sqlx::query!(
        r#"with gone as (delete from sessions where expires_at <= $1 returning user_id)
           select count(*) as "all!", count(user_id) as "signed_in!" from gone"#,
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(Expired {
        all: row.all.unsigned_abs(),
        signed_in: row.signed_in,
    })
}

pub(in crate::accounts) async fn operator_addresses(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(String, IpAddr)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select distinct name as "name!", address as "address!: IpAddr"
           from usable_sessions
           where expires_at > $1 and user_id is not null and address is not null
           order by 1, 2"#,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.name, row.address))
        .collect())
}
