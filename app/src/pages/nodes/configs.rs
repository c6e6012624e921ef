//! What a node shall have of each kind of configuration, and where that stands.

use backend::config::NodeKind;
use leptos::prelude::*;

use crate::pages::revisions::{DriftChip, StepChip, page};
use crate::request::words;
use crate::widgets::{Ago, Chip, Hint, Shade};

#[component]
pub(super) fn Configs(kinds: Vec<NodeKind>) -> impl IntoView {
    let words = words();
    let lines: Vec<_> = kinds
        .into_iter()
        .map(|kind| view! { <Line kind/> })
        .collect();
    let body = if lines.is_empty() {
        view! { <Hint text=words.configs_empty()/> }.into_any()
    } else {
        view! { <ul class="lines configs">{lines}</ul> }.into_any()
    };
    view! {
        <section class="card">
            <h2>{words.configuration()}</h2>
            {body}
        </section>
    }
}

#[component]
fn Line(kind: NodeKind) -> impl IntoView {
    let words = words();
    let wanted = kind.wanted.map(|held| {
        view! {
            <a href=format!("/deployments/{}", held.deployment)>{words.revision_number(held.number)}</a>
        }
    });
    view! {
        <li>
            <a class="strong" href=page(kind.kind)>{words.config_kind(kind.kind)}</a>
            {match wanted {
                Some(wanted) => wanted.into_any(),
                None => view! { <span class="muted">{words.not_deployed()}</span> }.into_any(),
            }}
            {kind.own.then(|| view! { <span class="muted">{words.own_settings()}</span> })}
            <span class="chips">
                {kind.step.map(|node| view! { <StepChip node/> })}
                {kind.drift_since.map(|_| view! { <DriftChip kind=kind.kind/> })}
                {kind.problem.map(|problem| view! { <Chip shade=Shade::Bad text=words.because(&problem) title=words.file_problem()/> })}
            </span>
            {kind.found_at.map(|at| view! { <span class="muted">{words.read_at()}" "<Ago at/></span> })}
        </li>
    }
}
