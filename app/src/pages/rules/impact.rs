//! The numbers called lately that the rules shown would judge otherwise.

use backend::config::{ChangedNumber, Impact};
use domain::cti::CallRules;
use domain::inert::inert;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{Hint, grouped};

/// Rows of one table.
const ROWS: usize = 50;
/// Bytes of a number that are shown.
const SHOWN: usize = 64;

#[component]
pub(super) fn ImpactCard(
    impact: Impact,
    rules: CallRules,
    /// Nothing is deployed to compare with.
    first: bool,
) -> impl IntoView {
    let words = words();
    let text = if first {
        words.impact_first_text(impact.numbers)
    } else {
        words.impact_text(impact.numbers)
    };
    let none = impact.refused.is_empty() && impact.allowed.is_empty();
    view! {
        <section class="card" id="impact" aria-labelledby="impact-title">
            <h2 id="impact-title">{words.impact()}</h2>
            <Hint text/>
            {impact.more.then(|| view! { <Hint text=words.impact_more()/> })}
            {none.then(|| view! { <p>{words.impact_none()}</p> })}
            <Numbers title=words.newly_refused(impact.refused.len()) numbers=impact.refused rules=rules.clone()/>
            <Numbers title=words.newly_allowed(impact.allowed.len()) numbers=impact.allowed rules/>
        </section>
    }
}

#[component]
fn Numbers(title: String, numbers: Vec<ChangedNumber>, rules: CallRules) -> impl IntoView {
    let words = words();
    let texts = words.tester_texts();
    if numbers.is_empty() {
        return ().into_any();
    }
    let more = numbers.len().saturating_sub(ROWS);
    let rows = numbers.into_iter().take(ROWS).map(|changed| {
        let why = texts.verdict(rules.judge(&changed.number));
        view! {
            <tr>
                <td class="mono breaks" data-label=words.destination_number()>{inert(changed.number.as_bytes(), SHOWN)}</td>
                <td class="number" data-label=words.lines_count()>{grouped(changed.lines)}</td>
                <td data-label=words.why()>{why}</td>
            </tr>
        }
    });
    view! {
        <h3>{title}</h3>
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.destination_number()}</th>
                        <th class="number">{words.lines_count()}</th>
                        <th>{words.why()}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {(more > 0).then(|| view! { <Hint text=words.and_more(more)/> })}
    }
    .into_any()
}
