//! What pages ask.

use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::reason::Reason;
use serde_json::Value;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::found::lingering;
use super::sql::{StoredRevision, Which, WhichDeployments};
use super::{
    Content, DeploymentRow, DeploymentView, Draft, DriftRow, Line, LineView, NodeKind, Revision,
    RevisionRow, sql,
};
use crate::{Backend, Error, nodes};

/// Most rows of one page of a history.
const PAGE: i64 = 100;

/// Everything an editor of a line needs.
pub async fn line(backend: &Backend, line: Line) -> Result<LineView, Error> {
    let pool = &backend.pool;
    let draft = match sql::draft(pool, line).await? {
        None => None,
        Some(draft) => Some(Draft {
            content: Content::from_json(line.kind, "config_drafts", draft.content)?,
            version: draft.version,
            based_on: draft.based_on.map(RevisionId),
            actor: draft.actor,
            updated_at: draft.updated_at,
        }),
    };
    let (nodes, own) = sql::followers_of(pool, line, heard(backend)).await?;
    Ok(LineView {
        line,
        draft,
        newest: whole(pool, line, sql::newest(pool, line).await?).await?,
        deployed: whole(pool, line, sql::deployed(pool, line).await?).await?,
        nodes,
        own,
    })
}

async fn whole(
    pool: &PgPool,
    line: Line,
    stored: Option<StoredRevision>,
) -> Result<Option<Revision>, Error> {
    let Some(stored) = stored else {
        return Ok(None);
    };
    let row = sql::revision_row(pool, stored.id).await?;
    let content = Content::from_json(line.kind, "revisions", stored.content)?;
    Ok(row.map(|row| Revision { row, content }))
}

/// A line's revisions, the newest first, from below number `before` where given.
pub async fn revisions(
    backend: &Backend,
    line: Line,
    before: Option<i32>,
) -> Result<Vec<RevisionRow>, Error> {
    sql::revision_rows(&backend.pool, line, before, PAGE).await
}

/// One revision; `None` where there is none of this number.
pub async fn revision(backend: &Backend, id: RevisionId) -> Result<Option<Revision>, Error> {
    let Some(row) = sql::revision_row(&backend.pool, id).await? else {
        return Ok(None);
    };
    let stored = sql::content(&backend.pool, id).await?;
    let content = stored.map(|json| Content::from_json(row.line.kind, "revisions", json));
    Ok(content
        .transpose()?
        .map(|content| Revision { row, content }))
}

/// A line's deployments, the newest first, from before `before` where given.
pub async fn deployments(
    backend: &Backend,
    line: Line,
    before: Option<DeploymentId>,
) -> Result<Vec<DeploymentRow>, Error> {
    let which = WhichDeployments {
        line: Some(line),
        before,
        limit: PAGE,
        ..WhichDeployments::default()
    };
    sql::deployment_rows(&backend.pool, which).await
}

/// Deployments of every line, the newest first, from before `before` where given.
pub async fn all_deployments(
    backend: &Backend,
    before: Option<DeploymentId>,
) -> Result<Vec<DeploymentRow>, Error> {
    let which = WhichDeployments {
        before,
        limit: PAGE,
        ..WhichDeployments::default()
    };
    sql::deployment_rows(&backend.pool, which).await
}

/// One deployment with each node; `None` where there is none of this number.
pub async fn deployment(
    backend: &Backend,
    id: DeploymentId,
) -> Result<Option<DeploymentView>, Error> {
    let which = WhichDeployments {
        id: Some(id),
        limit: 1,
        ..WhichDeployments::default()
    };
    let Some(row) = sql::deployment_rows(&backend.pool, which).await?.pop() else {
        return Ok(None);
    };
    let nodes = sql::steps(&backend.pool, Some(id), None, heard(backend)).await?;
    let nodes = nodes.into_iter().map(|(_, step)| step).collect();
    Ok(Some(DeploymentView { row, nodes }))
}

/// Deployments that are not over on every node, of one kind or of all; the newest first.
pub async fn under_way(backend: &Backend, kind: Option<Kind>) -> Result<Vec<DeploymentRow>, Error> {
    let which = WhichDeployments {
        kind,
        under_way: true,
        limit: PAGE,
        ..WhichDeployments::default()
    };
    sql::deployment_rows(&backend.pool, which).await
}

/// Each kind of configuration that concerns a node.
pub async fn node_state(backend: &Backend, node: NodeId) -> Result<Vec<NodeKind>, Error> {
    let which = Which {
        kind: None,
        node: Some(node),
        drifted: false,
    };
    let configs = sql::configs(&backend.pool, which).await?;
    let steps = sql::steps(&backend.pool, None, Some(node), heard(backend)).await?;
    let kinds = configs.into_iter().map(|config| {
        let wanted = config.state.wanted.map(|wanted| wanted.deployment);
        let step = steps
            .iter()
            .find(|(deployment, _)| Some(*deployment) == wanted);
        NodeKind {
            step: step.map(|(_, step)| step.clone()),
            ..config.state
        }
    });
    Ok(kinds.collect())
}

/// Every node that somebody has changed by hand, by name.
pub async fn drifts(backend: &Backend) -> Result<Vec<DriftRow>, Error> {
    let which = Which {
        kind: None,
        node: None,
        drifted: true,
    };
    let mut rows = Vec::new();
    for config in sql::configs(&backend.pool, which).await? {
        let state = config.state;
        let (Some(since), Some(held)) = (state.drift_since, state.verified) else {
            continue;
        };
        let Some(ours) = revision(backend, held.revision).await? else {
            continue;
        };
        let found = config.found.unwrap_or_default();
        let loaded = config.loaded.as_ref().and_then(Value::as_str);
        rows.push(DriftRow {
            node: config.node,
            name: config.name,
            kind: state.kind,
            since,
            ours,
            theirs: part(state.kind, &found, "content")?,
            running: part(state.kind, &found, "running")?,
            lingering: lingering(&found),
            problem: state.problem,
            loaded: loaded.map(Reason::from_text),
        });
    }
    Ok(rows)
}

pub(super) fn part(kind: Kind, found: &Value, part: &str) -> Result<Option<Content>, Error> {
    match found.get(part) {
        None | Some(Value::Null) => Ok(None),
        Some(json) => Content::from_json(kind, "node_configs", json.clone()).map(Some),
    }
}

/// A worker heard after this is connected.
fn heard(backend: &Backend) -> OffsetDateTime {
    backend.clock.now() - Duration::seconds(nodes::CONNECTED_SECONDS)
}
