//! Which line is looked at, its newest revision, and whether something is being edited.

use backend::config::{Draft, RevisionRow};
use domain::config::Kind;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::revisions::screen::Screen;
use crate::request::{may, words};
use crate::widgets::{Ago, Chip, Shade};

#[component]
pub(super) fn LineHead(screen: Screen) -> impl IntoView {
    let words = words();
    let view = &screen.view;
    let names = |own: &[(domain::ids::NodeId, String)]| {
        let names: Vec<&str> = own.iter().map(|(_, name)| name.as_str()).collect();
        names.join(", ")
    };
    let whose = match &screen.node {
        None if view.own.is_empty() => words.line_all().to_owned(),
        None => words.line_all_but(&names(&view.own)),
        Some(looked) if looked.own => words.line_own(&looked.node.name),
        Some(looked) => words.line_follows(&looked.node.name),
    };
    let newest = view.newest.as_ref().map(|newest| newest.row.clone());
    let on_nodes = view.deployed.as_ref().map(|deployed| deployed.row.clone());
    let on_nodes = on_nodes.filter(|row| newest.as_ref().is_some_and(|newest| newest.id != row.id));
    let follows = screen.node.as_ref().is_some_and(|looked| looked.own);
    let configures = may(Permission::Configure);
    view! {
        <section class="card line-head">
            <p>{whose}</p>
            <div class="line-state">
                {match newest {
                    Some(row) => view! { <Newest row/> }.into_any(),
                    None => {
                        view! {
                            <p><span class="strong">{words.no_revision()}</span>" "<span class="muted">{words.no_revision_text()}</span></p>
                        }
                            .into_any()
                    }
                }}
                {on_nodes.map(|row| view! {
                    <p><Chip shade=Shade::Attention icon="undo" text=words.deployed_is(row.number)/>" "<span class="breaks">{row.message}</span></p>
                })}
                {view.draft.clone().map(|draft| view! { <DraftState draft kind=screen.kind node=view.line.node.map(|node| node.0)/> })}
                {(follows && configures).then(|| view! { <FollowAll screen=screen.clone()/> })}
            </div>
        </section>
    }
}

#[component]
fn Newest(row: RevisionRow) -> impl IntoView {
    let words = words();
    view! {
        <p>
            <span class="strong">{words.revision_number(row.number)}</span>
            " · "
            <span class="breaks">{row.message}</span>
            " "
            <span class="muted">{row.actor}" · "<Ago at=row.created_at/></span>
        </p>
    }
}

/// Who edits, since when, and the way back.
#[component]
fn DraftState(
    draft: Draft,
    kind: Kind,
    #[prop(optional_no_strip)] node: Option<i64>,
) -> impl IntoView {
    let words = words();
    view! {
        <div class="draft-state">
            <Chip shade=Shade::Attention icon="edit" text=words.unsaved_draft()/>
            <span class="muted">{words.draft_by(&draft.actor)}" "<Ago at=draft.updated_at/></span>
            {may(Permission::Configure)
                .then(|| {
                    view! {
                        <details class="ask">
                            <summary class="button small">{words.discard_draft()}</summary>
                            // Not by fetch: what was typed into the editor goes, too.
                            <form method="post" action="/api/ui/draft_discard">
                                <p class="hint">{words.discard_draft_text()}</p>
                                <input type="hidden" name="kind" value=kind.as_str()/>
                                <input type="hidden" name="version" value=draft.version.to_string()/>
                                {node.map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
                                <button class="button small danger">{words.discard_draft()}</button>
                            </form>
                        </details>
                    }
                })}
        </div>
    }
}

/// A node gives its own line up.
#[component]
fn FollowAll(screen: Screen) -> impl IntoView {
    let words = words();
    let looked = screen.node?;
    Some(view! {
        <details class="ask">
            <summary class="button small">{words.follow_all()}</summary>
            <form method="post" action="/api/ui/own_line_drop">
                <p class="hint">{words.follow_all_text(&looked.node.name)}</p>
                <input type="hidden" name="kind" value=screen.kind.as_str()/>
                <button class="button small danger" name="node" value=looked.node.id.to_string()>
                    {words.follow_all_named(&looked.node.name)}
                </button>
            </form>
        </details>
    })
}
