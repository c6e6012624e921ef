//! Nodes that somebody has changed by hand: since when, how, and whose version shall hold.

use backend::config::{Content, DriftRow, FoundLingering};
use domain::config::Kind;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::revisions::change::Changes;
use crate::pages::revisions::diff_view::TextDiff;
use crate::pages::revisions::kinds::{changes, page, text};
use crate::request::{may, words};
use crate::widgets::{Ago, Icon};

/// Each as a banner that opens.
#[component]
pub(super) fn Drifts(drifts: Vec<DriftRow>) -> impl IntoView {
    (!drifts.is_empty()).then(|| {
        view! {
            <div class="drifts" id="drift">
                {drifts.into_iter().map(|drift| view! { <Drift drift/> }).collect_view()}
            </div>
        }
    })
}

#[component]
fn Drift(drift: DriftRow) -> impl IntoView {
    let words = words();
    // What the files say and what is in force may differ from ours, and from each other.
    let places = [
        (drift.theirs.clone(), words.in_the_file()),
        (drift.running.clone(), words.in_force()),
    ];
    let theirs = places
        .into_iter()
        .filter_map(|(content, place)| Some((content?, place)))
        .filter(|(content, _)| !drift.ours.content.agrees(content))
        .map(|(content, place)| (content, format!("{} ({place})", words.drift_theirs())));
    let theirs: Vec<_> = theirs.collect();
    let number = words.revision_number(drift.ours.row.number);
    let key = format!("{}-{}", drift.kind.as_str(), drift.node);
    let ours = drift.ours.content.clone();
    let (said, said_of) = match (&drift.problem, &drift.loaded) {
        (Some(problem), _) => (Some(problem), words.in_the_file()),
        (None, loaded) => (loaded.as_ref(), words.in_force()),
    };
    let said = said.map(|reason| words.because(reason));
    let text = if drift.problem.is_some() {
        words.drift_unreadable()
    } else if only_loaded(&drift) {
        words.drift_loaded()
    } else {
        words.drift_text()
    };
    view! {
        <section class="drift" data-key=key>
            <p class="drift-title">
                <Icon name="alert"/>
                <span class="strong">{words.drift_title(&drift.name)}</span>
                <span class="muted">{words.drift_since()}" "<Ago at=drift.since/></span>
            </p>
            <p>{text}</p>
            {said.map(|said| view! { <p><span class="muted">{said_of}": "</span><span class="mono breaks">{said}</span></p> })}
            {drift.lingering.iter().map(|found| view! { <p class="breaks">{lingers(found)}</p> }).collect_view()}
            {theirs
                .into_iter()
                .map(|(theirs, title)| view! { <Difference ours=ours.clone() theirs title number=number.clone()/> })
                .collect_view()}
            {may(Permission::Configure).then(|| view! { <Choice drift/> })}
        </section>
    }
}

/// The files are as deployed: only what the switch has loaded is not.
fn only_loaded(drift: &DriftRow) -> bool {
    let agrees = |there: &Content| drift.ours.content.agrees(there);
    drift.loaded.is_some()
        && drift.problem.is_none()
        && drift.theirs.as_ref().is_some_and(agrees)
        && drift.running.as_ref().is_none_or(agrees)
}

/// With the place in the node's file.
pub(in crate::pages) fn lingers(found: &FoundLingering) -> String {
    let FoundLingering { path, what } = found;
    format!("{path}:{} {}", what.place.line, words().lingers(what))
}

#[component]
fn Difference(ours: Content, theirs: Content, title: String, number: String) -> impl IntoView {
    let words = words();
    let changes = changes(words, Some(&ours), &theirs);
    let ours_title = format!("{} ({number})", words.drift_ours());
    view! {
        <Changes changes before=ours_title.clone() after=title.clone()/>
        <details class="as-text">
            <summary>{words.as_text()}</summary>
            <TextDiff left=text(&ours) right=text(&theirs) left_title=ours_title right_title=title/>
        </details>
    }
}

/// Both name the node.
#[component]
fn Choice(drift: DriftRow) -> impl IntoView {
    let words = words();
    let kind = drift.kind.as_str();
    let node = drift.node.to_string();
    // What the switch has loaded cannot be taken: it stands in no file.
    let loaded = only_loaded(&drift);
    let readable = drift.theirs.is_some() && !loaded;
    let put_ours = if loaded {
        (words.load_ours_named(&drift.name), words.load_ours_text())
    } else {
        (words.put_ours_named(&drift.name), words.put_ours_text())
    };
    let button = |action: &'static str, class: &'static str, text: String, hint: &'static str| {
        view! {
            <form method="post" action=action data-enhance="">
                <input type="hidden" name="kind" value=kind/>
                <button class=class name="node" value=node.clone()>{text}</button>
                <span class="hint">{hint}</span>
            </form>
        }
    };
    view! {
        <div class="choice-of-two">
            {button("/api/ui/drift_put_ours", "button primary", put_ours.0, put_ours.1)}
            {readable
                .then(|| button("/api/ui/drift_take_theirs", "button", words.take_theirs_named(&drift.name), words.take_theirs_text()))}
        </div>
    }
}

/// On the list of nodes and a node's page: leads to where it is decided.
#[component]
pub(in crate::pages) fn DriftChip(kind: Kind) -> impl IntoView {
    let words = words();
    let text = words.drift_of(words.config_kind(kind));
    view! {
        <a class="chip attention" href=format!("{}#drift", page(kind))>
            <Icon name="alert"/>
            {text}
        </a>
    }
}
