//! The one search box: an address leads to its page, a node's name to the node, an extension or a number
//! to its attacks; what may be either leads to a choice.

use backend::Backend;
use backend::attacks::{self, LineQuery};
use backend::nodes::{self, NodeName};
use domain::net::{NetError, Network};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::request::{go, query, require, words};
use crate::widgets::{Empty, Loaded, address, address_url};

#[component]
pub(crate) fn SearchPage() -> impl IntoView {
    let text = query("q").unwrap_or_default().trim().to_owned();
    let asked = text.clone();
    view! {
        <Frame title=words().search()>
            <Loaded load=find(asked) view=move |answers| view! { <Found text answers/> }/>
        </Frame>
    }
}

/// What the text may mean.
#[derive(Default)]
struct Answers {
    /// Its attacks, where it may be an extension or a number.
    attacks: Option<String>,
    nodes: Vec<NodeName>,
}

/// Goes on where there is one answer; else what there is to choose from.
async fn find(text: String) -> Result<Answers, AppError> {
    let (backend, _) = require(Permission::Read)?;
    match text.parse::<Network>() {
        Ok(network) | Err(NetError::HostBits { network }) => {
            go(&address_url(network));
            return Ok(Answers::default());
        }
        Err(NetError::Empty) => {
            go("/bans");
            return Ok(Answers::default());
        }
        Err(_) => {}
    }
    let mut nodes = nodes::names(&backend).await?;
    let dialed = |letter: char| letter.is_ascii_digit() || "+*#".contains(letter);
    let wanted = text.to_lowercase();
    nodes.retain(|node| node.name.contains(&wanted));
    let exact = nodes.iter().find(|node| node.name == wanted);
    if let Some(node) = exact {
        go(&format!("/nodes/{}", node.name));
        return Ok(Answers::default());
    }
    let is_tried = text.chars().all(dialed) || tried(&backend, &text).await?;
    let attacks = is_tried.then(|| address("/attacks", &[], &[("search", text)]));
    match (&attacks, &*nodes) {
        (Some(attacks), []) => go(attacks),
        (None, [node]) => go(&format!("/nodes/{}", node.name)),
        _ => {}
    }
    Ok(Answers { attacks, nodes })
}

/// Does a line name it as its extension or number? As far back as one page of the list looks.
async fn tried(backend: &Backend, text: &str) -> Result<bool, AppError> {
    let question = LineQuery {
        search: text.to_owned(),
        limit: 1,
        ..LineQuery::default()
    };
    Ok(!attacks::list(backend, &question).await?.rows.is_empty())
}

#[component]
fn Found(text: String, answers: Answers) -> impl IntoView {
    let words = words();
    let Answers { attacks, nodes } = answers;
    if attacks.is_none() && nodes.is_empty() {
        return view! {
            <h1 class="visually-hidden">{words.search()}</h1>
            <Empty icon="search" title=words.search_none(&text) text=words.search_none_text()/>
        }
        .into_any();
    }
    view! {
        <h1>{words.search_several(&text)}</h1>
        <ul class="card menu">
            {attacks.map(|href| view! { <li><a href=href>{words.search_attacks(&text)}</a></li> })}
            {nodes
                .into_iter()
                .map(|node| view! { <li><a href=format!("/nodes/{}", node.name)>{node.name.clone()}</a></li> })
                .collect_view()}
        </ul>
    }
    .into_any()
}
