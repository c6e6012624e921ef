//! The tables `orders` and `order_joins`.

use domain::ban::{Act, Order, Outcome};
use domain::ids::{NodeId, OrderId, UserId};
use domain::net::Network;
use domain::reason::{OrderReason, Reason};
use ipnet::IpNet;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::{Give, OrderState};

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
    give: &Give<'_>,
    ids: &[i64],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into order_joins (batch, order_id, user_id, joined_at)
         select $1, unnest($2::bigint[]), $3, $4",
        give.batch,
        ids,
        give.actor.user.map(|user| user.0),
        give.now,
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

/// Bans and unbans of a user's click that did or may do something, where nobody has ordered anything
/// about the same network on the same node since.
pub(crate) async fn to_undo(
    conn: &mut PgConnection,
    user: UserId,
    batch: i64,
) -> Result<Vec<(Act, NodeId, Network)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select o.act, o.node_id, o.network as "network!: IpNet" from orders o
           where o.user_id = $1 and o.act in ('ban', 'unban') and o.network is not null
             and o.state in ('waiting', 'done') and o.reason is distinct from $3
             and o.id in (
               select id from orders where batch = $2
               union select order_id from order_joins where batch = $2
             )
             and not exists (
               select from orders l
               where l.network = o.network and l.node_id = o.node_id and l.id > o.id
             )"#,
        user.0,
        batch,
        super::WHITELISTED,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let act = Act::from_text(&row.act);
        (act, NodeId(row.node_id), Network::from(row.network))
    });
    Ok(rows.collect())
}

/// One order that concerns the jail, joined where it waits already.
pub(crate) async fn insert_jail_order(
    conn: &mut PgConnection,
    node: NodeId,
    give: &Give<'_>,
) -> Result<(), sqlx::Error> {
    let joined = sqlx::query!(
        "insert into order_joins (batch, order_id, user_id, joined_at)
         select $1, id, $4, $5 from orders
         where node_id = $2 and act = $3 and network is null and state = 'waiting'
         limit 1",
        give.batch,
        node.0,
        give.act.as_str(),
        give.actor.user.map(|user| user.0),
        give.now,
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
    detail: &Reason,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update orders set state = 'superseded', detail = $2, finished_at = $3
         where node_id = $1 and state = 'waiting'",
        node.0,
        detail.to_text(),
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
        Outcome::Refused { reason } => (OrderState::Refused, Some(reason.to_text())),
        Outcome::Failed { reason } => (OrderState::Failed, Some(reason.to_text())),
        Outcome::Unknown => {
            let reason = Reason::from(OrderReason::NewerWorker);
            (OrderState::Failed, Some(reason.to_text()))
        }
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

/// Of the first `limit` orders of batches of at most `small` behind larger ones, those that touch
/// nothing that an earlier order touches.
pub(super) async fn overtaking(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    small: i64,
    limit: i64,
) -> Result<Vec<Order>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with waiting as (
             select id, act, network, count(*) over (partition by batch) as size
             from orders where node_id = $1 and state = 'waiting'
           ), small as (
             select id, act, network from waiting
             where size <= $2 and network is not null
               and id > (select min(id) from waiting where size > $2)
             order by id limit $3
           )
           select id as "id!", act as "act!", network as "network!: IpNet" from small o
           where not exists (
             select from waiting e
             where e.id < o.id and (e.network is null or e.network && o.network)
           )
           order by id"#,
        node.0,
        small,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Order {
            id: OrderId(row.id),
            act: Act::from_text(&row.act),
            network: Some(Network::from(row.network)),
        })
        .collect())
}
