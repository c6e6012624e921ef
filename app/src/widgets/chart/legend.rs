//! What the colours and patterns mean, with counts: each entry leads to what it counts.

use leptos::prelude::*;

use super::share::Change;
use super::stacked::Stacked;
use crate::request::words;
use crate::widgets::grouped;

/// Pattern `place` (0 to 5) of a chart; its colours are classes.
fn pattern(id: &str, place: usize, class: &'static str) -> impl IntoView + use<> {
    let marks = match place {
        1 => "M-1 1 1 -1 M0 6 6 0 M5 7 7 5",
        2 => "M1.5 1.5h1.5v1.5h-1.5z M4.5 4.5h1.5v1.5h-1.5z",
        3 => "M0 1.5h6 M0 4.5h6",
        4 => "M1.5 0v6 M4.5 0v6",
        5 => "M0 0 6 6 M0 6 6 0",
        _ => "",
    };
    view! {
        <pattern id=format!("{id}-{place}") width="6" height="6" patternUnits="userSpaceOnUse">
            <rect class=format!("fill {class}") width="6" height="6"></rect>
            {(!marks.is_empty()).then(|| view! { <path class="ink" d=marks></path> })}
        </pattern>
    }
}

/// The chart's patterns; referred to by its bars and its legend.
#[component]
pub(super) fn Patterns(id: &'static str, classes: Vec<&'static str>) -> impl IntoView {
    let patterns = classes
        .into_iter()
        .enumerate()
        .map(|(place, class)| pattern(id, place, class))
        .collect_view();
    view! { <defs>{patterns}</defs> }
}

/// In the order of the pieces of a bar from the bottom up.
#[component]
pub(super) fn Legend(chart: Stacked) -> impl IntoView {
    let words = words();
    let sum = |place: usize| -> i64 {
        chart
            .columns
            .iter()
            .map(|column| column.values[place])
            .sum()
    };
    let entries = chart
        .series
        .iter()
        .enumerate()
        .map(|(place, series)| {
            let now = sum(place);
            let before = chart.before.as_ref().map(|before| before[place]);
            let swatch = format!("url(#{}-{place})", chart.id);
            view! {
                <li class=(now == 0).then_some("none")>
                    <a href=series.href.clone() data-enhance="">
                        <svg class="swatch" aria-hidden="true"><rect width="12" height="12" rx="2" fill=swatch></rect></svg>
                        <span>{series.name}</span>
                    </a>
                    " "
                    <span class="strong">{grouped(now)}</span>
                    {before.map(|before| view! { " "<Change now before/> })}
                </li>
            }
        })
        .collect_view();
    let line = chart.line.is_some().then(|| {
        let total: i64 = chart.before.iter().flatten().sum();
        view! {
            <li>
                <svg class="swatch" aria-hidden="true"><path class="before" d="M0 6h12"></path></svg>
                <span>{words.period_before()}</span>
                " "
                <span class="strong">{grouped(total)}</span>
            </li>
        }
    });
    view! { <ul class="legend">{entries}{line}</ul> }
}
