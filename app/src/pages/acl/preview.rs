//! What is written, and what stands on each node.

use backend::config::{Content, NodeFound};
use domain::acl::AclLists;
use domain::acl::file::{FileError, render, write};
use domain::ids::NodeId;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::revisions::TextDiff;
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
pub(super) fn Preview(
    lists: AclLists,
    nodes: Vec<NodeFound>,
    /// The file of the node that is asked for.
    #[prop(optional_no_strip)]
    file: Option<String>,
    #[prop(optional_no_strip)] asked: Option<NodeId>,
) -> impl IntoView {
    let words = words();
    let name = nodes
        .iter()
        .find(|found| Some(found.node) == asked)
        .map(|found| found.name.clone());
    let written = name
        .zip(file)
        .map(|(name, file)| view! { <Written name file lists=lists.clone()/> });
    let xml = (!lists.is_empty()).then(|| {
        view! {
            <details class="card more" id="preview">
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
            {written}
        </section>
    }
}

/// A node's file as it is and as it would be, or why it cannot be written.
#[component]
fn Written(name: String, file: String, lists: AclLists) -> impl IntoView {
    let words = words();
    let title = words.preview_on(&name);
    let after = match write(&file, &lists) {
        Ok(after) => after,
        Err(error) => {
            let adopt = matches!(error, FileError::Conflicts(_));
            let adopt = adopt.then(|| view! { <Hint text=words.adopt_hint()/> });
            return view! {
                <h3 id="preview-node">{title}</h3>
                <p class="problem" role="alert">{words.preview_refused()}" "{error.to_string()}</p>
                {adopt}
            }
            .into_any();
        }
    };
    view! {
        <h3 id="preview-node">{title}</h3>
        <TextDiff left=file right=after left_title=words.before_value() right_title=words.after_value()/>
    }
    .into_any()
}

#[component]
fn Node(found: NodeFound, lists: AclLists) -> impl IntoView {
    let words = words();
    let name = found.name.clone();
    let state = match (found.problem, found.content) {
        (Some(problem), _) => view! { <Chip shade=Shade::Bad text=problem/> }.into_any(),
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
                    let href = format!("/acl?{own}preview={}#preview-node", found.node);
                    view! { <a href=href>{words.preview_link()}</a> }
                })}
            <span class="muted">{found.found_at.map(|at| view! { <Ago at/> })}</span>
        </li>
    }
}
