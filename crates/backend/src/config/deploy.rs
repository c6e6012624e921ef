//! Taking a revision to nodes.

use domain::config::{Kind, Step};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::drafts::{begin, require};
use super::{Line, RevisionRow, sql};
use crate::changes::{self, Topic};
use crate::nodes::in_scope;
use crate::whitelist::Scope;
use crate::{Actor, Backend, Error, Problem, audit};

/// Takes a revision to the nodes of `scope` that follow its line and do not have it already, at
/// once; what was under way there is superseded. Where all have it, the deployment that brought it.
///
/// # Errors
/// [`Error::NotFound`]: no such revision. [`Error::Invalid`] on `scope`: [`Problem::OwnLine`] where
/// a chosen node does not follow the line, [`Problem::NoNodes`], [`Problem::Gone`],
/// [`Problem::Missing`].
pub async fn deploy(
    backend: &Backend,
    actor: &Actor,
    revision: RevisionId,
    scope: &Scope,
) -> Result<DeploymentId, Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let row = sql::revision_row(&mut *tx, revision)
        .await?
        .ok_or(Error::NotFound)?;
    let deployment = send(backend, &mut tx, actor, &row, scope, "deploy revision").await?;
    tx.commit().await?;
    Ok(deployment)
}

/// Takes an earlier revision of its line to every node that follows it. The history stays.
///
/// # Errors
/// As [`deploy`].
pub async fn roll_back(
    backend: &Backend,
    actor: &Actor,
    to: RevisionId,
) -> Result<DeploymentId, Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let row = sql::revision_row(&mut *tx, to)
        .await?
        .ok_or(Error::NotFound)?;
    let all = Scope::All;
    let deployment = send(backend, &mut tx, actor, &row, &all, "roll back").await?;
    tx.commit().await?;
    Ok(deployment)
}

/// Tries a deployment again on a node where it failed or was rolled back; where it is under way
/// already, nothing.
///
/// # Errors
/// [`Error::NotFound`]: the node is not in it. [`Error::Invalid`] on `node` with [`Problem::Gone`]:
/// a newer deployment has taken its place, or it was verified.
pub async fn retry(
    backend: &Backend,
    actor: &Actor,
    deployment: DeploymentId,
    node: NodeId,
) -> Result<(), Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let row = sql::revision_of(&mut tx, deployment)
        .await?
        .ok_or(Error::NotFound)?;
    begin(&mut tx, row.line).await?;
    sql::lock_nodes(&mut tx, &[node]).await?;
    let step = sql::step(&mut tx, deployment, node)
        .await?
        .ok_or(Error::NotFound)?;
    if !step.is_over() {
        return Ok(());
    }
    if !sql::start_again(&mut tx, deployment, node, now).await? {
        return Err(Error::invalid("node", Problem::Gone));
    }
    let name = sql::node_name(&mut tx, node)
        .await?
        .ok_or(Error::NotFound)?;
    let object = format!("{} {name}", row.line.kind.as_str());
    let before = Some(json!({ "step": step.as_str() }));
    let after = Some(json!({ "deployment": deployment, "step": Step::Pending.as_str() }));
    let action = "retry deployment";
    audit::record(&mut tx, now, actor, action, &object, before, after).await?;
    told(&mut tx, &[node]).await?;
    tx.commit().await?;
    Ok(())
}

/// What [`deploy`], [`roll_back`] and [`publish`](super::publish) share.
pub(super) async fn send(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    row: &RevisionRow,
    scope: &Scope,
    action: &str,
) -> Result<DeploymentId, Error> {
    let object = begin(conn, row.line).await?;
    let targets = targets(conn, row, scope).await?;
    let newest = sql::newest(&mut *conn, row.line).await?;
    let back_from = newest.filter(|newest| newest.id != row.id);
    if targets.is_empty()
        && let Some(deployment) = sql::latest_of_revision(&mut *conn, row.id).await?
    {
        return Ok(deployment);
    }
    let push = Push {
        revision: row.id,
        line: row.line,
        back_from: back_from.as_ref().map(|newest| newest.id),
        nodes: &targets,
        now: backend.clock.now(),
    };
    let deployment = push.push(conn, actor).await?;
    let before = back_from.map(|newest| json!({ "newest": newest.number }));
    let after = json!({
        "deployment": deployment,
        "revision": row.number,
        "nodes": targets.len(),
    });
    let now = push.now;
    audit::record(conn, now, actor, action, &object, before, Some(after)).await?;
    Ok(deployment)
}

/// The nodes of the scope that do not have the revision, nor are on their way to it.
async fn targets(
    conn: &mut PgConnection,
    row: &RevisionRow,
    scope: &Scope,
) -> Result<Vec<NodeId>, Error> {
    let Line { kind, node } = row.line;
    let wanted = match node {
        Some(node) => in_scope(conn, &Scope::Nodes(vec![node])).await?,
        None => in_scope(conn, scope).await?,
    };
    let own = match node {
        Some(_) => Vec::new(),
        None => sql::with_own_line(conn, kind).await?,
    };
    if let Scope::Nodes(chosen) = scope
        && chosen.iter().any(|chosen| match node {
            Some(node) => *chosen != node,
            None => own.contains(chosen),
        })
    {
        return Err(Error::invalid("scope", Problem::OwnLine));
    }
    let following: Vec<NodeId> = wanted
        .into_iter()
        .filter(|node| !own.contains(node))
        .collect();
    if following.is_empty() {
        return Err(Error::invalid("scope", Problem::OwnLine));
    }
    let have = sql::that_have(conn, row.id, kind).await?;
    Ok(following
        .into_iter()
        .filter(|node| !have.contains(node))
        .collect())
}

/// A revision on its way to nodes; one lock of the nodes' rows, then a statement for each table.
pub(super) struct Push<'a> {
    pub revision: RevisionId,
    pub line: Line,
    pub back_from: Option<RevisionId>,
    pub nodes: &'a [NodeId],
    pub now: OffsetDateTime,
}

impl Push<'_> {
    pub async fn push(
        &self,
        conn: &mut PgConnection,
        actor: &Actor,
    ) -> Result<DeploymentId, Error> {
        let kind: Kind = self.line.kind;
        sql::lock_nodes(conn, self.nodes).await?;
        sql::supersede(conn, kind, self.nodes, self.now).await?;
        let deployment = sql::insert_deployment(conn, self, actor).await?;
        sql::insert_steps(conn, self, deployment).await?;
        sql::want(conn, self, deployment).await?;
        told(conn, self.nodes).await?;
        Ok(deployment)
    }
}

/// The nodes' workers are sent something else from now on, and pages show it.
pub(super) async fn told(conn: &mut PgConnection, nodes: &[NodeId]) -> Result<(), Error> {
    sql::bump(conn, nodes).await?;
    changes::note_nodes(conn, Topic::Desired, nodes).await?;
    changes::note(conn, Topic::Config, None).await?;
    Ok(())
}
