//! The table `audit`.

use std::net::IpAddr;

use domain::ids::UserId;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::AuditRow;
use crate::Actor;

/// Writes one row, in the caller's transaction: no change without its row, no row without its change.
pub async fn record(
    conn: &mut PgConnection,
    at: OffsetDateTime,
    actor: &Actor,
    action: &str,
    object: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into audit (at, user_id, actor, address, action, object, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        at,
        actor.user.map(|user| user.0),
        actor.name,
        actor.address as Option<IpAddr>,
        action,
        object,
        before,
        after,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list(
    pool: &PgPool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, at, user_id, actor, address as "address: IpAddr", action, object, before, after
           from audit
           where $1::bigint is null or id < $1
           order by id desc
           limit $2"#,
        before,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AuditRow {
            id: row.id,
            at: row.at,
            user: row.user_id.map(UserId),
            actor: row.actor,
            address: row.address,
            action: row.action,
            object: row.object,
            before: row.before,
            after: row.after,
        })
        .collect())
}
