//! What the engine asks and writes.

use domain::config::{Kind, Step};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::reason::Reason;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::super::engine::Write;
use super::{kind as stored_kind, stored_step};
use crate::Error;

/// A try whose files are written and that the switch has to do with.
pub(crate) struct Due {
    pub node: NodeId,
    pub kind: Kind,
    pub deployment: DeploymentId,
    pub attempt: i32,
    pub revision: RevisionId,
    pub confirmed: bool,
    pub delivered_at: OffsetDateTime,
    /// What was found is, as JSON, what was sent.
    pub same: bool,
    /// What was found where not.
    pub found: Option<Value>,
    pub problem: Option<Reason>,
}

fn numbers(nodes: &[NodeId]) -> Vec<i64> {
    nodes.iter().map(|node| node.0).collect()
}

pub(crate) async fn due(conn: impl PgExecutor<'_>, nodes: &[NodeId]) -> Result<Vec<Due>, Error> {
    let rows = sqlx::query!(
        r#"select s.node_id, s.kind, s.deployment_id, s.attempt, d.revision_id, s.confirmed,
                  coalesce(s.delivered_at, s.created_at) as "delivered_at!", a.same as "same!",
                  case when not a.same then nullif(c.found -> 'content', 'null') end as found,
                  c.found ->> 'problem' as problem
           from deployment_nodes s
           join deployments d on d.id = s.deployment_id
           join revisions r on r.id = d.revision_id
           left join node_configs c on c.node_id = s.node_id and c.kind = s.kind
           cross join lateral (select coalesce(c.found -> 'content' = r.content, false) as same) a
           where s.step in ('delivered', 'reloaded') and s.kind <> 'jail' and s.node_id = any($1)"#,
        &numbers(nodes),
    )
    .fetch_all(conn)
    .await?;
    let due = rows.into_iter().map(|row| {
        Ok(Due {
            node: NodeId(row.node_id),
            kind: stored_kind("deployment_nodes", &row.kind)?,
            deployment: DeploymentId(row.deployment_id),
            attempt: row.attempt,
            revision: RevisionId(row.revision_id),
            confirmed: row.confirmed,
            delivered_at: row.delivered_at,
            same: row.same,
            found: row.found,
            problem: row.problem.map(|text| Reason::from_text(&text)),
        })
    });
    due.collect()
}

pub(crate) async fn reloads_due(
    conn: impl PgExecutor<'_>,
    nodes: &[NodeId],
) -> Result<Vec<(NodeId, Kind)>, Error> {
    let rows = sqlx::query!(
        "select node_id, kind from node_configs where reload_due and node_id = any($1)",
        &numbers(nodes),
    )
    .fetch_all(conn)
    .await?;
    let each = rows
        .into_iter()
        .map(|row| Ok((NodeId(row.node_id), stored_kind("node_configs", &row.kind)?)));
    each.collect()
}

pub(crate) async fn reloaded_again(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    kind: Kind,
    fence: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update node_configs set reload_due = false
         where node_id = $1 and kind = $2
           and exists (select from node_links where node_id = $1 and fence = $3)",
        node.0,
        kind.as_str(),
        fence,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Nodes that a switch's part waits for and that have no link.
pub(crate) async fn without_settings(
    conn: impl PgExecutor<'_>,
) -> Result<Vec<NodeId>, sqlx::Error> {
    let nodes = sqlx::query_scalar!(
        "select distinct s.node_id from deployment_nodes s
         where s.step in ('delivered', 'reloaded') and s.kind <> 'jail'
           and not exists (select from node_links l where l.node_id = s.node_id)",
    )
    .fetch_all(conn)
    .await?;
    Ok(nodes.into_iter().map(NodeId).collect())
}

pub(crate) async fn fail_without_settings(
    conn: &mut PgConnection,
    nodes: &[NodeId],
    reason: &Reason,
    now: OffsetDateTime,
) -> Result<Vec<(NodeId, Kind)>, Error> {
    let rows = sqlx::query!(
        "update deployment_nodes s set step = 'failed', reason = $2, ended_at = $3
         where s.node_id = any($1) and s.step in ('delivered', 'reloaded') and s.kind <> 'jail'
           and not exists (select from node_links l where l.node_id = s.node_id)
         returning s.node_id, s.kind",
        &numbers(nodes),
        reason.to_text(),
        now,
    )
    .fetch_all(conn)
    .await?;
    let each = rows.into_iter().map(|row| {
        Ok((
            NodeId(row.node_id),
            stored_kind("deployment_nodes", &row.kind)?,
        ))
    });
    each.collect()
}

/// A step that was written.
pub(crate) struct Moved {
    pub node: NodeId,
    pub kind: Kind,
    pub deployment: DeploymentId,
    pub step: Step,
    /// What was found is, as JSON, what was sent.
    pub same: bool,
}

/// Writes steps (and whether the switch had loaded it) of tries that are still waited for, where the
/// lease still has the fence that is named. The nodes' rows are locked.
pub(crate) async fn store_steps(
    conn: &mut PgConnection,
    writes: &[(Write, bool)],
    now: OffsetDateTime,
) -> Result<Vec<Moved>, Error> {
    let each: Vec<Value> = writes
        .iter()
        .map(|(write, reloaded)| {
            json!({
                "node_id": write.node,
                "deployment_id": write.deployment,
                "attempt": write.attempt,
                "fence": write.fence,
                "step": write.step.as_str(),
                "reason": write.reason.as_ref().map(Reason::to_text),
                "replies": write.replies,
                "confirmed": write.confirmed,
                "tried": write.confirm_tried,
                "reloaded": reloaded,
            })
        })
        .collect();
    let rows = sqlx::query!(
        r#"update deployment_nodes s
           set step = w.step, reason = w.reason, replies = w.replies,
               confirmed = s.confirmed or w.confirmed,
               confirm_tried = s.confirm_tried or w.tried,
               reloaded_at = case when w.reloaded then coalesce(s.reloaded_at, $2) else s.reloaded_at end,
               ended_at = case when w.step in ('verified', 'failed') then $2 end
           from jsonb_to_recordset($1) as w (
                    node_id bigint, deployment_id bigint, attempt int, fence bigint, step text,
                    reason text, replies jsonb, confirmed boolean, tried boolean, reloaded boolean)
                join node_links l on l.node_id = w.node_id and l.fence = w.fence
                join deployments d on d.id = w.deployment_id
                join revisions r on r.id = d.revision_id
                left join node_configs c on c.node_id = w.node_id and c.kind = d.kind
           where s.deployment_id = w.deployment_id and s.node_id = w.node_id
             and s.attempt = w.attempt and s.step in ('delivered', 'reloaded')
           returning s.node_id, s.kind, s.deployment_id, s.step,
                     coalesce(c.found -> 'content' = r.content, false) as "same!""#,
        Value::Array(each),
        now,
    )
    .fetch_all(conn)
    .await?;
    let moved = rows.into_iter().map(|row| {
        Ok(Moved {
            node: NodeId(row.node_id),
            kind: stored_kind("deployment_nodes", &row.kind)?,
            deployment: DeploymentId(row.deployment_id),
            step: stored_step(&row.step)?,
            same: row.same,
        })
    });
    moved.collect()
}

/// What holds on nodes from now on; the switch was asked just now.
pub(crate) async fn set_verified(
    conn: &mut PgConnection,
    moved: &[&Moved],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    if moved.is_empty() {
        return Ok(());
    }
    let nodes: Vec<i64> = moved.iter().map(|moved| moved.node.0).collect();
    let kinds: Vec<String> = moved
        .iter()
        .map(|moved| moved.kind.as_str().to_owned())
        .collect();
    let deployments: Vec<i64> = moved.iter().map(|moved| moved.deployment.0).collect();
    sqlx::query!(
        "update node_configs c
         set verified = m.deployment, loaded = null, checked_at = $4, drift_since = null
         from unnest($1::bigint[], $2::text[], $3::bigint[]) as m (node, kind, deployment)
         where c.node_id = m.node and c.kind = m.kind",
        &nodes,
        &kinds,
        &deployments,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What was verified on a node, to be compared with what its switch has loaded.
pub(crate) struct ToCheck {
    pub node: NodeId,
    pub kind: Kind,
    pub verified: RevisionId,
    pub wanted: Option<RevisionId>,
    /// What was said last.
    pub loaded: Option<Value>,
}

pub(crate) async fn to_check(
    conn: impl PgExecutor<'_>,
    nodes: &[NodeId],
    before: OffsetDateTime,
) -> Result<Vec<ToCheck>, Error> {
    let rows = sqlx::query!(
        r#"select c.node_id, c.kind, v.revision_id as verified, w.revision_id as "wanted?", c.loaded
           from node_configs c
           join deployments v on v.id = c.verified
           left join deployments w on w.id = c.wanted and w.id <> v.id
           where c.node_id = any($1) and c.kind in ('acl', 'profiles')
             and (c.checked_at is null or c.checked_at <= $2)
             and not exists (
                 select from deployment_nodes s
                 where s.node_id = c.node_id and s.kind = c.kind
                   and s.step in ('pending', 'delivered', 'reloaded')
             )"#,
        &numbers(nodes),
        before,
    )
    .fetch_all(conn)
    .await?;
    let each = rows.into_iter().map(|row| {
        Ok(ToCheck {
            node: NodeId(row.node_id),
            kind: stored_kind("node_configs", &row.kind)?,
            verified: RevisionId(row.verified),
            wanted: row.wanted.map(RevisionId),
            loaded: row.loaded,
        })
    });
    each.collect()
}

/// Notes what the switch has loaded (in words; null: what it should). The node's row is locked. False
/// where something is under way again, or the lease is another's.
pub(crate) async fn set_loaded(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
    fence: i64,
    loaded: Option<&str>,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update node_configs c set loaded = to_jsonb($4::text), checked_at = $5
         where c.node_id = $1 and c.kind = $2
           and exists (select from node_links where node_id = $1 and fence = $3)
           and not exists (
               select from deployment_nodes s
               where s.node_id = c.node_id and s.kind = c.kind
                 and s.step in ('pending', 'delivered', 'reloaded')
           )",
        node.0,
        kind.as_str(),
        fence,
        loaded,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Everything was as it should be there.
pub(crate) async fn checked(
    conn: impl PgExecutor<'_>,
    nodes: &[NodeId],
    kinds: &[String],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update node_configs c set checked_at = $3
         from unnest($1::bigint[], $2::text[]) as m (node, kind)
         where c.node_id = m.node and c.kind = m.kind",
        &numbers(nodes),
        kinds,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
