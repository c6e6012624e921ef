//! The numbers of a chart as a table: for screen readers, for copying, and without JavaScript.

use leptos::prelude::*;
use maud::{Markup, html};

use super::stacked::{Stacked, exact, spoken};
use crate::request::words;
use crate::widgets::grouped;
use crate::words::Words;

/// Newest first; each time leads to what happened in it.
#[component]
pub(super) fn NumbersTable(chart: Stacked) -> impl IntoView {
    let words = words();
    let heads = chart
        .series
        .iter()
        .map(|series| view! { <th class="number">{series.name}</th> })
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
                    <tbody inner_html=rows(&chart, words).into_string()></tbody>
                </table>
            </div>
        </details>
    }
}

/// Written as HTML at once, as [`super::columns`].
fn rows(chart: &Stacked, words: Words) -> Markup {
    let dated = chart.is_dated();
    let form = dated.then_some("both");
    html! {
        @for column in chart.columns.iter().rev() {
            @let key = exact(column.start);
            tr data-key=(key) {
                th.nowrap scope="row" {
                    a href=(column.href) data-enhance="" data-clock=(key) data-form=[form] {
                        (spoken(words, column.start, dated))
                    }
                }
                @for value in &column.values {
                    td.number.muted[*value == 0] { (grouped(*value)) }
                }
            }
        }
    }
}
