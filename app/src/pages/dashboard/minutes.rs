//! Attacks per minute as bars, with the same numbers as a table behind it.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::request::words;

const WIDTH: usize = 720;
const HEIGHT: i64 = 120;
const AXIS: i64 = 18;

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
    let clock = |at: OffsetDateTime| format!("{:02}:{:02}", at.hour(), at.minute());
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
                    <title>{format!("{} UTC: {count}", clock(*at))}</title>
                </rect>
            }
        })
        .collect_view();
    let labels = minutes
        .iter()
        .enumerate()
        .filter(|(_, (at, _))| at.minute() % 15 == 0)
        .map(|(place, (at, _))| {
            view! {
                <text class="axis" x=(place * step).to_string() y=(HEIGHT + AXIS - 4).to_string()>
                    {clock(*at)}
                </text>
            }
        })
        .collect_view();
    let rows = minutes
        .iter()
        .rev()
        .map(|(at, count)| view! { <tr><td>{clock(*at)}</td><td class="number">{*count}</td></tr> })
        .collect_view();
    view! {
        <svg
            class="chart"
            role="img"
            aria-label=words.attacks_per_minute()
            viewBox=format!("0 0 {WIDTH} {}", HEIGHT + AXIS)
            preserveAspectRatio="none"
        >
            <line class="grid" x1="0" x2=WIDTH.to_string() y1="0.5" y2="0.5"></line>
            <line class="grid" x1="0" x2=WIDTH.to_string() y1=HEIGHT.to_string() y2=HEIGHT.to_string()></line>
            {bars}
            <text class="axis" x="2" y="12">{most}</text>
            {labels}
        </svg>
        <details class="chart-table">
            <summary>{words.show_table()}</summary>
            <div class="table-box short">
                <table class="compact">
                    <thead>
                        <tr><th>{words.minute()}" (UTC)"</th><th>{words.count()}</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
