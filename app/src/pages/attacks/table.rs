//! Attack lines. Their text came over SIP: it is only ever text here.

use backend::bans::AttackRow;
use domain::net::Network;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{AddressLink, Ago};

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
            <table class="compact latest">
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
    let target = [line.extension, line.number]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" → ");
    view! {
        <tr title=line.raw>
            <td class="when nowrap"><Ago at=line.at/></td>
            <td class="who">
                {line.source.map(|source| view! { <AddressLink network=Network::host(source)/> })}
            </td>
            <td class="kind">{words.attack_kind(line.kind)}</td>
            <td class="mono target"><span class="clamp">{target}</span></td>
            <td class="where cut">{line.node_name}</td>
        </tr>
    }
}
