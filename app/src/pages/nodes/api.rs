//! Server functions of the node pages.

use backend::links::{self, Form};
use backend::nodes::{self, EnrolCode};
use domain::ids::NodeId;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::{answer, refuse};
use crate::request::{Flash, Reveal, flash, go, require, words};

/// Adds a node and shows its enrolment command once.
#[server(prefix = "/api/ui", endpoint = "node_add")]
async fn node_add(name: String) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    match nodes::add(&backend, &actor, &name).await {
        Ok(code) => show_code(code, words().node_added(name.trim())).await,
        Err(error) => refuse(error, "/nodes", ("node", vec![("name", name)])).await,
    }
}

/// A new one-time code for a node; the old one is void.
#[server(prefix = "/api/ui", endpoint = "node_code")]
async fn node_code(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    match nodes::new_code(&backend, &actor, NodeId(id)).await {
        Ok(code) => show_code(code, words().new_code().to_owned()).await,
        Err(error) => refuse(error, "/nodes", ("code", Vec::new())).await,
    }
}

async fn show_code(code: EnrolCode, text: String) -> Result<(), AppError> {
    let mut message = Flash::good(text);
    message.reveal = Some(Reveal {
        node: code.name.clone(),
        code: code.code,
    });
    flash(message).await;
    go(&format!("/nodes/{}", code.name));
    Ok(())
}

/// Shuts a worker out at once.
#[server(prefix = "/api/ui", endpoint = "node_revoke")]
async fn node_revoke(id: i64, name: String) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    let result = nodes::revoke(&backend, &actor, NodeId(id)).await;
    answer(result, "/nodes", ("revoke", Vec::new()), |()| {
        Flash::good(words().node_revoked(&name))
    })
    .await
}

/// Removes a node and its history.
#[server(prefix = "/api/ui", endpoint = "node_remove")]
async fn node_remove(id: i64, name: String) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    match nodes::remove(&backend, &actor, NodeId(id)).await {
        Ok(()) => {
            flash(Flash::good(words().node_removed(&name))).await;
            go("/nodes");
            Ok(())
        }
        Err(error) => refuse(error, "/nodes", ("remove", Vec::new())).await,
    }
}

/// Lets the node's worker write the `cti` jail and filter files.
#[server(prefix = "/api/ui", endpoint = "node_install_jail")]
async fn node_install_jail(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    let result = nodes::install_jail(&backend, &actor, NodeId(id)).await;
    answer(result, "/nodes", ("jail", Vec::new()), |_| {
        Flash::good(words().jail_ordered())
    })
    .await
}

/// Sets where a node's Event Socket is and how to sign in there.
#[server(prefix = "/api/ui", endpoint = "node_link_set")]
async fn node_link_set(
    id: i64,
    host: String,
    port: String,
    user: String,
    password: String,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    let typed = [("host", &host), ("port", &port), ("user", &user)];
    let typed = typed.map(|(name, text)| (name, text.clone())).to_vec();
    let form = Form {
        host,
        port,
        user,
        password,
    };
    let result = links::set(&backend, &actor, NodeId(id), &form).await;
    answer(result, "/nodes", ("link", typed), |()| {
        Flash::good(words().link_saved())
    })
    .await
}

/// Forgets a node's Event Socket and its password.
#[server(prefix = "/api/ui", endpoint = "node_link_remove")]
async fn node_link_remove(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Nodes)?;
    let result = links::remove(&backend, &actor, NodeId(id)).await;
    answer(result, "/nodes", ("link", Vec::new()), |()| {
        Flash::good(words().link_removed())
    })
    .await
}
