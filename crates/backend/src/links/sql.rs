//! The tables `node_links` and `node_peers`.

use std::net::IpAddr;
use std::time::Duration;

use domain::ids::NodeId;
use ipnet::IpNet;
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;

use super::status::{Due, LinkStatus};

/// What leads to a switch, the password sealed.
#[derive(Debug)]
pub(super) struct Row {
    pub node: NodeId,
    pub host: String,
    pub port: i32,
    pub user: Option<String>,
    pub domain: Option<String>,
    pub password: Vec<u8>,
    pub version: i64,
    pub fence: i64,
}

/// Locks the node's link for a write that is made because of it; false where it was taken by another
/// replica meanwhile, and nothing may be written.
pub async fn hold(conn: &mut PgConnection, node: NodeId, fence: i64) -> Result<bool, sqlx::Error> {
    let held = sqlx::query_scalar!(
        r#"select true as "held!" from node_links where node_id = $1 and fence = $2 for share"#,
        node.0,
        fence,
    )
    .fetch_optional(conn)
    .await?;
    Ok(held.is_some())
}

/// Renews all leases of a replica; the links that are its own still, and their settings' versions.
pub(super) async fn renew(
    conn: impl PgExecutor<'_>,
    replica: &str,
    lease: Duration,
) -> Result<Vec<(NodeId, i64, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        "update node_links l
         set lease_until = clock_timestamp() + make_interval(secs => $2)
         from nodes n
         where l.replica = $1 and n.id = l.node_id and n.token_hash is not null
         returning l.node_id, l.fence, l.version",
        replica,
        lease.as_secs_f64(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| (NodeId(row.node_id), row.fence, row.version))
        .collect())
}

/// Takes up to so many links that nobody holds.
pub(super) async fn take(
    conn: impl PgExecutor<'_>,
    replica: &str,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = sqlx::query!(
        "with free as (
             select l.node_id from node_links l join nodes n on n.id = l.node_id
             where (l.lease_until is null or l.lease_until < clock_timestamp())
                 and n.token_hash is not null
             order by l.node_id limit $3
             for update of l skip locked
         )
         update node_links l
         set replica = $1, fence = l.fence + 1,
             lease_until = clock_timestamp() + make_interval(secs => $2)
         from free where l.node_id = free.node_id
         returning l.node_id, l.host, l.port, l.user_name, l.domain, l.password, l.version, l.fence",
        replica,
        lease.as_secs_f64(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| Row {
            node: NodeId(row.node_id),
            host: row.host,
            port: row.port,
            user: row.user_name,
            domain: row.domain,
            password: row.password,
            version: row.version,
            fence: row.fence,
        })
        .collect())
}

/// The settings of links that this replica holds.
pub(super) async fn rows(
    conn: impl PgExecutor<'_>,
    replica: &str,
    nodes: &[NodeId],
) -> Result<Vec<Row>, sqlx::Error> {
    let nodes: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    let rows = sqlx::query!(
        "select node_id, host, port, user_name, domain, password, version, fence from node_links
         where replica = $1 and node_id = any($2)",
        replica,
        &nodes,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| Row {
            node: NodeId(row.node_id),
            host: row.host,
            port: row.port,
            user: row.user_name,
            domain: row.domain,
            password: row.password,
            version: row.version,
            fence: row.fence,
        })
        .collect())
}

/// Gives all leases of a replica back.
pub(super) async fn release(conn: impl PgExecutor<'_>, replica: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update node_links set lease_until = null, replica = null where replica = $1",
        replica
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Stores statuses of links whose fence still counts; which.
pub(super) async fn store(
    conn: impl PgExecutor<'_>,
    due: &[Due],
    now: OffsetDateTime,
) -> Result<Vec<NodeId>, sqlx::Error> {
    let nodes: Vec<i64> = due.iter().map(|due| due.node.0).collect();
    let fences: Vec<i64> = due.iter().map(|due| due.fence).collect();
    let statuses = due.iter().map(|due| serde_json::to_value(&due.status));
    let statuses: Vec<serde_json::Value> = statuses.map(Result::unwrap_or_default).collect();
    let ids = sqlx::query_scalar!(
        "update node_links l set status = s.status, status_at = $4
         from unnest($1::bigint[], $2::bigint[], $3::jsonb[]) as s (node_id, fence, status)
         where l.node_id = s.node_id and l.fence = s.fence
         returning l.node_id",
        &nodes,
        &fences,
        &statuses,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(NodeId).collect())
}

/// What is stored of a link, for its page.
#[derive(Debug)]
pub(super) struct Stored {
    pub host: String,
    pub port: i32,
    pub user: Option<String>,
    pub domain: Option<String>,
    pub held: bool,
    pub status: Option<LinkStatus>,
    pub status_at: Option<OffsetDateTime>,
}

pub(super) async fn stored(
    conn: impl PgExecutor<'_>,
    node: NodeId,
) -> Result<Option<Stored>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select host, port, user_name, domain, status, status_at,
                  coalesce(lease_until > clock_timestamp(), false) as "held!"
           from node_links where node_id = $1"#,
        node.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Stored {
        host: row.host,
        port: row.port,
        user: row.user_name,
        domain: row.domain,
        held: row.held,
        status: row
            .status
            .and_then(|status| serde_json::from_value(status).ok()),
        status_at: row.status_at,
    }))
}

/// New settings; `password` is `None` where it stays.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub node: NodeId,
    pub host: &'a str,
    pub port: u16,
    pub user: Option<&'a str>,
    pub domain: Option<&'a str>,
    pub password: Option<&'a [u8]>,
    pub key_id: &'a str,
}

/// Changes the settings, or makes them where there is a password; false where there was none to keep.
pub(super) async fn set(conn: &mut PgConnection, new: &New<'_>) -> Result<bool, sqlx::Error> {
    let port = i32::from(new.port);
    let changed = if let Some(password) = new.password {
        sqlx::query!(
            "insert into node_links (node_id, host, port, user_name, domain, password, key_id)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (node_id) do update
             set host = $2, port = $3, user_name = $4, domain = $5, password = $6, key_id = $7,
                 version = node_links.version + 1",
            new.node.0,
            new.host,
            port,
            new.user,
            new.domain,
            password,
            new.key_id,
        )
        .execute(conn)
        .await?
    } else {
        sqlx::query!(
            "update node_links set version = version + 1
             where node_id = $1 and host = $2 and port = $3
                 and user_name is not distinct from $4 and domain is not distinct from $5",
            new.node.0,
            new.host,
            port,
            new.user,
            new.domain,
        )
        .execute(conn)
        .await?
    };
    Ok(changed.rows_affected() > 0)
}

pub(super) async fn remove(conn: &mut PgConnection, node: NodeId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!("delete from node_links where node_id = $1", node.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Address, kind and name.
pub(super) type PeerRow = (IpNet, String, String);

pub(super) async fn peers(
    conn: impl PgExecutor<'_>,
    node: NodeId,
) -> Result<Vec<PeerRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select address as "address: IpNet", kind, name from node_peers
           where node_id = $1 order by address"#,
        node.0
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.address, row.kind, row.name)).collect())
}

/// Puts others in the place of a node's peers.
pub(super) async fn replace_peers(
    conn: &mut PgConnection,
    node: NodeId,
    peers: &[PeerRow],
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from node_peers where node_id = $1", node.0)
        .execute(&mut *conn)
        .await?;
    let addresses: Vec<IpNet> = peers.iter().map(|peer| peer.0).collect();
    let kinds: Vec<String> = peers.iter().map(|peer| peer.1.clone()).collect();
    let names: Vec<String> = peers.iter().map(|peer| peer.2.clone()).collect();
    sqlx::query!(
        "insert into node_peers (node_id, address, kind, name)
         select $1, p.address, p.kind, p.name
         from unnest($2::inet[], $3::text[], $4::text[]) as p (address, kind, name)",
        node.0,
        &addresses as &[IpNet],
        &kinds,
        &names,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Peers of nodes, all of them or only those that one of these networks has an address of.
pub(super) async fn peers_of(
    conn: impl PgExecutor<'_>,
    nodes: &[NodeId],
    networks: Option<&[IpNet]>,
) -> Result<Vec<PeerRow>, sqlx::Error> {
    let nodes: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    let rows = sqlx::query!(
        r#"select distinct p.address as "address: IpNet", p.kind, p.name from node_peers p
           where p.node_id = any($1)
             and ($2::inet[] is null
                  or exists (select from unnest($2::inet[]) as t (network) where p.address <<= t.network))
           order by 1, 2, 3"#,
        &nodes,
        networks as Option<&[IpNet]>,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.address, row.kind, row.name)).collect())
}

/// A gateway of a node: its address and its name.
pub(crate) type GatewayRow = (NodeId, IpAddr, String);

/// How the links of these nodes are, and the nodes' gateways.
pub(crate) async fn around(
    pool: &PgPool,
    nodes: &[NodeId],
) -> Result<(Vec<(NodeId, LinkStatus)>, Vec<GatewayRow>), sqlx::Error> {
    let nodes: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    let links = sqlx::query!(
        r#"select node_id, status as "status!" from node_links
           where node_id = any($1) and status is not null and lease_until > clock_timestamp()"#,
        &nodes
    )
    .fetch_all(pool)
    .await?;
    let gateways = sqlx::query!(
        r#"select node_id, address as "address: IpNet", name from node_peers
           where node_id = any($1) and kind = 'gateway' order by node_id, name, address"#,
        &nodes
    )
    .fetch_all(pool)
    .await?;
    let links = links.into_iter().filter_map(|row| {
        let status = serde_json::from_value(row.status).ok()?;
        Some((NodeId(row.node_id), status))
    });
    let gateways = gateways
        .into_iter()
        .map(|row| (NodeId(row.node_id), row.address.addr(), row.name));
    Ok((links.collect(), gateways.collect()))
}

/// Nodes whose switch cannot be reached by whoever holds the link.
pub(super) async fn down(pool: &PgPool) -> Result<Vec<NodeId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "select node_id from node_links
         where status ->> 'state' = 'down' and lease_until > clock_timestamp()"
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(NodeId).collect())
}
