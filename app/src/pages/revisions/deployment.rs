//! One deployment: each node's way, with the switch's own replies.

use backend::config::{self, DeploymentView};
use backend::nodes;
use domain::ids::DeploymentId;
use domain::role::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::revisions::kinds::page;
use crate::pages::revisions::progress::{BackFrom, Counts, Steps};
use crate::request::{require, words};
use crate::widgets::{Ago, Loaded};

#[component]
pub(crate) fn DeploymentPage() -> impl IntoView {
    let id = use_params_map()
        .read_untracked()
        .get("id")
        .and_then(|id| id.parse().ok())
        .map(DeploymentId);
    let title = id.map_or_else(String::new, |id| words().deployment(id.0));
    view! {
        <Frame title>
            <Loaded load=load(id) view=|(view, whose)| view! { <Screen view whose/> }/>
        </Frame>
    }
}

async fn load(id: Option<DeploymentId>) -> Result<(DeploymentView, Option<String>), AppError> {
    let (backend, _) = require(Permission::Read)?;
    let id = id.ok_or(AppError::NotFound)?;
    let view = config::deployment(&backend, id).await?;
    let view = view.ok_or(AppError::NotFound)?;
    let whose = match view.row.revision.line.node {
        None => None,
        Some(node) => nodes::names(&backend)
            .await?
            .into_iter()
            .find_map(|name| (name.id == node).then_some(name.name)),
    };
    Ok((view, whose))
}

#[component]
fn Screen(view: DeploymentView, #[prop(optional_no_strip)] whose: Option<String>) -> impl IntoView {
    let words = words();
    let row = view.row.clone();
    let line = row.revision.line;
    let path = page(line.kind);
    let href = match line.node {
        Some(node) => format!("{path}?node={node}"),
        None => path.to_owned(),
    };
    let whose = whose.map_or_else(
        || words.all_its_nodes().to_owned(),
        |name| words.own_of(&name),
    );
    view! {
        <header class="page-head">
            <h1>{words.deployment(row.id.0)}</h1>
            <Counts row=row.clone()/>
        </header>
        <section class="card">
            <dl class="facts">
                <dt>{words.what()}</dt>
                <dd><a href=href>{words.config_kind(line.kind)}</a>" · "{whose}</dd>
                <dt>{words.revision()}</dt>
                <dd>
                    <span class="strong">{row.revision.number.to_string()}</span>
                    " · "
                    {row.revision.message.clone()}
                    " "
                    <BackFrom row=row.clone()/>
                </dd>
                <dt>{words.who()}</dt>
                <dd>{row.actor.clone()}</dd>
                <dt>{words.started()}</dt>
                <dd><Ago at=row.created_at/></dd>
            </dl>
        </section>
        <section class="card">
            <h2>{words.progress()}</h2>
            <Steps kind=line.kind deployment=row.id nodes=view.nodes/>
        </section>
    }
}
