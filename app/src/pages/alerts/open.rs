//! What is wrong now.

use backend::alerts::{OpenAlert, sentence};
use domain::alert::Fact;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{Ago, Chip, Hint, Linked, Shade};

#[component]
pub(super) fn Open(open: Vec<OpenAlert>) -> impl IntoView {
    let words = words();
    let content = if open.is_empty() {
        view! { <Hint text=words.open_alerts_none()/> }.into_any()
    } else {
        let rows = open.into_iter().map(|alert| view! { <Row alert/> });
        view! {
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.alert_rule()}</th>
                            <th>{words.alert_what()}</th>
                            <th>{words.alert_since()}</th>
                            <th>{words.alert_told()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" id="open" aria-labelledby="open-title">
            <h2 id="open-title">{words.open_alerts()}</h2>
            {content}
        </section>
    }
}

#[component]
fn Row(alert: OpenAlert) -> impl IntoView {
    let words = words();
    let kind = alert.fact.kind();
    let text = sentence(words.language(), &alert.fact);
    let networks = match &alert.fact {
        Fact::BanNotEffective { networks, .. } => networks
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect(),
        _ => Vec::new(),
    };
    let told = match alert.told {
        Some(at) => view! { <Ago at/> }.into_any(),
        None => words.alert_not_told().into_any(),
    };
    view! {
        <tr data-key=format!("{} {}", kind.as_str(), alert.subject)>
            <td data-label=words.alert_rule()>
                <Chip shade=Shade::Bad text=words.alert_kind(kind)/>
            </td>
            <td class="breaks" data-label=words.alert_what()><Linked text networks/></td>
            <td class="nowrap" data-label=words.alert_since()><Ago at=alert.since/></td>
            <td class="nowrap" data-label=words.alert_told()>{told}</td>
        </tr>
    }
}
