//! Putting a finding aside for a time, for everybody.

use domain::role::Permission;
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, audit};

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// A day.
    Day,
    /// A week.
    Week,
}

impl Rest {
    fn length(self) -> Duration {
        match self {
            Self::Day => Duration::DAY,
            Self::Week => Duration::WEEK,
        }
    }
}

/// What was put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dismissed {
    /// For [`restore`].
    pub id: i64,
}

/// Hides a finding that is there now.
///
/// # Errors
/// [`Error::NotFound`] where it is not there (any more).
pub async fn dismiss(
    backend: &Backend,
    actor: &Actor,
    kind: &str,
    key: &str,
    rest: Rest,
) -> Result<Dismissed, Error> {
    if !actor.role.may(Permission::Ban) {
        return Err(Error::Forbidden);
    }
    let now = backend.clock.now();
    let until = now + rest.length();
    let mut tx = backend.begin().await?;
    let id = store(&mut tx, actor, (kind, key), now, until).await?;
    let id = id.ok_or(Error::NotFound)?;
    let after = json!({ "insight": kind, "until": until.unix_timestamp() });
    audit::record(
        &mut tx,
        now,
        actor,
        "dismiss insight",
        key,
        None,
        Some(after),
    )
    .await?;
    changes::note(&mut tx, Topic::Attacks, None).await?;
    tx.commit().await?;
    Ok(Dismissed { id })
}

async fn store(
    conn: &mut PgConnection,
    actor: &Actor,
    (kind, key): (&str, &str),
    now: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into insight_dismissals (kind, key, until, user_id, actor, dismissed_at)
         select kind, key, $3, $4, $5, $6 from insights where kind = $1 and key = $2
         on conflict (kind, key) do update
         set until = excluded.until, user_id = excluded.user_id, actor = excluded.actor,
             dismissed_at = excluded.dismissed_at
         returning id",
        kind,
        key,
        until,
        actor.user.map(|user| user.0),
        actor.name,
        now,
    )
    .fetch_optional(conn)
    .await
}

/// Shows it again.
///
/// # Errors
/// [`Error::NotFound`] where its time is over anyway.
pub async fn restore(backend: &Backend, actor: &Actor, id: i64) -> Result<(), Error> {
    if !actor.role.may(Permission::Ban) {
        return Err(Error::Forbidden);
    }
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let row = sqlx::query!(
        "delete from insight_dismissals where id = $1 returning kind, key",
        id,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Error::NotFound)?;
    let after = json!({ "insight": row.kind });
    audit::record(
        &mut tx,
        now,
        actor,
        "restore insight",
        &row.key,
        None,
        Some(after),
    )
    .await?;
    changes::note(&mut tx, Topic::Attacks, None).await?;
    Ok(tx.commit().await?)
}
