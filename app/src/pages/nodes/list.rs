//! All nodes.

use std::collections::HashSet;

use backend::config::{self, DriftRow};
use backend::links;
use backend::nodes::{self, NodeRow};
use domain::health::HopState;
use domain::ids::NodeId;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::nodes::add_form::AddForm;
use crate::pages::revisions::DriftChip;
use crate::request::{FormBack, form_back, may, require, words};
use crate::widgets::{Ago, Chip, Empty, Loaded, Shade, grouped};

#[component]
pub(crate) fn NodesPage() -> impl IntoView {
    view! {
        <Frame title=words().nodes()>
            <Loaded load=load() view=|found| view! { <Screen found/> }/>
        </Frame>
    }
}

struct Found {
    nodes: Vec<NodeRow>,
    drifts: Vec<DriftRow>,
    /// Their switches are not connected.
    down: HashSet<NodeId>,
    back: Option<FormBack>,
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    Ok(Found {
        nodes: nodes::list(&backend).await?,
        drifts: config::drifts(&backend).await?,
        down: links::down(&backend).await?.into_iter().collect(),
        back: form_back("node").await,
    })
}

#[component]
fn Screen(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        nodes,
        drifts,
        down,
        back,
    } = found;
    view! {
        <header class="page-head">
            <h1>{words.nodes()}</h1>
            <p class="muted">{words.nodes_text()}</p>
            {may(Permission::Nodes).then(|| view! { <AddForm back open=nodes.is_empty()/> })}
        </header>
        {if nodes.is_empty() {
            view! { <Empty icon="server" title=words.nodes_empty_title() text=words.nodes_empty_text()/> }
                .into_any()
        } else {
            view! { <NodeTable nodes drifts down/> }.into_any()
        }}
    }
}

#[component]
fn NodeTable(nodes: Vec<NodeRow>, drifts: Vec<DriftRow>, down: HashSet<NodeId>) -> impl IntoView {
    let words = words();
    let rows = nodes.into_iter().map(|node| {
        let drifts = drifts.iter().filter(|drift| drift.node == node.id);
        view! { <Row drifts=drifts.cloned().collect() switch_down=down.contains(&node.id) node/> }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.node()}</th>
                        <th>{words.worker()}</th>
                        <th>{words.health()}</th>
                        <th class="number">{words.bans_here()}</th>
                        <th class="number">{words.attacks_last_hour()}</th>
                        <th class="number">{words.waiting_orders()}</th>
                        <th>{words.last_seen()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(node: NodeRow, drifts: Vec<DriftRow>, switch_down: bool) -> impl IntoView {
    let words = words();
    let seen = match node.seen_at {
        Some(at) => view! { <Ago at/> }.into_any(),
        None => words.never().into_any(),
    };
    view! {
        <tr data-key=node.id.to_string() tabindex="0">
            <td data-label=words.node()>
                <a class="strong breaks" href=format!("/nodes/{}", node.name) data-open="">{node.name.clone()}</a>
            </td>
            <td data-label=words.worker()><WorkerChip node=node.clone()/></td>
            <td data-label=words.health()>
                <span class="chips">
                    <HealthChip node=node.clone()/>
                    {switch_down.then(|| view! { <Chip shade=Shade::Bad text=words.switch_away()/> })}
                    {drifts.into_iter().map(|drift| view! { <DriftChip kind=drift.kind/> }).collect_view()}
                </span>
            </td>
            <td class="number" data-label=words.bans_here()><a href=format!("/bans?node={}", node.id)>{grouped(node.bans)}</a></td>
            <td class="number" data-label=words.attacks_last_hour()>{grouped(node.attacks_last_hour)}</td>
            <td class="number" data-label=words.waiting_orders()>{grouped(node.waiting_orders)}</td>
            <td class="nowrap" data-label=words.last_seen()>{seen}</td>
        </tr>
    }
}

/// Is its worker there?
#[component]
pub(super) fn WorkerChip(node: NodeRow) -> impl IntoView {
    let words = words();
    let (shade, text) = if node.revoked {
        (Shade::Grey, words.revoked())
    } else if !node.enrolled {
        (Shade::Grey, words.waiting_for_worker())
    } else if node.connected {
        (Shade::Good, words.connected())
    } else {
        (Shade::Attention, words.away())
    };
    view! { <Chip shade text/> }
}

/// The worst hop, by name.
#[component]
pub(super) fn HealthChip(node: NodeRow) -> impl IntoView {
    let words = words();
    let hops = node.health.map(|health| health.hops).unwrap_or_default();
    let worst = hops
        .into_iter()
        .filter(|hop| hop.state != HopState::Good)
        .max_by(|a, b| a.state.cmp(&b.state).then(b.name.cmp(&a.name)));
    let (shade, text) = match (node.health_at, node.connected, worst) {
        (None, ..) | (_, false, _) => (Shade::Grey, words.unknown().to_owned()),
        (_, _, None) => (Shade::Good, words.all_good().to_owned()),
        (_, _, Some(hop)) => {
            let shade = match hop.state {
                HopState::Broken => Shade::Bad,
                HopState::Attention => Shade::Attention,
                HopState::Good | HopState::Unknown => Shade::Grey,
            };
            (
                shade,
                format!("{}: {}", words.hop_state(hop.state), words.hop(hop.name)),
            )
        }
    };
    view! { <Chip shade text/> }
}
