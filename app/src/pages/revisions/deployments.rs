//! Every deployment, the newest first.

use backend::config::{self, DeploymentRow};
use backend::nodes::{self, NodeName};
use domain::ids::DeploymentId;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::revisions::progress::{BackFrom, Counts};
use crate::request::{query, require, words};
use crate::widgets::{Ago, Empty, Loaded};

/// As many as one page has.
const PAGE: usize = 100;

#[component]
pub(crate) fn DeploymentsPage() -> impl IntoView {
    view! {
        <Frame title=words().deployments()>
            <Loaded load=load() view=|(rows, nodes)| view! { <Screen rows nodes/> }/>
        </Frame>
    }
}

async fn load() -> Result<(Vec<DeploymentRow>, Vec<NodeName>), AppError> {
    let (backend, _) = require(Permission::Read)?;
    let before = query("before").and_then(|id| id.parse().ok());
    let rows = config::all_deployments(&backend, before.map(DeploymentId)).await?;
    Ok((rows, nodes::names(&backend).await?))
}

#[component]
fn Screen(rows: Vec<DeploymentRow>, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    view! {
        <header class="page-head">
            <h1>{words.deployments()}</h1>
            <p class="muted">{words.deployments_text()}</p>
        </header>
        {if rows.is_empty() {
            view! { <Empty icon="send" title=words.deployments_empty_title() text=words.deployments_empty_text()/> }
                .into_any()
        } else {
            view! { <Rows rows nodes/> }.into_any()
        }}
    }
}

#[component]
fn Rows(rows: Vec<DeploymentRow>, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    let older = rows.last().filter(|_| rows.len() >= PAGE);
    let older = older.map(|row| format!("/deployments?before={}", row.id));
    let lines = rows.into_iter().map(|row| {
        let whose = row.revision.line.node.map_or_else(
            || words.all_its_nodes().to_owned(),
            |id| {
                let node = nodes.iter().find(|node| node.id == id);
                words.own_of(node.map_or("", |node| &node.name))
            },
        );
        view! { <Row row whose/> }
    });
    let lines = lines.collect_view();
    view! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.deployment_short()}</th>
                        <th>{words.what()}</th>
                        <th>{words.revision()}</th>
                        <th>{words.message()}</th>
                        <th>{words.who()}</th>
                        <th>{words.started()}</th>
                        <th>{words.progress()}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
        <nav class="pager" aria-label=words.deployments()>
            {query("before").map(|_| view! { <a class="button" href="/deployments" data-enhance="">{words.newest()}</a> })}
            {older.map(|href| view! { <a class="button" href=href data-enhance="">{words.older()}</a> })}
        </nav>
    }
}

#[component]
fn Row(row: DeploymentRow, whose: String) -> impl IntoView {
    let words = words();
    let id = row.id.to_string();
    view! {
        <tr data-key=id.clone() tabindex="0">
            <td class="nowrap" data-label=words.deployment_short()>
                <a class="strong" href=format!("/deployments/{id}") data-open="">{words.deployment(row.id.0)}</a>
            </td>
            <td data-label=words.what()>{words.config_kind(row.revision.line.kind)}" "<span class="muted">{whose}</span></td>
            <td class="nowrap" data-label=words.revision()>{row.revision.number.to_string()}" "<BackFrom row=row.clone()/></td>
            <td data-label=words.message()><span class="clamp" title=row.revision.message.clone()>{row.revision.message.clone()}</span></td>
            <td class="nowrap" data-label=words.who()>{row.actor.clone()}</td>
            <td class="nowrap" data-label=words.started()><Ago at=row.created_at/></td>
            <td data-label=words.progress()><Counts row=row.clone()/></td>
        </tr>
    }
}
