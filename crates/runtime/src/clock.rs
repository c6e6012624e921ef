//! Time enters here only, so tests move it instead of sleeping.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;

/// A source of time: the system's, or one that a test moves.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `now` until it is moved; clones move together.
    pub fn fixed(now: OffsetDateTime) -> Self {
        Self(Some(Arc::new(AtomicI64::new(micros(now)))))
    }

    /// Now, in UTC, to the microsecond (what Postgres keeps).
    #[expect(clippy::disallowed_methods, reason = "the one place where time enters")]
    pub fn now(&self) -> OffsetDateTime {
        let now = match &self.0 {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => micros(OffsetDateTime::now_utc()),
        };
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(now) * 1_000)
            .expect("microseconds of an existing time are a valid time")
    }

    /// Seconds since 1970.
    pub fn unix(&self) -> i64 {
        self.now().unix_timestamp()
    }

    /// Milliseconds since 1970.
    pub fn unix_millis(&self) -> i64 {
        micros(self.now()) / 1_000
    }

    /// Moves a fixed clock; the system's clock does not move.
    pub fn advance(&self, by: time::Duration) {
        if let Some(fixed) = &self.0 {
            let by = i64::try_from(by.whole_microseconds()).unwrap_or(i64::MAX);
            fixed.fetch_add(by, Ordering::SeqCst);
        }
    }
}

fn micros(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(OffsetDateTime::UNIX_EPOCH);
        let twin = clock.clone();
        assert_eq!(twin.unix(), 0);
        clock.advance(time::Duration::hours(2));
        assert_eq!(twin.unix(), 7_200);
    }
}
