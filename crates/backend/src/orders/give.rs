//! Giving orders, inside the caller's transaction.

use domain::ban::Act;
use domain::ids::NodeId;
use domain::net::Network;
use domain::reason::Reason;
use ipnet::IpNet;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{Batch, sql};
use crate::changes::{self, Topic};
use crate::{Actor, advisory};

/// What is ordered, of whom and why.
pub(crate) struct Give<'a> {
    pub batch: i64,
    pub act: Act,
    /// Each node with each network; duplicates are harmless.
    pub targets: &'a [(NodeId, Network)],
    pub reason: Option<&'a str>,
    pub actor: &'a Actor,
    pub now: OffsetDateTime,
}

/// Lets one transaction at a time give orders, so that two clicks on one network see each other.
/// Taken before any row of `orders` is.
pub(crate) async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    advisory::lock(conn, advisory::ORDERS).await
}

/// A number for the orders of one click.
pub(crate) async fn new_batch(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select nextval('order_batches') as "batch!""#)
        .fetch_one(conn)
        .await
}

/// Gives the orders ([`lock`] is held). A waiting order of the same act is joined, one of the
/// opposite act is superseded.
pub(crate) async fn give(conn: &mut PgConnection, give: Give<'_>) -> Result<Batch, sqlx::Error> {
    let mut targets = give.targets.to_vec();
    targets.sort_unstable();
    targets.dedup();
    let nodes: Vec<i64> = targets.iter().map(|(node, _)| node.0).collect();
    let networks: Vec<IpNet> = targets.iter().map(|(_, network)| network.ipnet()).collect();
    let waiting = sql::lock_waiting(conn, &nodes, &networks).await?;
    let (same, opposite): (Vec<_>, Vec<_>) = waiting
        .into_iter()
        .partition(|(_, act)| act == give.act.as_str());
    let ids = |rows: Vec<(i64, String)>| rows.into_iter().map(|row| row.0).collect::<Vec<_>>();
    sql::supersede(conn, &ids(opposite), give.now).await?;
    sql::join(conn, &give, &ids(same)).await?;
    sql::insert(conn, &give, &nodes, &networks).await?;
    for node in unique(&nodes) {
        changes::note(conn, Topic::Orders, Some(NodeId(node))).await?;
    }
    Ok(Batch {
        id: give.batch,
        orders: targets.len(),
    })
}

/// Ends every waiting order of a node that will never answer.
pub(crate) async fn close_waiting(
    conn: &mut PgConnection,
    node: NodeId,
    detail: &Reason,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    lock(conn).await?;
    sql::close_waiting(conn, node, detail, now).await?;
    changes::note(conn, Topic::Orders, Some(node)).await
}

fn unique(sorted: &[i64]) -> Vec<i64> {
    let mut nodes = sorted.to_vec();
    nodes.dedup();
    nodes
}
