//! Parts of a whole, and changes, in per cent.

use leptos::prelude::*;

use crate::request::words;
use crate::widgets::grouped;

/// `12 %`, `<1 %`.
pub(super) fn share(part: i64, whole: i64) -> String {
    if part <= 0 || whole <= 0 {
        return "0 %".to_owned();
    }
    // Part and whole may have been counted one after the other.
    match percent(part.min(whole), whole) {
        0 => "<1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// Rounded to the nearest.
fn percent(part: i64, whole: i64) -> i64 {
    let (part, whole) = (i128::from(part), i128::from(whole));
    i64::try_from((part * 200 + whole) / (whole * 2)).unwrap_or(i64::MAX)
}

/// How a count differs from the one before.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    /// Neither now nor before.
    Nothing,
    /// There was none.
    New,
    /// Per cent.
    By(i64),
    /// More than ten times as many: so many times.
    Times(i64),
}

fn difference(now: i64, before: i64) -> Difference {
    match (now, before) {
        (..=0, ..=0) => Difference::Nothing,
        (_, ..=0) => Difference::New,
        _ if now / before >= 10 => Difference::Times(now / before),
        _ if now >= before => Difference::By(percent(now - before, before)),
        _ => Difference::By(-percent(before - now, before)),
    }
}

/// `+34 %` against the period before; how many there were on hover.
#[component]
pub(super) fn Change(now: i64, before: i64) -> impl IntoView {
    let words = words();
    let text = match difference(now, before) {
        Difference::Nothing => return ().into_any(),
        Difference::New => words.change_new().to_owned(),
        Difference::By(0) => "±0 %".to_owned(),
        Difference::By(percent) if percent > 0 => format!("+{percent} %"),
        Difference::By(percent) => format!("−{} %", -percent),
        Difference::Times(times) => format!("×{times}"),
    };
    view! { <span class="change" title=words.before_were(&grouped(before))>{text}</span> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_changes() {
        assert_eq!(share(1, 3), "33 %");
        assert_eq!(share(1, 1_000), "<1 %");
        assert_eq!(share(203, 200), "100 %");
        assert_eq!(share(0, 0), "0 %");
        assert_eq!(share(i64::MAX, i64::MAX), "100 %");
        let cases = [
            ((0, 0), Difference::Nothing),
            ((5, 0), Difference::New),
            ((134, 100), Difference::By(34)),
            ((88, 100), Difference::By(-12)),
            ((100, 100), Difference::By(0)),
            ((0, 7), Difference::By(-100)),
            ((1_250, 100), Difference::Times(12)),
        ];
        for ((now, before), expected) in cases {
            assert_eq!(difference(now, before), expected, "{now} {before}");
        }
    }
}
