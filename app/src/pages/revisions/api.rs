//! Server functions of every configuration page.

use backend::config::{self, Line};
use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::{Typed, answer, refuse};
use crate::pages::bans::{chosen, scope_of};
use crate::pages::revisions::kinds::page;
use crate::request::{Flash, flash, go, require, words};

/// The line that a form names.
pub(in crate::pages) fn line_of(kind: Kind, node: Option<i64>) -> Line {
    match node {
        Some(node) => Line::of(kind, NodeId(node)),
        None => Line::fleet(kind),
    }
}

/// Ends the server function of an editor, after `config::save_draft`.
///
/// # Errors
/// Faults; a wrong field is no fault.
pub(in crate::pages) async fn saved(
    result: Result<i64, backend::Error>,
    line: Line,
    form: Typed<'_>,
) -> Result<(), AppError> {
    answer(result, page(line.kind), form, |_| {
        Flash::good(words().draft_saved())
    })
    .await
}

/// Throws a draft away.
#[server(prefix = "/api/ui", endpoint = "draft_discard")]
async fn draft_discard(
    kind: Kind,
    version: i64,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let line = line_of(kind, node);
    let result = config::discard_draft(&backend, &actor, line, version).await;
    answer(result, page(kind), ("discard", Vec::new()), |()| {
        Flash::good(words().draft_discarded())
    })
    .await
}

/// Makes the draft a revision and, unless it is only to be saved, sends it to nodes.
#[server(prefix = "/api/ui", endpoint = "draft_publish")]
async fn draft_publish(
    kind: Kind,
    version: i64,
    #[server(default)] message: String,
    #[server(default)] scope: String,
    #[server(default)] nodes: Vec<i64>,
    #[server(default)] then: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let line = line_of(kind, node);
    let to = (then != "save").then(|| scope_of(&scope, &nodes));
    let result = config::publish(&backend, &actor, line, version, &message, to.as_ref()).await;
    let mut typed = vec![("message", message)];
    typed.extend(chosen(scope, &nodes));
    answer(result, page(kind), ("publish", typed), |(_, deployment)| {
        Flash::good(match deployment {
            Some(_) => words().revision_deployed(),
            None => words().revision_saved(),
        })
    })
    .await
}

/// Sends a revision to nodes.
#[server(prefix = "/api/ui", endpoint = "revision_deploy")]
async fn revision_deploy(
    revision: i64,
    #[server(default)] scope: String,
    #[server(default)] nodes: Vec<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let to = scope_of(&scope, &nodes);
    let result = config::deploy(&backend, &actor, RevisionId(revision), &to).await;
    let form = ("publish", chosen(scope, &nodes));
    answer(result, "/deployments", form, |_| None::<Flash>).await
}

/// Sends an earlier revision to every node of its line.
#[server(prefix = "/api/ui", endpoint = "revision_roll_back")]
async fn revision_roll_back(revision: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    match config::roll_back(&backend, &actor, RevisionId(revision)).await {
        Ok(deployment) => {
            go(&format!("/deployments/{deployment}"));
            Ok(())
        }
        Err(error) => refuse(error, "/deployments", ("roll back", Vec::new())).await,
    }
}

/// Tries again where it failed.
#[server(prefix = "/api/ui", endpoint = "deployment_retry")]
async fn deployment_retry(deployment: i64, node: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let (deployment, node) = (DeploymentId(deployment), NodeId(node));
    let result = config::retry(&backend, &actor, deployment, node).await;
    answer(result, "/deployments", ("retry", Vec::new()), |()| {
        Flash::good(words().retried())
    })
    .await
}

/// A node follows all nodes again.
#[server(prefix = "/api/ui", endpoint = "own_line_drop")]
async fn own_line_drop(kind: Kind, node: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let result = config::drop_own_line(&backend, &actor, NodeId(node), kind).await;
    answer(result, page(kind), ("follow", Vec::new()), |_| {
        Flash::good(words().follows_again())
    })
    .await
}

/// What somebody changed on the node becomes a revision.
#[server(prefix = "/api/ui", endpoint = "drift_take_theirs")]
async fn drift_take_theirs(kind: Kind, node: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let result = config::take_nodes_version(&backend, &actor, NodeId(node), kind).await;
    decided(result, kind).await
}

/// What we deployed goes to the node again.
#[server(prefix = "/api/ui", endpoint = "drift_put_ours")]
async fn drift_put_ours(kind: Kind, node: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let result = config::put_ours_back(&backend, &actor, NodeId(node), kind).await;
    decided(result, kind).await
}

/// Leads to where one sees that it happens.
async fn decided(result: Result<DeploymentId, backend::Error>, kind: Kind) -> Result<(), AppError> {
    match result {
        Ok(deployment) => {
            flash(Flash::good(words().decided())).await;
            go(&format!("/deployments/{deployment}"));
            Ok(())
        }
        Err(error) => refuse(error, page(kind), ("drift", Vec::new())).await,
    }
}
