//! Attacks per minute as bars, with the same numbers as a table behind it.

use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::request::words;

const WIDTH: usize = 720;
const HEIGHT: i64 = 120;

/// Sixty bars, the newest at the right. Right without JavaScript, and in both themes.
#[component]
pub(super) fn Minutes(minutes: Vec<(OffsetDateTime, i64)>) -> impl IntoView {
    let words = words();
    let most = minutes
        .iter()
        .map(|minute| minute.1)
        .max()
        .unwrap_or(0)
        .max(1);
    let step = WIDTH / minutes.len().max(1);
    // In UTC until the browser knows better.
    let clock = |at: OffsetDateTime| format!("{:02}:{:02}", at.hour(), at.minute());
    let exact = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    let bars = minutes
        .iter()
        .enumerate()
        .map(|(place, (at, count))| {
            let height = (count * HEIGHT + most - 1) / most;
            view! {
                <rect
                    class="bar"
                    x=(place * step + 1).to_string()
                    y=(HEIGHT - height).to_string()
                    width=(step - 2).to_string()
                    height=height.to_string()
                    rx="1"
                >
                    <title data-clock=exact(*at) data-rest=format!(": {count}")>
                        {format!("{} UTC: {count}", clock(*at))}
                    </title>
                </rect>
            }
        })
        .collect_view();
    let labels = [0, 15, 30, 45, minutes.len().saturating_sub(1)]
        .into_iter()
        .filter_map(|place| minutes.get(place))
        .map(|(at, _)| view! { <span data-clock=exact(*at)>{clock(*at)}</span> })
        .collect_view();
    let rows = minutes
        .iter()
        .rev()
        .map(|(at, count)| view! { <tr><td data-clock=exact(*at)>{clock(*at)}</td><td class="number">{*count}</td></tr> })
        .collect_view();
    view! {
        <div class="chart-box">
            <span class="chart-top" aria-hidden="true">{words.per_minute(most)}</span>
            <svg
                class="chart"
                role="img"
                aria-label=words.attacks_per_minute()
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
            >
                <line class="grid" x1="0" x2=WIDTH.to_string() y1="0.5" y2="0.5"></line>
                <line
                    class="grid"
                    x1="0"
                    x2=WIDTH.to_string()
                    y1=(HEIGHT - 1).to_string()
                    y2=(HEIGHT - 1).to_string()
                ></line>
                {bars}
            </svg>
            <p class="chart-axis" aria-hidden="true">{labels}</p>
            <p class="chart-zone plain-only" aria-hidden="true">"UTC"</p>
        </div>
        <details class="chart-table">
            <summary>{words.show_table()}</summary>
            <div class="table-box short">
                <table class="compact">
                    <thead>
                        <tr><th>{words.minute()}<span class="plain-only">" (UTC)"</span></th><th>{words.count()}</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
