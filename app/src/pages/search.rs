//! The one search box: an address leads to its page, a node's name to the node, an extension or a number
//! to its attacks.

use backend::nodes::{self, NodeName};
use domain::net::{NetError, Network};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::request::{go, query, require, words};
use crate::widgets::{Empty, Loaded, address_url};

#[component]
pub(crate) fn SearchPage() -> impl IntoView {
    let text = query("q").unwrap_or_default().trim().to_owned();
    let asked = text.clone();
    view! {
        <Frame title=words().search()>
            <Loaded load=find(asked) view=move |nodes| view! { <Found text nodes/> }/>
        </Frame>
    }
}

/// Goes on where there is one answer; else the nodes to choose from.
async fn find(text: String) -> Result<Vec<NodeName>, AppError> {
    let (backend, _) = require(Permission::Read)?;
    match text.parse::<Network>() {
        Ok(network) | Err(NetError::HostBits { network }) => {
            go(&address_url(network));
            return Ok(Vec::new());
        }
        Err(NetError::Empty) => {
            go("/bans");
            return Ok(Vec::new());
        }
        Err(_) => {}
    }
    let mut nodes = nodes::names(&backend).await?;
    let dialed = |letter: char| letter.is_ascii_digit() || "+*#".contains(letter);
    let wanted = text.to_lowercase();
    nodes.retain(|node| node.name.contains(&wanted));
    let exact = nodes.iter().find(|node| node.name == wanted);
    if let Some(node) = exact.or(nodes.first().filter(|_| nodes.len() == 1)) {
        go(&format!("/nodes/{}", node.name));
    } else if nodes.is_empty() && text.chars().all(dialed) {
        // An extension or a number.
        let search: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        go(&format!("/attacks?search={search}"));
    }
    Ok(nodes)
}

#[component]
fn Found(text: String, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    if nodes.is_empty() {
        return view! {
            <h1 class="visually-hidden">{words.search()}</h1>
            <Empty icon="search" title=words.search_none(&text) text=words.search_none_text()/>
        }
        .into_any();
    }
    view! {
        <h1>{words.search_several(&text)}</h1>
        <ul class="card menu">
            {nodes
                .into_iter()
                .map(|node| view! { <li><a href=format!("/nodes/{}", node.name)>{node.name.clone()}</a></li> })
                .collect_view()}
        </ul>
    }
    .into_any()
}
