//! Which nodes the pages are about: all, or one. It lives in the address, as every filter.

use backend::nodes;
use leptos::prelude::*;

use crate::request::{backend, path, rescoped, scope, words};
use crate::widgets::Icon;

/// A menu of all nodes. Where a page knows no scope, it leads to the dashboard of the chosen node.
#[component]
pub(super) fn ScopeMenu() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                let names = nodes::names(&backend()).await.unwrap_or_default();
                (!names.is_empty()).then(|| view! { <Menu names/> })
            })}
        </Suspense>
    }
}

#[component]
fn Menu(names: Vec<nodes::NodeName>) -> impl IntoView {
    let words = words();
    let path = path();
    let page_of = path.strip_prefix("/nodes/").map(str::to_owned);
    let current = names
        .iter()
        .find(|node| Some(node.id) == scope() || Some(&node.name) == page_of.as_ref())
        .cloned();
    let all = match path.as_str() {
        "/attacks" | "/bans" | "/bans/history" | "/whitelist" | "/rules" | "/acl"
        | "/acl/profiles" | "/jail" => path.clone(),
        path if path.starts_with("/nodes") => "/nodes".to_owned(),
        _ => "/".to_owned(),
    };
    let on_nodes = all == "/nodes";
    let here = all.clone();
    let all = rescoped(&all, None);
    let to = move |node: &nodes::NodeName| {
        if on_nodes {
            format!("/nodes/{}", node.name)
        } else {
            rescoped(&here, Some(node.id))
        }
    };
    let label = current
        .as_ref()
        .map_or_else(|| words.all_nodes().to_owned(), |node| node.name.clone());
    let is_current = |node: Option<&nodes::NodeName>| {
        (node.map(|node| node.id) == current.as_ref().map(|node| node.id)).then_some("true")
    };
    let links = names
        .iter()
        .map(|node| {
            let away = (!node.connected).then(|| words.away());
            view! {
                <li>
                    <a href=to(node) aria-current=is_current(Some(node))>
                        <span class="cut">{node.name.clone()}</span>
                        {away.map(|away| view! { <span class="chip grey">{away}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="dropdown scope" id="scope">
            <summary class="button" aria-label=words.scope_of(&label) title=words.scope()>
                <Icon name="server"/>
                <span class="cut">{label.clone()}</span>
                <Icon name="down"/>
            </summary>
            <ul class="dropdown-panel menu">
                <li><a href=all aria-current=is_current(None)>{words.all_nodes()}</a></li>
                {links}
            </ul>
        </details>
    }
}
