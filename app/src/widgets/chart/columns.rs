//! The bars themselves, and the line of the period before.
//!
//! Written as HTML at once: a view of each of these hundreds of pieces took most of the time of a page.

use maud::{Markup, html};

use super::stack::{pieces, pixels};
use super::stacked::{Column, HEAD, HEIGHT, Stacked, across, exact, level, spoken};
use crate::widgets::grouped;
use crate::words::Words;

/// One group for each bar: what it says on hover, the link of the whole, its pieces.
pub(super) fn columns(chart: &Stacked, words: Words, top: i64) -> Markup {
    let bars = chart.columns.len();
    let (dated, width) = (chart.is_dated(), across(1, bars));
    let form = dated.then_some("both");
    html! {
        @for (place, column) in chart.columns.iter().enumerate() {
            @let x = across(place, bars);
            @let rest = rest(chart, column);
            g.column data-from=(column.start.unix_timestamp()) data-to=(column.end.unix_timestamp()) {
                title data-clock=(exact(column.start)) data-form=[form] data-rest=(rest) {
                    (spoken(words, column.start, dated)) " UTC" (rest)
                }
                a href=(column.href) data-enhance="" tabindex="-1" {
                    rect.hit x=(x) width=(width) y="0" height=(HEAD + HEIGHT) {}
                }
                @let pieces = pieces(&column.values, top, HEIGHT * 10);
                @for (place, href) in column.hrefs.iter().enumerate() {
                    @if let Some((y, tall)) = pieces[place] {
                        a href=(href) data-enhance="" tabindex="-1" {
                            rect.piece x=(x) width=(width) y=(pixels(HEAD * 10 + y)) height=(pixels(tall))
                                fill={ "url(#" (chart.id) "-" (place) ")" } {}
                        }
                    }
                }
            }
        }
    }
}

/// `: 12 (Scan 4, Other 8)`, after the time.
fn rest(chart: &Stacked, column: &Column) -> String {
    let parts = chart.series.iter().zip(&column.values);
    let parts: Vec<_> = parts
        .filter(|(_, value)| **value > 0)
        .map(|(series, value)| format!("{} {}", series.name, grouped(*value)))
        .collect();
    let total = grouped(column.values.iter().sum());
    match parts.as_slice() {
        [] => format!(": {total}"),
        [part] => format!(": {part}"),
        parts => format!(": {total} ({})", parts.join(", ")),
    }
}

/// The period before, as steps over the bars.
pub(super) fn before(line: Option<&[i64]>, top: i64) -> Markup {
    let line = line.unwrap_or_default();
    let bars = line.len();
    let levels: Vec<_> = line.iter().map(|count| level(*count, top)).collect();
    html! {
        @for (place, y) in levels.iter().enumerate() {
            line x1=(across(place, bars)) x2=(across(place + 1, bars)) y1=(y) y2=(y) {}
        }
        @for (place, pair) in levels.windows(2).enumerate() {
            @if pair[0] != pair[1] {
                @let x = across(place + 1, bars);
                line x1=(x) x2=(x) y1=(pair[0]) y2=(pair[1]) {}
            }
        }
    }
}
