//! The events of one page.

use backend::bans::HistoryRow;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{AddressLink, Ago};

#[component]
pub(super) fn EventTable(rows: Vec<HistoryRow>) -> impl IntoView {
    let words = words();
    let rows = rows
        .into_iter()
        .map(|HistoryRow { place, event }| {
            view! {
                <tr data-key=place>
                    <td class="nowrap" data-label=words.time()><Ago at=event.at/></td>
                    <td class="nowrap" data-label=words.what()>{words.ban_event(event.kind)}</td>
                    <td class="nowrap" data-label=words.source_address()><AddressLink network=event.network/></td>
                    <td class="nowrap" data-label=words.node()>{event.node_name}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="ban-events">
                <thead>
                    <tr>
                        <th>{words.time()}</th>
                        <th>{words.what()}</th>
                        <th>{words.source_address()}</th>
                        <th>{words.node()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
