//! Where the marks of the two axes stand.

use time::{Duration, OffsetDateTime};

/// About so many marks above zero.
const MARKS: i64 = 4;
/// At most so many times under the bars; where there is no room, every other one is hidden.
const TIMES: i64 = 8;
/// … and dates, which are longer.
const DATES: i64 = 7;
/// Seconds between two times.
const STEPS: [i64; 17] = [
    60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
    864_000, 1_728_000, 4_320_000, 8_640_000,
];

/// Round values from 0 to at least `most`, the same distance apart: 1, 2 or 5 times a power of ten.
pub(super) fn counts(most: i64) -> Vec<i64> {
    let most = most.max(1);
    let mut step = 1;
    let steps = (0..18).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    for next in steps {
        step = next;
        if most.div_euclid(step) < MARKS || (most == step * MARKS) {
            break;
        }
    }
    let last = (most - 1).div_euclid(step) + 1;
    (0..=last).map(|mark| mark * step).collect()
}

/// Which of the bars have their time under them; and whether that needs its date.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Times {
    /// Places of bars.
    pub places: Vec<usize>,
    /// The times lie more than a day apart, or nearly so.
    pub dated: bool,
}

/// Bars at round times of UTC: of full hours, days, weeks of days where they are far apart.
pub(super) fn times(starts: &[OffsetDateTime], end: OffsetDateTime) -> Times {
    let Some(first) = starts.first() else {
        return Times {
            places: Vec::new(),
            dated: false,
        };
    };
    let span = (end - *first).whole_seconds().max(1);
    let dated = span > Duration::hours(36).whole_seconds();
    let most = if dated { DATES } else { TIMES };
    // Two marks of one day would read the same.
    let least = if dated { 86_400 } else { 0 };
    let step = STEPS
        .into_iter()
        .find(|step| *step >= least && span / step <= most);
    let step = step.unwrap_or(span);
    let places = starts
        .iter()
        .enumerate()
        .filter(|(place, start)| {
            let round = |at: &OffsetDateTime| at.unix_timestamp().div_euclid(step);
            let opens = start.unix_timestamp().rem_euclid(step) == 0;
            // Where bars are wider than they start round, the first one past the round time.
            opens || (*place > 0 && round(start) != round(&starts[place - 1]))
        })
        .map(|(place, _)| place)
        .collect();
    Times { places, dated }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_round_and_hold_the_most() {
        let cases: [(i64, &[i64]); 10] = [
            (0, &[0, 1]),
            (1, &[0, 1]),
            (3, &[0, 1, 2, 3]),
            (4, &[0, 1, 2, 3, 4]),
            (5, &[0, 2, 4, 6]),
            (10, &[0, 5, 10]),
            (37, &[0, 10, 20, 30, 40]),
            (100, &[0, 50, 100]),
            (1_234, &[0, 500, 1_000, 1_500]),
            (4_000_001, &[0, 2_000_000, 4_000_000, 6_000_000]),
        ];
        for (most, expected) in cases {
            assert_eq!(counts(most), expected, "{most}");
        }
        for most in (0..100_000).step_by(7).chain([i64::MAX / 10]) {
            let marks = counts(most);
            assert!(*marks.last().unwrap() >= most && marks.len() <= 6, "{most}");
        }
    }

    #[test]
    fn times_are_round_and_few() {
        let from = time::macros::datetime!(2026-11-22 09:07 UTC);
        for (bars, minutes, dated, first) in [
            (60, 1, false, 3),     // an hour: 09:10, 09:20 …
            (72, 5, false, 23),    // six hours: 11:02, past 11:00
            (96, 15, false, 12),   // a day: 12:07, past 12:00
            (60, 60, true, 15),    // two and a half days: the midnights
            (84, 120, true, 8),    // a week: past midnight of the first two days
            (90, 480, true, 14),   // thirty days
            (80, 7_200, true, 20), // 400 days
        ] {
            let step = Duration::minutes(minutes);
            let starts: Vec<_> = (0..bars).map(|bar| from + bar * step).collect();
            let times = times(&starts, from + i32::try_from(starts.len()).unwrap() * step);
            assert!(
                (2..=8).contains(&times.places.len()),
                "{minutes}: {times:?}"
            );
            assert_eq!(times.dated, dated, "{minutes}");
            assert!(times.places[0] <= first, "{minutes}: {times:?}");
        }
        assert_eq!(times(&[], from).places, [0; 0]);
    }
}
