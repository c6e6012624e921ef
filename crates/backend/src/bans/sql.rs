//! The table `bans`: who holds what.

use domain::ids::NodeId;
use domain::net::Network;
use ipnet::IpNet;
use sqlx::PgConnection;

use super::span;

struct Row {
    node_id: i64,
    network: IpNet,
}

fn pairs(rows: Vec<Row>) -> Vec<(NodeId, Network)> {
    rows.into_iter()
        .map(|row| (NodeId(row.node_id), Network::from(row.network)))
        .collect()
}

/// Nodes that hold exactly one of these networks, or wait to ban it.
pub(super) async fn holders_to_free(
    conn: &mut PgConnection,
    networks: &[Network],
) -> Result<Vec<(NodeId, Network)>, sqlx::Error> {
    let networks: Vec<IpNet> = networks.iter().map(|network| network.ipnet()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select node_id as "node_id!", network as "network!: IpNet" from bans
           where network in (select unnest($1::inet[])::cidr)
           union
           select node_id, network from orders
           where network in (select unnest($1::inet[])::cidr)
             and state = 'waiting' and act in ('ban', 'unban')"#,
        &networks,
    )
    .fetch_all(conn)
    .await?;
    Ok(pairs(rows))
}

/// What these nodes hold or wait to ban, single addresses left out.
pub(super) async fn networks_on(
    conn: &mut PgConnection,
    nodes: &[NodeId],
) -> Result<Vec<(NodeId, Network)>, sqlx::Error> {
    let nodes: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select node_id as "node_id!", network as "network!: IpNet" from (
               select node_id, network from bans where node_id = any($1)
               union
               select node_id, network from orders
               where node_id = any($1) and state = 'waiting' and act = 'ban'
           ) held
           where masklen(network) < case family(network) when 4 then 32 else 128 end"#,
        &nodes,
    )
    .fetch_all(conn)
    .await?;
    Ok(pairs(rows))
}

/// Bans inside `network` on these nodes (`None`: on any), waiting ones included.
pub(crate) async fn held_inside(
    conn: &mut PgConnection,
    network: Network,
    scope: Option<&[NodeId]>,
) -> Result<Vec<(NodeId, Network)>, sqlx::Error> {
    let scope: Option<Vec<i64>> = scope.map(|nodes| nodes.iter().map(|node| node.0).collect());
    let rows = sqlx::query_as!(
        Row,
        r#"select node_id as "node_id!", network as "network!: IpNet"
           from bans
           where network between $1::inet::cidr and $3::inet::cidr
             and ($2::bigint[] is null or node_id = any($2))
           union
           select node_id, network from orders
           where network between $1::inet::cidr and $3::inet::cidr
             and state = 'waiting' and act = 'ban'
             and ($2::bigint[] is null or node_id = any($2))"#,
        network.ipnet(),
        scope.as_deref(),
        span::last_inside(network),
    )
    .fetch_all(conn)
    .await?;
    Ok(pairs(rows))
}
