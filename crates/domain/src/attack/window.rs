//! The time that a chart or a list is about.

use time::{Duration, OffsetDateTime};

/// How long counts of single minutes are kept: two days and a bit, so that the last 24 hours can be
/// compared with the 24 before.
pub const MINUTES_KEPT: Duration = Duration::hours(49);
/// How long counts of the addresses, extensions, … of single hours are kept: the last 7 days and the 7
/// before, and what somebody wants to know about a night of last week.
pub const HOURS_KEPT: Duration = Duration::days(15);
/// How long counts of kinds in single hours are kept: the last 30 days and the 30 before.
pub const HOURS_OF_KINDS_KEPT: Duration = Duration::days(62);
/// Longest window.
pub const LONGEST: Duration = Duration::days(400);

/// Nobody reads what is about to be swept, also when the clocks of two consoles differ.
const MARGIN: Duration = Duration::minutes(30);
/// Most bars of a chart, where the window begins with a whole one.
const BARS: i64 = 96;
/// Widths of bars.
const STEPS: [Duration; 12] = [
    Duration::minutes(1),
    Duration::minutes(5),
    Duration::minutes(15),
    Duration::minutes(30),
    Duration::hours(1),
    Duration::hours(2),
    Duration::hours(4),
    Duration::hours(8),
    Duration::hours(12),
    Duration::days(1),
    Duration::days(2),
    Duration::days(5),
];

/// A window that ends now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// 60 minutes.
    Hour,
    /// 6 hours.
    SixHours,
    /// 24 hours.
    #[default]
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl Span {
    /// Every span, shortest first.
    pub const ALL: [Self; 5] = [
        Self::Hour,
        Self::SixHours,
        Self::Day,
        Self::Week,
        Self::Month,
    ];

    /// As in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::SixHours => "6h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The inverse of [`Span::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    /// How long it is.
    pub fn length(self) -> Duration {
        match self {
            Self::Hour => Duration::HOUR,
            Self::SixHours => Duration::hours(6),
            Self::Day => Duration::DAY,
            Self::Week => Duration::days(7),
            Self::Month => Duration::days(30),
        }
    }
}

/// From (included) to (not included); both whole minutes, or whole hours or days where no minutes are
/// kept of that time any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    from: OffsetDateTime,
    to: OffsetDateTime,
}

impl Window {
    /// The last hour, day, …: whole bars, the running one among them. 30 days are whole days.
    pub fn last(span: Span, now: OffsetDateTime) -> Self {
        let step = step_of(span.length()).max(grain(now - span.length(), now));
        let to = floor(now, step) + step;
        Self {
            from: to - span.length(),
            to,
        }
    }

    /// Any window: widened to whole minutes, and to whole hours or days where it is long ago. `None`
    /// where it ends before it begins, is longer than [`LONGEST`], or lies outside the calendar.
    pub fn between(from: OffsetDateTime, to: OffsetDateTime, now: OffsetDateTime) -> Option<Self> {
        let sane = |at: OffsetDateTime| (1970..2500).contains(&at.year());
        (from < to && to - from <= LONGEST && sane(from) && sane(to))
            .then(|| Self { from, to }.kept(now))
    }

    /// Its first moment.
    pub fn from(self) -> OffsetDateTime {
        self.from
    }

    /// The first moment after it.
    pub fn to(self) -> OffsetDateTime {
        self.to
    }

    /// The one of equal length right before; widened as [`Window::between`] does.
    #[must_use]
    pub fn before(self, now: OffsetDateTime) -> Self {
        Self {
            from: self.from - (self.to - self.from),
            to: self.from,
        }
        .kept(now)
    }

    /// Width of its bars. They begin at whole steps since 1970 (UTC), so the first and the last may
    /// reach past the window; at most 97.
    pub fn step(self, now: OffsetDateTime) -> Duration {
        let kinds = if self.from >= now - HOURS_OF_KINDS_KEPT + MARGIN {
            grain(self.from, now).min(Duration::HOUR)
        } else {
            Duration::DAY
        };
        step_of(self.to - self.from).max(kinds)
    }

    /// As [`Window::step`], for the lines of chosen addresses, extensions, …: their hours are kept for a
    /// shorter time.
    pub fn step_of_keys(self, now: OffsetDateTime) -> Duration {
        step_of(self.to - self.from).max(grain(self.from, now))
    }

    /// Where bars of that width begin, oldest first.
    pub fn bars(self, step: Duration) -> impl Iterator<Item = OffsetDateTime> {
        let first = floor(self.from, step);
        std::iter::successors(Some(first), move |start| Some(*start + step))
            .take_while(move |start| *start < self.to)
    }

    /// Widened to what is still counted apart.
    #[must_use]
    fn kept(self, now: OffsetDateTime) -> Self {
        let last = self.to - Duration::NANOSECOND;
        // Of its last hour or day the minutes or hours are read from the first on.
        let since = |step| grain(floor(last, step).max(self.from), now);
        let to = if since(Duration::HOUR) == Duration::MINUTE {
            Duration::MINUTE
        } else {
            since(Duration::DAY).max(Duration::HOUR)
        };
        Self {
            from: floor(self.from, grain(self.from, now)),
            to: floor(last, to) + to,
        }
    }
}

/// The shortest time whose addresses, extensions, … are counted apart at that moment.
fn grain(at: OffsetDateTime, now: OffsetDateTime) -> Duration {
    if at >= now - MINUTES_KEPT + MARGIN {
        Duration::MINUTE
    } else if at >= now - HOURS_KEPT + MARGIN {
        Duration::HOUR
    } else {
        Duration::DAY
    }
}

fn step_of(length: Duration) -> Duration {
    let fits = |step: &Duration| length.whole_seconds() <= BARS * step.whole_seconds();
    STEPS.into_iter().find(fits).unwrap_or(STEPS[11])
}

/// The begin of the step that holds this moment; UTC.
pub fn floor(at: OffsetDateTime, step: Duration) -> OffsetDateTime {
    let seconds = at.unix_timestamp();
    let start = seconds - seconds.rem_euclid(step.whole_seconds().max(1));
    OffsetDateTime::from_unix_timestamp(start).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 12:34:56.789 UTC);

    #[test]
    fn the_last_hours_and_days_are_whole_bars() {
        let cases = [
            (Span::Hour, 60, datetime!(2026-11-22 12:35 UTC)),
            (Span::SixHours, 72, datetime!(2026-11-22 12:35 UTC)),
            (Span::Day, 96, datetime!(2026-11-22 12:45 UTC)),
            (Span::Week, 84, datetime!(2026-11-22 14:00 UTC)),
            (Span::Month, 90, datetime!(2026-11-23 00:00 UTC)),
        ];
        for (span, bars, to) in cases {
            let window = Window::last(span, NOW);
            assert_eq!(
                (window.to(), window.to() - window.from()),
                (to, span.length())
            );
            assert_eq!(window.bars(window.step(NOW)).count(), bars, "{span:?}");
            let before = window.before(NOW);
            assert_eq!(
                (before.from(), before.to()),
                (to - 2 * span.length(), window.from())
            );
            assert_eq!(
                before.bars(before.step(NOW)).count(),
                bars,
                "{span:?} before"
            );
            assert_eq!(Span::from_text(span.as_str()), Some(span));
        }
    }

    #[test]
    fn any_window_is_widened_to_what_is_counted() {
        let cases = [
            // Whole minutes today,
            (
                datetime!(2026-11-22 10:00:30 UTC),
                datetime!(2026-11-22 11:00:01 UTC),
                datetime!(2026-11-22 10:00 UTC),
                datetime!(2026-11-22 11:01 UTC),
                Duration::MINUTE,
            ),
            // whole hours three days ago,
            (
                datetime!(2026-11-19 10:10 UTC),
                datetime!(2026-11-19 11:10 UTC),
                datetime!(2026-11-19 10:00 UTC),
                datetime!(2026-11-19 12:00 UTC),
                Duration::HOUR,
            ),
            // … also where only the first of them are gone,
            (
                datetime!(2026-10-20 10:10 UTC),
                datetime!(2026-11-07 19:10 UTC),
                datetime!(2026-10-20 00:00 UTC),
                datetime!(2026-11-08 00:00 UTC),
                Duration::hours(8),
            ),
            // whole days three weeks ago, with bars of an hour,
            (
                datetime!(2026-11-01 10:10 UTC),
                datetime!(2026-11-02 00:00 UTC),
                datetime!(2026-11-01 00:00 UTC),
                datetime!(2026-11-02 00:00 UTC),
                Duration::HOUR,
            ),
            // whole days in summer.
            (
                datetime!(2026-07-01 10:10 UTC),
                datetime!(2026-07-02 00:00 UTC),
                datetime!(2026-07-01 00:00 UTC),
                datetime!(2026-07-02 00:00 UTC),
                Duration::DAY,
            ),
        ];
        for (from, to, begin, end, step) in cases {
            let window = Window::between(from, to, NOW).unwrap();
            assert_eq!((window.from(), window.to()), (begin, end));
            assert_eq!(window.step(NOW), step);
        }
        assert_eq!(Window::between(NOW, NOW, NOW), None);
        assert_eq!(Window::between(NOW, NOW - Duration::HOUR, NOW), None);
        assert_eq!(Window::between(NOW - Duration::days(401), NOW, NOW), None);
        let year_1 = datetime!(0001-01-01 00:00 UTC);
        assert_eq!(Window::between(year_1, year_1 + Duration::DAY, NOW), None);
    }

    #[test]
    fn no_chart_has_more_than_97_bars() {
        for minutes in (1..400 * 1_440).step_by(97) {
            let from = NOW - Duration::minutes(minutes);
            let window = Window::between(from, NOW, NOW).unwrap();
            for step in [window.step(NOW), window.step_of_keys(NOW)] {
                let bars = window.bars(step).count();
                assert!((1..=97).contains(&bars), "{minutes}: {bars}");
            }
        }
    }
}
