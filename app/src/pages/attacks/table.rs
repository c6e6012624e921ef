//! Attack lines. Their text came over SIP: it is only ever text here.

use backend::bans::AttackRow;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::Ago;

#[component]
pub(in crate::pages) fn AttackTable(
    lines: Vec<AttackRow>,
    #[prop(into)] empty: String,
) -> impl IntoView {
    let words = words();
    if lines.is_empty() {
        return view! { <p class="muted">{empty}</p> }.into_any();
    }
    view! {
        <div class="table-box">
            <table class="compact">
                <thead>
                    <tr>
                        <th>{words.time()}</th>
                        <th>{words.source_address()}</th>
                        <th>{words.kind()}</th>
                        <th>{words.extension()}" → "{words.number_called()}</th>
                        <th>{words.node()}</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line line/> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(line: AttackRow) -> impl IntoView {
    let words = words();
    let source = line.source.map(|source| source.to_string());
    let target = [line.extension, line.number]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" → ");
    view! {
        <tr title=line.raw>
            <td class="nowrap"><Ago at=line.at/></td>
            <td class="mono">
                {source
                    .map(|source| {
                        view! { <a href=format!("/addresses/{source}")>{source.clone()}</a> }
                    })}
            </td>
            <td>{words.attack_kind(line.kind)}</td>
            <td class="mono cut target">{target}</td>
            <td class="cut">{line.node_name}</td>
        </tr>
    }
}
