//! Its attacks over time: each bar leads to its lines.

use domain::attack::window::{Span, Window};
use domain::net::Network;
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::request::{query, words};
use crate::widgets::{
    Column, Period, PeriodPicker, Series, Stacked, StackedBars, address, address_url, written,
};

/// The window where the address names none.
pub(super) const USUAL: Span = Span::Week;

#[component]
pub(super) fn Chart(
    network: Network,
    bars: Vec<(OffsetDateTime, i64)>,
    period: Period,
    window: Window,
    step: Duration,
) -> impl IntoView {
    let words = words();
    // The page of the timeline stays.
    let until: Vec<_> = query("until").map(|at| ("until", at)).into_iter().collect();
    let lines = |from, to| {
        let pairs = [
            ("search", network.to_string()),
            ("from", written(from)),
            ("to", written(to)),
        ];
        address("/attacks", &[], &pairs)
    };
    let columns = bars.into_iter().map(|(start, events)| {
        let href = lines(start, start + step);
        Column {
            start,
            end: start + step,
            values: vec![events],
            hrefs: vec![href.clone()],
            href,
        }
    });
    let chart = Stacked {
        id: "address-over-time",
        title: words.address_over_time(),
        series: vec![Series {
            class: "series-attacks",
            name: words.address_lines(),
            href: lines(window.from(), window.to()),
        }],
        columns: columns.collect(),
        before: None,
        line: None,
        zoom: address(&address_url(network), &until, &[]),
    };
    view! {
        <section class="card" aria-labelledby="over-time-title">
            <div class="section-head">
                <h2 id="over-time-title">{words.address_over_time()}</h2>
                <PeriodPicker
                    period
                    path=address_url(network)
                    kept=until
                    shown=Some((window.from(), window.to()))
                    usual=Some(USUAL)
                />
            </div>
            <StackedBars chart/>
        </section>
    }
}
