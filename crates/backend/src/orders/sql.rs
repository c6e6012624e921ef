//! The tables `orders` and `order_joins`.

use domain::ban::{Act, Order, Outcome};
use domain::ids::{NodeId, OrderId};
use domain::net::Network;
use ipnet::IpNet;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::{Give, OrderRow, OrderState};

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
            detail: row.detail,
            finished_at: row.finished_at,
        }
    }
}

fn rows(rows: Vec<Row>) -> Vec<OrderRow> {
    rows.into_iter().map(OrderRow::from).collect()
}

/// Waiting orders of these pairs, locked in the order of their ids.
pub(super) async fn lock_waiting(
    conn: &mut PgConnection,
    nodes: &[i64],
    networks: &[IpNet],
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, act from orders
         where state = 'waiting'
           and (node_id, network::inet) in (select * from unnest($1::bigint[], $2::inet[]))
         order by id
         for update",
        nodes,
        networks,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.act)).collect())
}

pub(super) async fn supersede(
    conn: &mut PgConnection,
    ids: &[i64],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update orders set state = 'superseded', finished_at = $2 where id = any($1)",
        ids,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn join(
    conn: &mut PgConnection,
    batch: i64,
    ids: &[i64],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into order_joins select $1, unnest($2::bigint[])",
        batch,
        ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// New orders, except where one waits (those were joined).
pub(super) async fn insert(
    conn: &mut PgConnection,
    give: &Give<'_>,
    nodes: &[i64],
    networks: &[IpNet],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into orders (batch, node_id, act, network, reason, user_id, actor, ordered_at)
         select $1, target.node_id, $2, target.network::cidr, $3, $4, $5, $6
         from unnest($7::bigint[], $8::inet[]) as target (node_id, network)
         on conflict (node_id, network) where state = 'waiting' do nothing",
        give.batch,
        give.act.as_str(),
        give.reason,
        give.actor.user.map(|user| user.0),
        give.actor.name,
        give.now,
        nodes,
        networks,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One order that concerns the jail, joined where it waits already.
pub(crate) async fn insert_jail_order(
    conn: &mut PgConnection,
    node: NodeId,
    give: &Give<'_>,
) -> Result<(), sqlx::Error> {
    let joined = sqlx::query!(
        "insert into order_joins
         select $1, id from orders
         where node_id = $2 and act = $3 and network is null and state = 'waiting'
         limit 1",
        give.batch,
        node.0,
        give.act.as_str(),
    )
    .execute(&mut *conn)
    .await?;
    if joined.rows_affected() == 0 {
        sqlx::query!(
            "insert into orders (batch, node_id, act, reason, user_id, actor, ordered_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            give.batch,
            node.0,
            give.act.as_str(),
            give.reason,
            give.actor.user.map(|user| user.0),
            give.actor.name,
            give.now,
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

pub(super) async fn close_waiting(
    conn: &mut PgConnection,
    node: NodeId,
    detail: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update orders set state = 'superseded', detail = $2, finished_at = $3
         where node_id = $1 and state = 'waiting'",
        node.0,
        detail,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Stores a worker's answer. False where the order is not this node's or has its answer already.
pub(crate) async fn finish(
    conn: &mut PgConnection,
    node: NodeId,
    id: OrderId,
    outcome: &Outcome,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let (state, detail) = match outcome {
        Outcome::Done => (OrderState::Done, None),
        Outcome::AlreadySo => (OrderState::AlreadySo, None),
        Outcome::Refused { reason } => (OrderState::Refused, Some(reason.as_str())),
        Outcome::Failed { reason } => (OrderState::Failed, Some(reason.as_str())),
        Outcome::Unknown => (
            OrderState::Failed,
            Some("the worker's answer is not understood"),
        ),
    };
    let done = sqlx::query!(
        "update orders set state = $3, detail = $4, finished_at = $5
         where id = $1 and node_id = $2 and state = 'waiting'",
        id.0,
        node.0,
        state.as_str(),
        detail,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn waiting(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    limit: i64,
) -> Result<Vec<Order>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, act, network as "network: IpNet" from orders
           where node_id = $1 and state = 'waiting' order by id limit $2"#,
        node.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Order {
            id: OrderId(row.id),
            act: Act::from_text(&row.act),
            network: row.network.map(Network::from),
        })
        .collect())
}

pub(super) async fn batch(
    conn: impl PgExecutor<'_>,
    batch: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    let found = sqlx::query_as!(
        Row,
        r#"select o.id, o.batch, o.node_id, n.name as node_name, o.act,
                  o.network as "network: IpNet", o.reason, o.actor, o.ordered_at, o.state,
                  o.detail, o.finished_at
           from orders o join nodes n on n.id = o.node_id
           where o.id in (
               select id from orders where batch = $1
               union select order_id from order_joins where batch = $1
           )
           order by o.network, n.name, o.id"#,
        batch,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows(found))
}

pub(super) async fn recent(
    conn: impl PgExecutor<'_>,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    let found = sqlx::query_as!(
        Row,
        r#"select o.id, o.batch, o.node_id, n.name as node_name, o.act,
                  o.network as "network: IpNet", o.reason, o.actor, o.ordered_at, o.state,
                  o.detail, o.finished_at
           from orders o join nodes n on n.id = o.node_id
           order by o.id desc limit $1"#,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows(found))
}

/// The newest orders of one node.
pub(crate) async fn latest_of_node(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    let found = sqlx::query_as!(
        Row,
        r#"select o.id, o.batch, o.node_id, n.name as node_name, o.act,
                  o.network as "network: IpNet", o.reason, o.actor, o.ordered_at, o.state,
                  o.detail, o.finished_at
           from orders o join nodes n on n.id = o.node_id
           where o.node_id = $1
           order by o.id desc limit $2"#,
        node.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows(found))
}

/// The newest orders about one network.
pub(crate) async fn latest_of_network(
    conn: impl PgExecutor<'_>,
    network: Network,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    let found = sqlx::query_as!(
        Row,
        r#"select o.id, o.batch, o.node_id, n.name as node_name, o.act,
                  o.network as "network: IpNet", o.reason, o.actor, o.ordered_at, o.state,
                  o.detail, o.finished_at
           from orders o join nodes n on n.id = o.node_id
           where o.network = $1::inet::cidr
           order by o.id desc limit $2"#,
        network.ipnet(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows(found))
}

/// For each of these networks and each node, the newest order given after `since`.
pub(crate) async fn latest_for_networks(
    conn: impl PgExecutor<'_>,
    networks: &[IpNet],
    since: OffsetDateTime,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    let found = sqlx::query_as!(
        Row,
        r#"select distinct on (o.network, o.node_id)
                  o.id, o.batch, o.node_id, n.name as node_name, o.act,
                  o.network as "network: IpNet", o.reason, o.actor, o.ordered_at, o.state,
                  o.detail, o.finished_at
           from orders o join nodes n on n.id = o.node_id
           where o.network in (select unnest($1::inet[])::cidr) and o.ordered_at > $2
           order by o.network, o.node_id, o.id desc"#,
        networks,
        since,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows(found))
}
