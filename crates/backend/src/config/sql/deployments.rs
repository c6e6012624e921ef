//! The tables `deployments` and `deployment_nodes`: what use cases write.

use domain::config::{Kind, Step};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::super::deploy::Push;
use crate::{Actor, Error};

/// A step as stored.
pub(crate) fn stored_step(text: &str) -> Result<Step, Error> {
    Step::from_text(text).ok_or_else(|| Error::Inconsistent {
        table: "deployment_nodes",
        what: format!("step {text}"),
    })
}

fn numbers(nodes: &[NodeId]) -> Vec<i64> {
    nodes.iter().map(|node| node.0).collect()
}

/// Locks the nodes' rows against reports and other changes, in the order of their numbers; before
/// any row of theirs in the tables of configuration is written.
pub(crate) async fn lock_nodes(
    conn: &mut PgConnection,
    nodes: &[NodeId],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select id from nodes where id = any($1) order by id for no key update",
        &numbers(nodes),
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// Ends what is under way of a kind on these nodes.
pub(crate) async fn supersede(
    conn: &mut PgConnection,
    kind: Kind,
    nodes: &[NodeId],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update deployment_nodes set step = 'superseded', ended_at = $3
         where kind = $1 and node_id = any($2) and step in ('pending', 'delivered', 'reloaded')",
        kind.as_str(),
        &numbers(nodes),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn insert_deployment(
    conn: &mut PgConnection,
    push: &Push<'_>,
    actor: &Actor,
) -> Result<DeploymentId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "insert into deployments (revision_id, kind, back_from, user_id, actor, created_at)
         values ($1, $2, $3, $4, $5, $6) returning id",
        push.revision.0,
        push.line.kind.as_str(),
        push.back_from.map(|revision| revision.0),
        actor.user.map(|user| user.0),
        actor.name,
        push.now,
    )
    .fetch_one(conn)
    .await?;
    Ok(DeploymentId(id))
}

pub(crate) async fn insert_steps(
    conn: &mut PgConnection,
    push: &Push<'_>,
    deployment: DeploymentId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into deployment_nodes (deployment_id, node_id, kind, created_at)
         select $1, unnest($2::bigint[]), $3, $4",
        deployment.0,
        &numbers(push.nodes),
        push.line.kind.as_str(),
        push.now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the nodes shall have from now on, and whose line they follow.
pub(crate) async fn want(
    conn: &mut PgConnection,
    push: &Push<'_>,
    deployment: DeploymentId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into node_configs (node_id, kind, wanted, own)
         select unnest($1::bigint[]), $2, $3, $4
         on conflict (node_id, kind) do update
             set wanted = excluded.wanted, own = excluded.own, drift_since = null",
        &numbers(push.nodes),
        push.line.kind.as_str(),
        deployment.0,
        push.line.node.is_some(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the nodes' workers are sent has changed.
pub(crate) async fn bump(conn: &mut PgConnection, nodes: &[NodeId]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update nodes set config_version = config_version + 1 where id = any($1)",
        &numbers(nodes),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn step(
    conn: &mut PgConnection,
    deployment: DeploymentId,
    node: NodeId,
) -> Result<Option<Step>, Error> {
    let step = sqlx::query_scalar!(
        "select step from deployment_nodes where deployment_id = $1 and node_id = $2",
        deployment.0,
        node.0,
    )
    .fetch_optional(conn)
    .await?;
    step.as_deref().map(stored_step).transpose()
}

/// Another try of what failed or was rolled back; false where it did not, or is not the node's
/// newest of its kind.
pub(crate) async fn start_again(
    conn: &mut PgConnection,
    deployment: DeploymentId,
    node: NodeId,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let again = sqlx::query!(
        "update deployment_nodes d
         set step = 'pending', attempt = attempt + 1, reason = null, replies = '[]',
             confirmed = false, confirm_tried = false, tried_again = 0, created_at = $3,
             delivered_at = null, reloaded_at = null, ended_at = null
         where deployment_id = $1 and node_id = $2 and step in ('failed', 'rolled_back')
           and not exists (
               select from deployment_nodes newer
               where newer.node_id = d.node_id and newer.kind = d.kind
                 and newer.deployment_id > d.deployment_id
           )",
        deployment.0,
        node.0,
        now,
    )
    .execute(&mut *conn)
    .await?;
    if again.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update node_configs set wanted = $1, drift_since = null
         where node_id = $2 and kind = (select kind from deployments where id = $1)",
        deployment.0,
        node.0,
    )
    .execute(conn)
    .await?;
    Ok(true)
}

/// The newest deployment that some node had of a revision.
pub(crate) async fn latest_of_revision(
    conn: &mut PgConnection,
    revision: RevisionId,
) -> Result<Option<DeploymentId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "select id from deployments where revision_id = $1 order by id desc limit 1",
        revision.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(DeploymentId))
}

/// Nodes that have the revision or are on their way to it; not those that were changed by hand.
pub(crate) async fn that_have(
    conn: &mut PgConnection,
    revision: RevisionId,
    kind: Kind,
) -> Result<Vec<NodeId>, sqlx::Error> {
    let nodes = sqlx::query_scalar!(
        "select c.node_id from node_configs c
         join deployments d on d.id = c.wanted
         join deployment_nodes s on s.deployment_id = d.id and s.node_id = c.node_id
         where c.kind = $2 and d.revision_id = $1 and c.drift_since is null
           and s.step in ('pending', 'delivered', 'reloaded', 'verified')",
        revision.0,
        kind.as_str(),
    )
    .fetch_all(conn)
    .await?;
    Ok(nodes.into_iter().map(NodeId).collect())
}
