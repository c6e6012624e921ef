//! Two revisions, or a revision and the draft, beside each other; and the way back to the older one.

use backend::config::Revision;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::revisions::change::Changes;
use crate::pages::revisions::diff_view::TextDiff;
use crate::pages::revisions::kinds::{changes, text};
use crate::pages::revisions::screen::{Screen, Side};
use crate::request::{may, words};
use crate::widgets::Icon;

#[component]
pub(super) fn Compared(screen: Screen) -> impl IntoView {
    let words = words();
    let (from, to) = screen.compared.clone()?;
    let name = |side: &Side| match side {
        Side::Revision(revision) => words.revision_number(revision.row.number),
        Side::Draft(_) => words.draft().to_owned(),
    };
    let changes = changes(words, Some(from.content()), to.content());
    let back = may(Permission::Configure)
        .then(|| older(&screen, &to))
        .flatten();
    Some(view! {
        <section class="card" id="compare" aria-labelledby="compare-title">
            <h2 id="compare-title">{words.compare_title(&name(&from), &name(&to))}</h2>
            <Changes changes/>
            <details class="as-text">
                <summary>{words.as_text()}</summary>
                <TextDiff
                    left=text(from.content())
                    right=text(to.content())
                    left_title=name(&from)
                    right_title=name(&to)
                />
            </details>
            {back.map(|revision| view! { <RollBack screen revision/> })}
        </section>
    })
}

/// Nothing to roll back to: the draft, what is deployed, and what is newer than that.
fn older(screen: &Screen, to: &Side) -> Option<Revision> {
    let deployed = screen.view.deployed.as_ref()?;
    match to {
        Side::Revision(revision) if revision.row.number < deployed.row.number => {
            Some(revision.as_ref().clone())
        }
        _ => None,
    }
}

#[component]
fn RollBack(screen: Screen, revision: Revision) -> impl IntoView {
    let words = words();
    let number = revision.row.number;
    let what = match &screen.node {
        Some(looked) => format!("{} ({})", words.config_kind(screen.kind), looked.node.name),
        None => words.config_kind(screen.kind).to_owned(),
    };
    view! {
        <form method="post" action="/api/ui/revision_roll_back" class="roll-back" data-enhance="">
            <p class="hint">{words.roll_back_text(number)}</p>
            <button class="button danger" name="revision" value=revision.row.id.to_string()>
                <Icon name="undo"/>
                {words.roll_back_named(&what, number)}
            </button>
        </form>
    }
}
