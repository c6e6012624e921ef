//! fail2ban prints local time. This turns it into UTC, also in the hour that a clock change
//! repeats.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// When a ban began and ends, unix seconds; `None` is for ever.
pub(super) type Span = (i64, Option<i64>);

/// Reads `2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36`.
///
/// Where the beginning happened twice (the clock was put back), the end tells which one it was;
/// where both did, the later one that is not in the future.
pub(super) fn span(text: &str, zone: &TimeZone, now: i64) -> Option<Span> {
    let (start, rest) = text.split_once(" + ")?;
    let (seconds, end) = rest.split_once(" = ")?;
    let start: DateTime = civil(start)?;
    let seconds: i64 = seconds.trim().parse().ok()?;
    let candidates = instants(start, zone);
    let since = if seconds < 0 {
        latest_past(&candidates, now)
    } else {
        let end = civil(end)?;
        let agree: Vec<i64> = candidates
            .iter()
            .copied()
            .filter(|since| local(since.saturating_add(seconds), zone) == Some(end))
            .collect();
        latest_past(&agree, now).or_else(|| latest_past(&candidates, now))
    }?;
    Some((since, (seconds >= 0).then(|| since.saturating_add(seconds))))
}

fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    // Exactly `YYYY-MM-DD HH:MM:SS`; jiff alone would take more forms.
    let shape = text.len() == 19 && text.as_bytes()[10] == b' ';
    shape.then(|| text.parse().ok()).flatten()
}

/// Every instant at which a clock in that zone shows `civil`, first to last; in the hour that a
/// clock change leaves out, the instant a clock not yet changed would have shown it.
fn instants(civil: DateTime, zone: &TimeZone) -> Vec<i64> {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let both = [ambiguous.earlier(), ambiguous.later()];
    let mut seconds: Vec<i64> = both
        .into_iter()
        .filter_map(Result::ok)
        .map(Timestamp::as_second)
        .collect();
    seconds.dedup();
    seconds
}

fn latest_past(candidates: &[i64], now: i64) -> Option<i64> {
    candidates
        .iter()
        .rfind(|since| **since <= now)
        .or(candidates.first())
        .copied()
}

fn local(unix: i64, zone: &TimeZone) -> Option<DateTime> {
    let instant = Timestamp::from_second(unix).ok()?;
    Some(zone.to_datetime(instant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, zone: &str, now: i64) -> Option<Span> {
        // POSIX rules, so the test needs no zone files.
        let zone = TimeZone::posix(zone).unwrap();
        span(text, &zone, now)
    }

    const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
    const SHANGHAI: &str = "CST-8";

    #[test]
    fn hostile_10_local_time_across_the_clock_change() {
        let far = 4_000_000_000;
        let cases = [
            // Plain.
            (
                "2026-11-22 09:24:36 + 86400 = 2026-11-23 09:24:36",
                "UTC0",
                Some((1_795_339_476, Some(1_795_425_876))),
            ),
            (
                "2026-11-22 17:24:36 + 86400 = 2026-11-23 17:24:36",
                SHANGHAI,
                Some((1_795_339_476, Some(1_795_425_876))),
            ),
            // For ever.
            (
                "2026-11-22 09:24:36 + -1 = 9999-12-31 23:59:59",
                "UTC0",
                Some((1_795_339_476, None)),
            ),
            // 25 October 2026, 03:00 CEST becomes 02:00 CET. A day later it is 01:30 or 02:30:
            // the end tells which of the two 02:30 it was.
            (
                "2026-10-25 02:30:00 + 86400 = 2026-10-26 01:30:00",
                BERLIN,
                Some((1_792_888_200, Some(1_792_974_600))),
            ),
            (
                "2026-10-25 02:30:00 + 86400 = 2026-10-26 02:30:00",
                BERLIN,
                Some((1_792_891_800, Some(1_792_978_200))),
            ),
            // Over the change in spring: a day of 23 hours.
            (
                "2026-03-28 12:00:00 + 86400 = 2026-03-29 13:00:00",
                BERLIN,
                Some((1_774_695_600, Some(1_774_782_000))),
            ),
        ];
        for (text, zone, expected) in cases {
            assert_eq!(read(text, zone, far), expected, "{text}");
        }
        // Both ends stand in the repeated hour and say nothing: not in the future.
        let short = "2026-10-25 02:30:00 + 60 = 2026-10-25 02:31:00";
        let first = Some((1_792_888_200, Some(1_792_888_260)));
        assert_eq!(read(short, BERLIN, 1_792_888_230), first);
        let second = Some((1_792_891_800, Some(1_792_891_860)));
        assert_eq!(read(short, BERLIN, 1_792_891_830), second);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2026-11-22 09:24:36",
            "2026-11-22 09:24:36 + x = 2026-11-23 09:24:36",
            "2026-02-30 09:24:36 + 1 = 2026-11-23 09:24:36",
            "2026-11-22T09:24:36 + 1 = 2026-11-22 09:24:37",
        ] {
            assert_eq!(read(text, "UTC0", 0), None, "{text:?}");
        }
    }
}
