//! Orders as the pages show them: one list of columns, and what chooses the rows.

use domain::ban::Act;
use domain::ids::{NodeId, OrderId, UserId};
use domain::net::Network;
use domain::reason::Reason;
use ipnet::IpNet;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::{OrderRow, OrderState};

struct Row {
    id: i64,
    batch: i64,
    node_id: i64,
    node_name: String,
    act: String,
    network: Option<IpNet>,
    reason: Option<String>,
    actor: String,
    ordered_at: OffsetDateTime,
    state: String,
    detail: Option<String>,
    finished_at: Option<OffsetDateTime>,
}

impl From<Row> for OrderRow {
    fn from(row: Row) -> Self {
        Self {
            id: OrderId(row.id),
            batch: row.batch,
            node: NodeId(row.node_id),
            node_name: row.node_name,
            act: Act::from_text(&row.act),
            network: row.network.map(Network::from),
            reason: row.reason,
            actor: row.actor,
            ordered_at: row.ordered_at,
            state: OrderState::from_text(&row.state),
            detail: row.detail.as_deref().map(Reason::from_text),
            finished_at: row.finished_at,
        }
    }
}

/// A checked query: the columns, then `where … order by …` of this list.
macro_rules! order_rows {
    ($conn:expr, $which:tt, $($argument:expr),+ $(,)?) => {{
        let rows = sqlx::query_as!(
            Row,
            r#"select o.id, o.batch, o.node_id, n.name as node_name, o.act,
                      o.network as "network: IpNet", o.reason, o.actor, o.ordered_at, o.state,
                      o.detail, o.finished_at
               from orders o join nodes n on n.id = o.node_id
               "# + $which,
            $($argument),+
        )
        .fetch_all($conn)
        .await?;
        Ok(rows.into_iter().map(OrderRow::from).collect())
    }};
}

pub(super) async fn batch(
    conn: impl PgExecutor<'_>,
    batch: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    order_rows!(
        conn,
        "where o.id in (
             select id from orders where batch = $1
             union select order_id from order_joins where batch = $1
         )
         order by o.network, n.name, o.id",
        batch,
    )
}

/// The newest orders that a user gave or joined after `since`.
pub(super) async fn own(
    conn: impl PgExecutor<'_>,
    user: UserId,
    since: OffsetDateTime,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    order_rows!(
        conn,
        "where o.id in (
             select id from orders where user_id = $1 and ordered_at >= $2
             union select order_id from order_joins where user_id = $1 and joined_at >= $2
             order by 1 desc limit $3
         )
         order by o.id desc",
        user.0,
        since,
        limit,
    )
}

/// The newest orders of one node.
pub(super) async fn latest_of_node(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    order_rows!(
        conn,
        "where o.node_id = $1 order by o.id desc limit $2",
        node.0,
        limit,
    )
}

/// The newest orders about one network.
pub(crate) async fn latest_of_network(
    conn: impl PgExecutor<'_>,
    network: Network,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    order_rows!(
        conn,
        "where o.network = $1::inet::cidr order by o.id desc limit $2",
        network.ipnet(),
        limit,
    )
}

/// The newest orders about these networks, not newer than `until`.
pub(crate) async fn about(
    conn: impl PgExecutor<'_>,
    networks: &[IpNet],
    until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    order_rows!(
        conn,
        "where o.network in (select unnest($1::inet[])::cidr) and o.ordered_at <= $2
         order by o.ordered_at desc, o.id desc limit $3",
        networks,
        until,
        limit,
    )
}

/// For each of these networks and each node, the newest order given after `since`.
pub(crate) async fn latest_for_networks(
    conn: impl PgExecutor<'_>,
    networks: &[IpNet],
    since: OffsetDateTime,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    order_rows!(
        conn,
        "where o.id in (
             select distinct on (network, node_id) id from orders
             where network in (select unnest($1::inet[])::cidr) and ordered_at > $2
             order by network, node_id, id desc
         )",
        networks,
        since,
    )
}
