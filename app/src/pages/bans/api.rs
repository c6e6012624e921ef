//! Server functions of the bans page.

use backend::bans::{self, BanRequest, Scope};
use domain::ids::NodeId;
use domain::net::Network;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::answer;
use crate::request::{Flash, flash, go_back, require, words};

/// Bans an address or network on all nodes or some.
#[server(prefix = "/api/ui", endpoint = "ban")]
async fn ban(
    network: String,
    #[server(default)] reason: String,
    #[server(default)] scope: String,
    #[server(default)] nodes: Vec<i64>,
    #[server(default)] confirm_wide: bool,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Ban)?;
    let request = BanRequest {
        network: network.clone(),
        scope: scope_of(&scope, &nodes),
        reason: reason.clone(),
        confirm_wide,
    };
    let result = bans::ban(&backend, &actor, request).await;
    let mut typed = vec![("network", network.clone()), ("reason", reason)];
    typed.extend(chosen(scope, &nodes));
    answer(result, "/bans", ("ban", typed), |_| {
        // How the orders fare stands on every page.
        None::<Flash>
    })
    .await
}

/// Frees addresses on every node that holds them.
#[server(prefix = "/api/ui", endpoint = "unban")]
async fn unban(#[server(default)] networks: Vec<String>) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Ban)?;
    let words = words();
    let networks: Vec<Network> = networks
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| AppError::Malformed.told())?;
    if networks.is_empty() {
        flash(Flash::bad(words.no_selection())).await;
        go_back("/bans");
        return Ok(());
    }
    let result = match bans::unban(&backend, &actor, &networks).await {
        Err(backend::Error::NotFound) => Ok(None),
        other => other.map(Some),
    };
    answer(
        result,
        "/bans",
        ("unban", Vec::new()),
        |batch| match batch {
            Some(_) => None,
            None => Some(Flash::bad(words.nothing_to_unban())),
        },
    )
    .await
}

/// Takes one's own click back: the batch `id`.
#[server(prefix = "/api/ui", endpoint = "undo")]
async fn undo(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Ban)?;
    let words = words();
    let result = match bans::undo(&backend, &actor, id).await {
        Err(backend::Error::NotFound) => Ok(None),
        other => other.map(Some),
    };
    answer(result, "/bans", ("undo", Vec::new()), |undone| {
        let Some(undone) = undone else {
            return Some(Flash::bad(words.nothing_to_undo()));
        };
        let (network, problem) = undone.refused.first_key_value()?;
        let first = format!("{network}: {}", words.problem(problem));
        Some(Flash::bad(words.not_undone(undone.refused.len(), &first)))
    })
    .await
}

/// The scope as it was chosen, for a form that is shown again.
pub(in crate::pages) fn chosen(scope: String, nodes: &[i64]) -> Vec<(&'static str, String)> {
    let mut typed = vec![("scope", scope)];
    typed.extend(nodes.iter().map(|node| ("nodes[]", node.to_string())));
    typed
}

/// "All nodes" unless some are chosen.
pub(in crate::pages) fn scope_of(scope: &str, nodes: &[i64]) -> Scope {
    if scope == "nodes" {
        Scope::Nodes(nodes.iter().copied().map(NodeId).collect())
    } else {
        Scope::All
    }
}
