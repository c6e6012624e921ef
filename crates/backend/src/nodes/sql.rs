//! The tables `nodes` and `desired`, and what a stream begins with.

use domain::ids::NodeId;
use domain::net::Network;
use domain::wire::{Cursor, Source};
use ipnet::IpNet;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::NodeAuth;

/// Processes remembered as taken over from.
const FENCED: i32 = 32;

/// `None` where the name is taken.
pub(super) async fn insert(
    conn: &mut PgConnection,
    name: &str,
    now: OffsetDateTime,
) -> Result<Option<NodeId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "insert into nodes (name, created_at) values ($1, $2)
         on conflict (name) do nothing returning id",
        name,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(NodeId))
}

/// Locks the row against reports and other changes; its name.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select name from nodes where id = $1 for no key update",
        node.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn set_code(
    conn: &mut PgConnection,
    node: NodeId,
    hash: &[u8],
    expires_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update nodes set enrol_code_hash = $2, enrol_expires_at = $3 where id = $1",
        node.0,
        hash,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Spends the code; `None` where no node waits for it.
pub(super) async fn enrol(
    conn: &mut PgConnection,
    code: &[u8],
    token: &[u8],
    peer: Network,
    now: OffsetDateTime,
) -> Result<Option<NodeAuth>, sqlx::Error> {
    let row = sqlx::query!(
        "update nodes
         set token_hash = $2, enrolled_at = $4, revoked_at = null, address = $3,
             enrol_code_hash = null, enrol_expires_at = null,
             instance = null, fenced = '{}', stream = stream + 1
         where enrol_code_hash = $1 and enrol_expires_at > $4
         returning id, name",
        code,
        token,
        peer.ipnet(),
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| NodeAuth {
        id: NodeId(row.id),
        name: row.name,
    }))
}

pub(super) async fn by_token(
    conn: impl PgExecutor<'_>,
    token: &[u8],
) -> Result<Option<NodeAuth>, sqlx::Error> {
    let row = sqlx::query!(
        "select id, name from nodes where token_hash = $1 and revoked_at is null",
        token
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| NodeAuth {
        id: NodeId(row.id),
        name: row.name,
    }))
}

pub(super) async fn revoke(
    conn: &mut PgConnection,
    node: NodeId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update nodes
         set token_hash = null, revoked_at = $2, enrol_code_hash = null, enrol_expires_at = null
         where id = $1",
        node.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Empties the node's ban list; its worker sends the whole one next time. What was on it.
pub(super) async fn forget_bans(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query!(
        "update nodes set ban_list_version = ban_list_version + 1, bans = 0 where id = $1",
        node.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_scalar!(
        r#"delete from bans where node_id = $1 returning network as "network: IpNet""#,
        node.0
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn delete(conn: &mut PgConnection, node: NodeId) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from nodes where id = $1", node.0)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn enrolled_name(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select name from nodes where id = $1 and token_hash is not null",
        node.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn enrolled(conn: &mut PgConnection) -> Result<Vec<NodeId>, sqlx::Error> {
    let ids = sqlx::query_scalar!("select id from nodes where token_hash is not null order by id")
        .fetch_all(conn)
        .await?;
    Ok(ids.into_iter().map(NodeId).collect())
}

pub(super) async fn cursors(
    conn: impl PgExecutor<'_>,
    node: NodeId,
) -> Result<Vec<Cursor>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select source, generation, "offset", mark from log_cursors
           where node_id = $1 order by source"#,
        node.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Cursor {
            source: Source::from_text(&row.source),
            generation: row.generation,
            offset: row.offset,
            mark: row.mark,
        })
        .collect())
}

pub(super) async fn ban_list_version(
    conn: impl PgExecutor<'_>,
    node: NodeId,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select ban_list_version from nodes where id = $1", node.0)
        .fetch_one(conn)
        .await
}

/// The number of the newest stream; `None` where this process was taken over from by one that was
/// heard after `heard`.
pub(super) async fn claim(
    conn: &mut PgConnection,
    node: NodeId,
    instance: Option<&str>,
    peer: Network,
    now: OffsetDateTime,
    heard: OffsetDateTime,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"update nodes
           set stream = stream + 1, address = $3, seen_at = $4,
               fenced = case
                   when $2::text is null or instance is null or instance = $2::text then fenced
                   else array_remove(
                       (fenced || instance)[greatest(1, cardinality(fenced) + 2 - $5::int):], $2)
               end,
               instance = coalesce($2::text, instance)
           where id = $1
               and ($2::text is null or not ($2::text = any(fenced)) or seen_at <= $6)
           returning stream"#,
        node.0,
        instance,
        peer.ipnet(),
        now,
        FENCED,
        heard,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn is_fenced(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    instance: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select $2 = any(fenced) as "fenced!" from nodes where id = $1"#,
        node.0,
        instance,
    )
    .fetch_one(conn)
    .await
}

/// How a node's row stands, for its streams.
pub(super) struct Row {
    pub node: i64,
    /// Number of the newest stream.
    pub stream: i64,
    /// Version of what the node shall be like.
    pub desired: i64,
    /// Version of the node's configuration.
    pub config: i64,
    /// The oldest and the newest order that waits.
    pub oldest: Option<i64>,
    pub newest: Option<i64>,
}

/// Of the nodes that have a token, all or these.
pub(super) async fn rows(
    conn: impl PgExecutor<'_>,
    nodes: Option<&[i64]>,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"select n.id as node, n.stream,
                  greatest(d.everybody, n.own_desired) as "desired!", n.config_version as config,
                  (select min(o.id) from orders o where o.node_id = n.id and o.state = 'waiting')
                      as oldest,
                  (select max(o.id) from orders o where o.node_id = n.id and o.state = 'waiting')
                      as newest
           from nodes n, desired d
           where n.token_hash is not null and n.revoked_at is null
             and ($1::bigint[] is null or n.id = any($1))"#,
        nodes,
    )
    .fetch_all(conn)
    .await
}

/// Number of the newest stream; `None` where the token is not the node's any more.
pub(super) async fn stream(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    token: &[u8],
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select stream from nodes where id = $1 and token_hash = $2 and revoked_at is null",
        node.0,
        token,
    )
    .fetch_optional(conn)
    .await
}

/// Version for everybody, and fingerprint.
pub(super) async fn desired(conn: &mut PgConnection) -> Result<(i64, Vec<u8>), sqlx::Error> {
    let row = sqlx::query!("select everybody, fingerprint from desired")
        .fetch_one(conn)
        .await?;
    Ok((row.everybody, row.fingerprint))
}

/// Version for everybody, and the node's own.
pub(super) async fn desired_of(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Option<(i64, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        "select d.everybody, n.own_desired from nodes n, desired d where n.id = $1",
        node.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.everybody, row.own_desired)))
}

/// With a fingerprint only where it is a new one.
pub(super) async fn bump_desired(
    conn: &mut PgConnection,
    fingerprint: Option<&[u8]>,
) -> Result<i64, sqlx::Error> {
    let version = sqlx::query_scalar!(
        "update desired set version = version + 1, everybody = version + 1,
                            fingerprint = coalesce($1, fingerprint)
         where $1::bytea is null or fingerprint <> $1
         returning version",
        fingerprint,
    )
    .fetch_optional(&mut *conn)
    .await?;
    match version {
        Some(version) => Ok(version),
        None => {
            sqlx::query_scalar!("select version from desired")
                .fetch_one(conn)
                .await
        }
    }
}

pub(super) async fn bump_own_desired(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with counted as (update desired set version = version + 1 returning version)
         update nodes set own_desired = counted.version from counted where id = $1",
        node.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
