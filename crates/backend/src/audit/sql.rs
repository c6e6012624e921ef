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

struct Row {
    id: i64,
    at: OffsetDateTime,
    user_id: Option<i64>,
    actor: String,
    address: Option<IpAddr>,
    action: String,
    object: String,
    before: Option<Value>,
    after: Option<Value>,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: row.at,
            user: row.user_id.map(UserId),
            actor: row.actor,
            address: row.address,
            action: row.action,
            object: row.object,
            before: row.before,
            after: row.after,
        }
    }
}

pub(super) async fn list(
    pool: &PgPool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
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
    Ok(rows.into_iter().map(AuditRow::from).collect())
}

/// What the pages of addresses show of these networks: the whitelist, and bans that were refused. The
/// newest ones, not newer than `until`.
pub(crate) async fn about(
    pool: &PgPool,
    networks: &[String],
    until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, at, user_id, actor, address as "address: IpAddr", action, object, before, after
           from audit
           where object = any($1) and at <= $2
             and action in ('ban refused', 'whitelist add', 'whitelist remove', 'whitelist restore',
                            'whitelist expired')
           order by at desc, id desc
           limit $3"#,
        networks,
        until,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(AuditRow::from).collect())
}
