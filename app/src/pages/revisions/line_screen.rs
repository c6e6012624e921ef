//! A page of configuration, but for its editor.

use leptos::prelude::*;

use crate::pages::revisions::compare::Compared;
use crate::pages::revisions::drift::Drifts;
use crate::pages::revisions::head::LineHead;
use crate::pages::revisions::history::History;
use crate::pages::revisions::preview::Preview;
use crate::pages::revisions::progress::Latest;
use crate::pages::revisions::publish::Publish;
use crate::pages::revisions::screen::Screen;
use crate::request::{FormBack, may, words};
use domain::role::Permission;

/// Head, drift, the page's own editor, saving and deploying, progress, history.
#[component]
pub(in crate::pages) fn LineScreen(
    screen: Screen,
    /// One sentence under the title.
    text: &'static str,
    /// What an admin should know before deploying.
    #[prop(default = Vec::new())]
    warnings: Vec<String>,
    /// What the nodes really have; stands after how the last deployment fares.
    #[prop(optional)]
    on_nodes: Option<AnyView>,
    /// The editor.
    children: Children,
) -> impl IntoView {
    let words = words();
    let configures = may(Permission::Configure);
    view! {
        <header class="page-head">
            <h1>{words.config_kind(screen.kind)}</h1>
            <p class="muted">{text}</p>
        </header>
        <Drifts drifts=screen.drifts.clone()/>
        <LineHead screen=screen.clone()/>
        {children()}
        {configures.then(|| view! { <Publish screen=screen.clone() warnings/> })}
        {configures.then(|| view! { <Preview screen=screen.clone()/> })}
        <Latest screen=screen.clone()/>
        {on_nodes}
        <Compared screen=screen.clone()/>
        <History screen/>
    }
}

/// Hidden fields of an editor's form: which line it edits, and which version of the draft was shown.
/// The browser keeps the version while something is typed, so that a slower editor is refused.
#[component]
pub(in crate::pages) fn DraftFields(
    screen: Screen,
    /// The editor's form, if it was refused.
    #[prop(optional_no_strip)]
    back: Option<FormBack>,
) -> impl IntoView {
    let version = screen.view.draft.as_ref().map(|draft| draft.version);
    let node = screen.view.line.node;
    view! {
        <input
            type="hidden"
            name="version"
            value=version.map(|version| version.to_string()).unwrap_or_default()
            data-base=""
        />
        {node.map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
        <DraftProblem back/>
    }
}

/// Somebody else was faster. While it is said, the form keeps what was typed.
#[component]
pub(super) fn DraftProblem(#[prop(optional_no_strip)] back: Option<FormBack>) -> impl IntoView {
    let back = back.filter(|form| ["draft", "node"].contains(&form.field.as_str()))?;
    Some(view! { <div class="field"><p class="problem" role="alert">{back.problem}</p></div> })
}
