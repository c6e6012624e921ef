//! The numbers of a chart as a table: for screen readers, for copying, and without JavaScript.

use leptos::prelude::*;

use super::stacked::{Stacked, exact, spoken};
use crate::request::words;
use crate::widgets::grouped;

/// Newest first; each time leads to what happened in it.
#[component]
pub(super) fn NumbersTable(chart: Stacked) -> impl IntoView {
    let words = words();
    let heads = chart
        .series
        .iter()
        .map(|series| view! { <th class="number">{series.name}</th> })
        .collect_view();
    let dated = chart.is_dated();
    let rows = chart
        .columns
        .iter()
        .rev()
        .map(|column| {
            let cells = column
                .values
                .iter()
                .map(|value| {
                    let class = if *value == 0 {
                        "number muted"
                    } else {
                        "number"
                    };
                    view! { <td class=class>{grouped(*value)}</td> }
                })
                .collect_view();
            view! {
                <tr data-key=exact(column.start)>
                    <th scope="row" class="nowrap">
                        <a
                            href=column.href.clone()
                            data-enhance=""
                            data-clock=exact(column.start)
                            data-form=dated.then_some("both")
                        >
                            {spoken(words, column.start, dated)}
                        </a>
                    </th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="chart-table" id=format!("{}-table", chart.id)>
            <summary>{words.show_table()}<span class="visually-hidden">": "{chart.title}</span></summary>
            <div class="table-box short" tabindex="0" role="region" aria-label=chart.title>
                <table class="compact">
                    <thead>
                        <tr>
                            <th>{words.time()}<span class="plain-only">" (UTC)"</span></th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
