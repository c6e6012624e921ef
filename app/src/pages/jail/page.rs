//! The jail page.

use backend::config::{self, NodeFound};
use domain::config::Kind;
use domain::jail::JailConfig;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::jail::editor::{Editor, Sentence, warnings};
use crate::pages::jail::node_table::NodeTable;
use crate::pages::revisions::{LineScreen, Screen, load as load_line};
use crate::request::{FormBack, form_back, may, require, scope, words};
use crate::widgets::Loaded;

#[component]
pub(crate) fn JailPage() -> impl IntoView {
    view! {
        <Frame title=words().jail_page()>
            <Loaded load=load() view=|found| view! { <Page found/> }/>
        </Frame>
    }
}

struct Found {
    screen: Screen,
    nodes: Vec<NodeFound>,
    back: Option<FormBack>,
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let mut nodes = config::found(&backend, Kind::Jail).await?;
    nodes.retain(|found| scope().is_none_or(|node| node == found.node));
    Ok(Found {
        screen: load_line(&backend, Kind::Jail).await?,
        nodes,
        back: form_back("jail").await,
    })
}

#[component]
fn Page(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        screen,
        nodes,
        back,
    } = found;
    // Before the first revision: what a new node gets.
    let config = screen.jail().cloned().unwrap_or_else(JailConfig::default);
    let warnings = warnings(words, &config);
    let editor = may(Permission::Configure).then(|| {
        let (screen, config) = (screen.clone(), config.clone());
        view! { <Editor screen config back/> }
    });
    view! {
        <LineScreen screen text=words.jail_text() warnings on_nodes=view! { <NodeTable nodes/> }.into_any()>
            <Sentence config/>
            {editor}
        </LineScreen>
    }
}
