//! What is written, and what stands on each node.

use backend::config::{Content, NodeFound};
use domain::acl::AclLists;
use domain::acl::file::render;
use domain::role::Permission;
use leptos::prelude::*;

use crate::request::{may, scope, words};
use crate::widgets::{Ago, Chip, Hint, Shade};

/// Most lines of our part that are shown.
const LINES: usize = 300;

fn shown(lists: &AclLists) -> String {
    let text = render(lists);
    let lines: Vec<&str> = text.lines().take(LINES).collect();
    lines.join("\n")
}

/// Of our part, about.
fn lines(lists: &AclLists) -> usize {
    lists
        .iter()
        .map(|list| list.entries.len() + 2)
        .sum::<usize>()
        + 2
}

#[component]
pub(super) fn Preview(lists: AclLists, nodes: Vec<NodeFound>) -> impl IntoView {
    let words = words();
    let xml = (!lists.is_empty()).then(|| {
        view! {
            <details class="card more" id="section">
                <summary>{words.acl_preview()}</summary>
                <Hint text=words.acl_preview_text()/>
                <pre class="file">{shown(&lists)}</pre>
                {(lines(&lists) > LINES).then(|| view! { <Hint text=words.more_not_shown()/> })}
            </details>
        }
    });
    let none = nodes.is_empty();
    view! {
        {xml}
        <section class="card" aria-labelledby="acl-nodes-title">
            <h2 id="acl-nodes-title">{words.acl_nodes_title()}</h2>
            {none.then(|| view! { <Hint text=words.acl_nodes_none()/> })}
            <ul class="configs">
                {nodes.into_iter().map(|found| view! { <Node found lists=lists.clone()/> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Node(found: NodeFound, lists: AclLists) -> impl IntoView {
    let words = words();
    let name = found.name.clone();
    let state = match (found.problem, found.content) {
        (Some(problem), _) => {
            view! { <Chip shade=Shade::Bad text=words.because(&problem)/> }.into_any()
        }
        (None, Some(Content::Acl(held))) => {
            let names: Vec<String> = held.iter().map(|list| list.name.to_string()).collect();
            let same = held == lists;
            view! {
                <span class="mono breaks">{names.join(", ")}</span>
                {(!same).then(|| view! { <Chip shade=Shade::Attention icon="edit" text=words.differs()/> })}
            }
            .into_any()
        }
        (None, _) => view! { <span class="muted">{words.acl_nothing_ours()}</span> }.into_any(),
    };
    view! {
        <li>
            <a class="strong" href=format!("/nodes/{name}")>{name.clone()}</a>
            {state}
            {may(Permission::Configure)
                .then(|| {
                    let own = scope().map(|node| format!("node={node}&")).unwrap_or_default();
                    let href = format!("/acl?{own}preview={}#preview", found.node);
                    view! { <a href=href>{words.preview_link()}</a> }
                })}
            <span class="muted">{found.found_at.map(|at| view! { <Ago at/> })}</span>
        </li>
    }
}
