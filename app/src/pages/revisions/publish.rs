//! From draft to revision to nodes: one form, one main button.

use backend::config::{Follower, Revision};
use backend::nodes::NodeName;
use domain::config::Step;
use leptos::prelude::*;

use crate::pages::revisions::change::Changes;
use crate::pages::revisions::kinds::changes;
use crate::pages::revisions::line_screen::DraftProblem;
use crate::pages::revisions::screen::Screen;
use crate::request::words;
use crate::widgets::{Field, Hint, Icon, ScopeFields};

/// With a draft: what it changes, a message, where to. Without: the newest revision, where a node
/// does not have it yet.
#[component]
pub(super) fn Publish(screen: Screen, warnings: Vec<String>) -> impl IntoView {
    if screen.has_draft() {
        return view! { <SaveForm screen warnings/> }.into_any();
    }
    match undeployed(&screen) {
        Some(revision) => view! { <DeployForm screen revision/> }.into_any(),
        None => ().into_any(),
    }
}

/// The newest revision, where nobody rolled back from it and a node was never sent it.
fn undeployed(screen: &Screen) -> Option<Revision> {
    let newest = screen.view.newest.as_ref()?;
    let shall_have = |follower: &Follower| {
        follower
            .wanted
            .is_some_and(|held| held.revision == newest.row.id && held.step != Step::RolledBack)
    };
    // Taken back by every node: to be tried again there, not to be offered as if it were new.
    let taken_back = screen.latest.as_ref().is_some_and(|latest| {
        let mut nodes = latest.nodes.iter();
        latest.row.revision.id == newest.row.id
            && !latest.nodes.is_empty()
            && nodes.all(|node| node.step == Step::RolledBack)
    });
    let nodes = &screen.view.nodes;
    let missing = nodes.is_empty() || !nodes.iter().all(shall_have);
    let is_newest = screen
        .view
        .deployed
        .as_ref()
        .is_none_or(|deployed| deployed.row.number <= newest.row.number);
    (missing && is_newest && !taken_back).then(|| newest.clone())
}

#[component]
fn SaveForm(screen: Screen, warnings: Vec<String>) -> impl IntoView {
    let words = words();
    let draft = screen.view.draft.clone()?;
    let before = screen
        .view
        .deployed
        .as_ref()
        .or(screen.view.newest.as_ref());
    let changes = changes(
        words,
        before.map(|revision| &revision.content),
        &draft.content,
    );
    let back = screen.back.clone();
    Some(view! {
        <section class="card publish" id="publish" aria-labelledby="publish-title">
            <h2 id="publish-title">{words.publish_title()}</h2>
            <h3>{words.changes_of_draft()}</h3>
            <Changes changes/>
            <Warnings warnings/>
            <form method="post" action="/api/ui/draft_publish" class="form" data-enhance="">
                <LineFields screen=screen.clone()/>
                <input type="hidden" name="version" value=draft.version.to_string()/>
                <DraftProblem back=back.clone()/>
                <Field name="message" label=words.message() hint=words.message_hint() required=true max=500 back=back.clone()/>
                <Targets screen/>
                <Hint text=words.publish_text()/>
                <div class="buttons">
                    <button class="button primary" name="then" value="deploy"><Icon name="send"/>{words.publish()}</button>
                    <button class="button" name="then" value="save">{words.save_only()}</button>
                </div>
            </form>
        </section>
    })
}

#[component]
fn DeployForm(screen: Screen, revision: Revision) -> impl IntoView {
    let words = words();
    let number = revision.row.number;
    view! {
        <section class="card publish" id="publish" aria-labelledby="publish-title">
            <h2 id="publish-title">{words.deploy_title(number)}</h2>
            <form method="post" action="/api/ui/revision_deploy" class="form" data-enhance="">
                <input type="hidden" name="revision" value=revision.row.id.to_string()/>
                <Targets screen/>
                <Hint text=words.deploy_text()/>
                <div class="buttons">
                    <button class="button primary"><Icon name="send"/>{words.deploy_revision(number)}</button>
                </div>
            </form>
        </section>
    }
}

/// Unwise, but allowed.
#[component]
pub(super) fn Warnings(warnings: Vec<String>) -> impl IntoView {
    let words = words();
    (!warnings.is_empty()).then(|| {
        view! {
            <div class="warnings" role="note">
                <p class="strong"><Icon name="alert"/>{words.warnings()}</p>
                <ul>{warnings.into_iter().map(|warning| view! { <li>{warning}</li> }).collect_view()}</ul>
            </div>
        }
    })
}

/// Which line a form is about.
#[component]
pub(super) fn LineFields(screen: Screen) -> impl IntoView {
    let node = screen.view.line.node;
    view! {
        <input type="hidden" name="kind" value=screen.kind.as_str()/>
        {node.map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
    }
}

/// All nodes that follow the line, or some; a node's own line goes nowhere else.
#[component]
fn Targets(screen: Screen) -> impl IntoView {
    if screen.node.is_some() {
        return ().into_any();
    }
    let own = &screen.view.own;
    let nodes: Vec<NodeName> = screen
        .nodes
        .iter()
        .filter(|node| !own.iter().any(|(own, _)| *own == node.id))
        .cloned()
        .collect();
    view! { <ScopeFields nodes back=screen.back.clone()/> }.into_any()
}
