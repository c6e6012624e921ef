//! The way of a line from log to firewall, with a remedy at each hop that is not good.

use backend::nodes::NodeRow;
use domain::health::{Hop, HopName, HopState};
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{Chip, Shade};

#[component]
pub(super) fn Hops(node: NodeRow) -> impl IntoView {
    let words = words();
    let worker = Step {
        name: words.hop_worker(),
        state: if node.connected {
            HopState::Good
        } else {
            HopState::Broken
        },
        detail: node
            .address
            .map(|address| address.to_string())
            .unwrap_or_default(),
        remedy: if node.revoked || !node.enrolled {
            words.fix_not_enrolled()
        } else {
            words.fix_worker()
        },
    };
    let connected = node.connected;
    let hops = node.health.map(|health| health.hops).unwrap_or_default();
    let missing = hops.is_empty();
    let steps = hops.into_iter().map(|hop| step(hop, connected));
    view! {
        <section class="card">
            <h2>{words.hops_title()}</h2>
            <p class="muted hops-text">{words.hops_text()}</p>
            <ol class="hops">
                {std::iter::once(worker).chain(steps).map(|step| view! { <StepLine step/> }).collect_view()}
            </ol>
            {missing.then(|| view! { <p class="muted">{words.no_health()}</p> })}
        </section>
    }
}

struct Step {
    name: &'static str,
    state: HopState,
    detail: String,
    remedy: &'static str,
}

/// What an away worker said last is not known to be true now.
fn step(hop: Hop, connected: bool) -> Step {
    let words = words();
    Step {
        name: words.hop(hop.name),
        state: if connected {
            hop.state
        } else {
            HopState::Unknown
        },
        // Where all is well, numbers stand among the facts, and a regular expression says nothing.
        detail: if hop.state == HopState::Good && !names_a_place(hop.name) {
            String::new()
        } else {
            words.because(&hop.detail)
        },
        remedy: words.hop_remedy(hop.name),
    }
}

/// Is the detail of this hop a path or a name?
fn names_a_place(hop: HopName) -> bool {
    !matches!(
        hop,
        HopName::Spool | HopName::JailFailregex | HopName::Firewall | HopName::Clock
    )
}

#[component]
fn StepLine(step: Step) -> impl IntoView {
    let words = words();
    let shade = match step.state {
        HopState::Good => Shade::Good,
        HopState::Unknown => Shade::Grey,
        HopState::Attention => Shade::Attention,
        HopState::Broken => Shade::Bad,
    };
    let needs_remedy = matches!(step.state, HopState::Attention | HopState::Broken);
    view! {
        <li>
            <Chip shade text=words.hop_state(step.state)/>
            <div>
                <p class="strong">{step.name}</p>
                {(!step.detail.is_empty()).then(|| view! { <p class="mono muted">{step.detail}</p> })}
                {needs_remedy
                    .then(|| {
                        view! { <p class="remedy"><span class="strong">{words.remedy()}": "</span>{step.remedy}</p> }
                    })}
            </div>
        </li>
    }
}
