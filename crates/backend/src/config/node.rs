//! What is decided for one node: its own line, and what becomes of a change made by hand.

use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId};
use serde_json::json;

use super::deploy::Push;
use super::drafts::{begin, require};
use super::{Line, sql};
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, Problem, audit};

/// The node follows the fleet again, and gets what the fleet was given last; `None` where that is
/// nothing, or where the node has no line of its own.
///
/// # Errors
/// [`Error::NotFound`]: no such node.
pub async fn drop_own_line(
    backend: &Backend,
    actor: &Actor,
    node: NodeId,
    kind: Kind,
) -> Result<Option<DeploymentId>, Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let object = begin(&mut tx, Line::of(kind, node)).await?;
    sql::lock_nodes(&mut tx, &[node]).await?;
    if !sql::disown(&mut tx, node, kind).await? {
        return Ok(None);
    }
    sql::delete_draft(&mut tx, Line::of(kind, node)).await?;
    let fleet = Line::fleet(kind);
    let deployed = sql::deployed(&mut *tx, fleet).await?;
    let deployment = match &deployed {
        None => None,
        Some(revision) => {
            let push = Push {
                revision: revision.id,
                line: fleet,
                back_from: None,
                nodes: &[node],
                now,
            };
            Some(push.push(&mut tx, actor).await?)
        }
    };
    let before = Some(json!({ "own": true }));
    let after = json!({ "own": false, "deployment": deployment });
    let action = "drop own configuration";
    audit::record(&mut tx, now, actor, action, &object, before, Some(after)).await?;
    changes::note(&mut tx, Topic::Config, Some(node)).await?;
    tx.commit().await?;
    Ok(deployment)
}

/// Makes what stands on the node a revision and deploys it there: of the node's own line, or of the
/// fleet's where no other node follows that. Where the node does not differ (any more), what it was
/// given last.
///
/// # Errors
/// [`Error::NotFound`]: it has nothing of this kind from us. [`Error::Invalid`] on `node` with
/// [`Problem::Unreadable`].
pub async fn take_nodes_version(
    backend: &Backend,
    actor: &Actor,
    node: NodeId,
    kind: Kind,
) -> Result<DeploymentId, Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let object = begin(&mut tx, Line::of(kind, node)).await?;
    sql::lock_nodes(&mut tx, &[node]).await?;
    let state = sql::choice(&mut tx, node, kind)
        .await?
        .ok_or(Error::NotFound)?;
    if !state.drifted {
        return state.wanted.ok_or(Error::NotFound);
    }
    let found = state
        .found
        .ok_or_else(|| Error::invalid("node", Problem::Unreadable))?;
    let alone = !state.own && sql::followers(&mut tx, kind).await? <= 1;
    let line = if alone {
        Line::fleet(kind)
    } else {
        Line::of(kind, node)
    };
    let newest = sql::newest(&mut *tx, line).await?;
    let revision = match newest {
        Some(newest) if newest.content == found => newest.id,
        _ => {
            let message = format!("as found on {}", state.name);
            sql::insert_revision(&mut tx, line, &found, &message, actor, now)
                .await?
                .id
        }
    };
    let push = Push {
        revision,
        line,
        back_from: None,
        nodes: &[node],
        now,
    };
    let deployment = push.push(&mut tx, actor).await?;
    let before = Some(json!({ "revision": state.revision }));
    let after = Some(json!({ "revision": revision, "deployment": deployment }));
    let action = "take node's version";
    audit::record(&mut tx, now, actor, action, &object, before, after).await?;
    tx.commit().await?;
    Ok(deployment)
}

/// Deploys to the node again what it was proven to have before somebody changed it there. Where it
/// does not differ (any more), what it was given last.
///
/// # Errors
/// [`Error::NotFound`]: it has nothing of this kind from us.
pub async fn put_ours_back(
    backend: &Backend,
    actor: &Actor,
    node: NodeId,
    kind: Kind,
) -> Result<DeploymentId, Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let object = begin(&mut tx, Line::of(kind, node)).await?;
    sql::lock_nodes(&mut tx, &[node]).await?;
    let state = sql::choice(&mut tx, node, kind)
        .await?
        .ok_or(Error::NotFound)?;
    let revision = match state.revision {
        Some(revision) if state.drifted => revision,
        _ => return state.wanted.ok_or(Error::NotFound),
    };
    let line = if state.own {
        Line::of(kind, node)
    } else {
        Line::fleet(kind)
    };
    let push = Push {
        revision,
        line,
        back_from: None,
        nodes: &[node],
        now,
    };
    let deployment = push.push(&mut tx, actor).await?;
    let after = Some(json!({ "revision": revision, "deployment": deployment }));
    let action = "put ours back";
    audit::record(&mut tx, now, actor, action, &object, None, after).await?;
    tx.commit().await?;
    Ok(deployment)
}
