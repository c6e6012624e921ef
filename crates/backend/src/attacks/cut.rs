//! A window as the fewest buckets that are counted.

use std::iter;

use domain::attack::window::{Window, floor};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// How fine a bucket is; the number is as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Minute = 0,
    Hour = 1,
    Day = 2,
}

impl Level {
    /// As stored.
    pub(super) fn code(self) -> i16 {
        self as i16
    }

    /// Of one bucket.
    pub(super) fn length(self) -> Duration {
        match self {
            Self::Minute => Duration::MINUTE,
            Self::Hour => Duration::HOUR,
            Self::Day => Duration::DAY,
        }
    }

    /// The coarsest whose buckets fit into steps of that length.
    pub(super) fn within(step: Duration) -> Self {
        let fits = |level: &Self| level.length() <= step;
        [Self::Day, Self::Hour]
            .into_iter()
            .find(fits)
            .unwrap_or(Self::Minute)
    }

    fn finer(self) -> Option<Self> {
        match self {
            Self::Minute => None,
            Self::Hour => Some(Self::Minute),
            Self::Day => Some(Self::Hour),
        }
    }
}

/// Buckets of one level, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub level: Level,
    pub from: OffsetDateTime,
    pub to: OffsetDateTime,
}

impl Stretch {
    /// Where its buckets begin.
    pub(super) fn starts(self) -> impl Iterator<Item = OffsetDateTime> {
        iter::successors(Some(self.from), move |at| Some(*at + self.level.length()))
            .take_while(move |at| *at < self.to)
    }
}

/// Cuts into at most five stretches in the order of time, no bucket longer than `coarsest`, and none
/// that is not there yet.
pub(super) fn cut(window: Window, coarsest: Level, rolled: Rolled) -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(5);
    rolled.cut_into(window.from(), window.to(), coarsest, &mut stretches);
    stretches
}

/// Until when there are buckets: those of an hour or a day are made when it is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rolled {
    pub minutes: OffsetDateTime,
    pub hours: OffsetDateTime,
    pub days: OffsetDateTime,
}

impl Rolled {
    /// Kinds are counted in all buckets at once.
    pub(super) const EVERYTHING: Self = Self {
        minutes: datetime!(9999-01-01 00:00 UTC),
        hours: datetime!(9999-01-01 00:00 UTC),
        days: datetime!(9999-01-01 00:00 UTC),
    };

    fn cut_into(
        self,
        from: OffsetDateTime,
        to: OffsetDateTime,
        level: Level,
        into: &mut Vec<Stretch>,
    ) {
        if from >= to {
            return;
        }
        let length = level.length();
        let begin = floor(from + (length - Duration::NANOSECOND), length);
        let end = match level {
            Level::Minute => to.min(self.minutes),
            Level::Hour => floor(to, length).min(self.hours),
            Level::Day => floor(to, length).min(self.days),
        };
        match level.finer() {
            Some(finer) if begin < end => {
                self.cut_into(from, begin, finer, into);
                into.push(Stretch {
                    level,
                    from: begin,
                    to: end,
                });
                self.cut_into(end, to, finer, into);
            }
            Some(finer) => self.cut_into(from, to, finer, into),
            None if begin < end => into.push(Stretch {
                level,
                from: begin,
                to: end,
            }),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(from: OffsetDateTime, to: OffsetDateTime) -> Vec<(Level, usize)> {
        let window = Window::between(from, to, to).unwrap();
        let cut = cut(window, Level::Day, Rolled::EVERYTHING);
        // Nothing between them, nothing twice.
        assert_eq!(cut[0].from, from);
        assert_eq!(cut[cut.len() - 1].to, to);
        assert!(cut.windows(2).all(|pair| pair[0].to == pair[1].from));
        cut.iter()
            .map(|stretch| (stretch.level, stretch.starts().count()))
            .collect()
    }

    #[test]
    fn the_fewest_buckets() {
        use Level::{Day, Hour, Minute};
        let to = datetime!(2026-11-22 12:30 UTC);
        let cases = [
            (datetime!(2026-11-22 12:10 UTC), vec![(Minute, 20)]),
            (datetime!(2026-11-22 11:50 UTC), vec![(Minute, 40)]),
            (
                datetime!(2026-11-22 10:59 UTC),
                vec![(Minute, 1), (Hour, 1), (Minute, 30)],
            ),
            (
                datetime!(2026-11-22 00:00 UTC),
                vec![(Hour, 12), (Minute, 30)],
            ),
            (
                datetime!(2026-11-20 22:59 UTC),
                vec![(Minute, 1), (Hour, 1), (Day, 1), (Hour, 12), (Minute, 30)],
            ),
        ];
        for (from, expected) in cases {
            assert_eq!(stretches(from, to), expected, "{from}");
        }
    }

    #[test]
    fn no_bucket_that_is_not_there_yet() {
        use Level::{Day, Hour, Minute};
        let to = datetime!(2026-11-22 12:30 UTC);
        let window = Window::between(datetime!(2026-11-19 00:00 UTC), to, to).unwrap();
        let rolled = Rolled {
            minutes: datetime!(2026-11-22 12:20 UTC),
            hours: datetime!(2026-11-22 11:00 UTC),
            days: datetime!(2026-11-21 00:00 UTC),
        };
        let cut = cut(window, Day, rolled);
        let counts: Vec<_> = cut
            .iter()
            .map(|stretch| (stretch.level, stretch.starts().count()))
            .collect();
        assert_eq!(counts, [(Day, 2), (Hour, 35), (Minute, 80)]);
        assert!(cut.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn no_bucket_is_longer_than_a_bar() {
        let now = datetime!(2026-11-22 12:30 UTC);
        let window = Window::between(now - Duration::days(2), now, now).unwrap();
        let cut = cut(
            window,
            Level::within(Duration::hours(2)),
            Rolled::EVERYTHING,
        );
        assert!(cut.iter().all(|stretch| stretch.level < Level::Day));
        assert_eq!(Level::within(Duration::minutes(15)), Level::Minute);
        assert_eq!(Level::within(Duration::days(5)), Level::Day);
    }
}
