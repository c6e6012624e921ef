//! Stacked bars over time.
//!
//! Across, everything is in per cent of the plot's width and down in pixels, so that the same
//! drawing fits a phone and a wall without stretching text or patterns. Screen readers get the legend
//! and the table; the bars are for eyes, pointer and the brush (`islands/browser/brush`).

use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::axis;
use super::columns::{before, columns};
use super::legend::{Legend, Patterns};
use super::stack::pixels;
use super::table::NumbersTable;
use crate::request::words;
use crate::widgets::grouped;
use crate::words::Words;

/// Pixels from the highest mark to the foot of the bars.
pub(super) const HEIGHT: i64 = 160;
/// Above the highest mark, for half of its number.
pub(super) const HEAD: i64 = 8;
/// Of the times under the bars.
const FOOT: i64 = 20;

/// What is counted, in one colour.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    /// Class of its colour.
    pub class: &'static str,
    /// In words.
    pub name: &'static str,
    /// To what it counts.
    pub href: String,
}

/// One bar.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its first instant.
    pub start: OffsetDateTime,
    /// Its end, the next one's start.
    pub end: OffsetDateTime,
    /// A count for each series.
    pub values: Vec<i64>,
    /// To what it counts.
    pub href: String,
    /// To what each of its pieces counts; empty where there is none.
    pub hrefs: Vec<String>,
}

/// A chart's numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stacked {
    /// Unique on its page.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// From the bottom up.
    pub series: Vec<Series>,
    /// Oldest first.
    pub columns: Vec<Column>,
    /// The sum of each series in the period before.
    pub before: Option<Vec<i64>>,
    /// The totals of the bars of the period before, drawn as a line.
    pub line: Option<Vec<i64>>,
    /// The page's address, to which the brush adds `from` and `to`.
    pub zoom: String,
}

impl Stacked {
    pub(super) fn is_dated(&self) -> bool {
        let ends = self.columns.first().zip(self.columns.last());
        ends.is_some_and(|(first, last)| (last.end - first.start).whole_hours() > 24)
    }
}

/// For the browser, which puts it into the reader's zone.
pub(super) fn exact(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// As it reads before the browser has put it into its own zone.
pub(super) fn spoken(words: Words, at: OffsetDateTime, dated: bool) -> String {
    let clock = format!("{:02}:{:02}", at.hour(), at.minute());
    if dated {
        format!("{} {clock}", words.day(at))
    } else {
        clock
    }
}

/// Bars, legend, table.
#[component]
pub(crate) fn StackedBars(chart: Stacked) -> impl IntoView {
    let words = words();
    let totals = chart
        .columns
        .iter()
        .map(|column| column.values.iter().sum::<i64>());
    let most = totals
        .chain(chart.line.iter().flatten().copied())
        .max()
        .unwrap_or(0);
    let marks = axis::counts(most);
    let top = marks.last().copied().unwrap_or(1);
    let classes = chart.series.iter().map(|series| series.class).collect();
    let id = chart.id;
    view! {
        <div class="chart-box" id=id>
            <Legend chart=chart.clone()/>
            <div class="plot">
                <Counts marks=marks.clone() top/>
                <div
                    class="plot-bars"
                    data-brush=chart.zoom.clone()
                    role="group"
                    aria-label=words.brush_label(chart.title)
                >
                    <svg class="bars" width="100%" height=(HEAD + HEIGHT + FOOT).to_string() aria-hidden="true">
                        <Patterns id classes/>
                        <g class="grid">
                            {marks
                                .iter()
                                .map(|mark| {
                                    let y = level(*mark, top);
                                    view! { <line x1="0" x2="100%" y1=y.clone() y2=y></line> }
                                })
                                .collect_view()}
                        </g>
                        <g inner_html=columns(&chart, words, top).into_string()></g>
                        <g class="before" inner_html=before(chart.line.as_deref(), top).into_string()></g>
                        <TimeMarks chart=chart.clone()/>
                    </svg>
                </div>
            </div>
            <p class="chart-said" data-said="" role="status">
                <span class="js-only">{words.brush_hint()}</span>
                <span class="plain-only">{words.times_in_utc()}</span>
            </p>
            <NumbersTable chart/>
        </div>
    }
}

/// Pixels from the top, of a count.
pub(super) fn level(count: i64, top: i64) -> String {
    let down = HEIGHT * 10 - count.saturating_mul(HEIGHT * 10) / top.max(1);
    pixels(HEAD * 10 + down)
}

/// Per cent of the width, of a place among the bars.
pub(super) fn across(place: usize, bars: usize) -> String {
    let thousandths = place * 100_000 / bars.max(1);
    format!("{}.{:03}%", thousandths / 1_000, thousandths % 1_000)
}

#[component]
fn Counts(marks: Vec<i64>, top: i64) -> impl IntoView {
    let texts = marks
        .into_iter()
        .map(|mark| view! { <text x="100%" y=level(mark, top) dy="0.32em" text-anchor="end">{grouped(mark)}</text> })
        .collect_view();
    let digits = grouped(top).len();
    let class = match digits {
        ..=3 => "counts narrow",
        4..=6 => "counts",
        _ => "counts wide",
    };
    view! {
        <svg class=class height=(HEAD + HEIGHT + FOOT).to_string() aria-hidden="true">{texts}</svg>
    }
}

#[component]
fn TimeMarks(chart: Stacked) -> impl IntoView {
    let words = words();
    let starts: Vec<_> = chart.columns.iter().map(|column| column.start).collect();
    let end = chart.columns.last().map(|column| column.end);
    let times = axis::times(&starts, end.unwrap_or(OffsetDateTime::UNIX_EPOCH));
    let bars = starts.len();
    let y = (HEAD + HEIGHT + 15).to_string();
    times
        .places
        .into_iter()
        .enumerate()
        .map(|(number, place)| {
            let x = across(place, bars);
            // Near an edge a text in the middle would be cut off.
            let anchor = match place * 100 / bars.max(1) {
                ..4 => "start",
                96.. => "end",
                _ => "middle",
            };
            let at = starts[place];
            let text = if times.dated {
                words.day(at)
            } else {
                spoken(words, at, false)
            };
            view! {
                <line class="mark" x1=x.clone() x2=x.clone() y1=(HEAD + HEIGHT).to_string() y2=(HEAD + HEIGHT + 4).to_string()></line>
                <text
                    x=x
                    y=y.clone()
                    text-anchor=anchor
                    class=(number % 2 == 1).then_some("spare")
                    data-clock=exact(at)
                    data-form=times.dated.then_some("day")
                >
                    {text}
                </text>
            }
        })
        .collect_view()
}
