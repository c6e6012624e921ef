//! When to say what about one thing that a rule watches: told once, reminded at most every cool-down,
//! and told when it is over, if anybody was told that it began.

use time::{Duration, OffsetDateTime};

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Since when it is so.
    pub since: OffsetDateTime,
    /// Since when it counts: it has lasted long enough.
    pub opened: Option<OffsetDateTime>,
    /// Since when it is no longer so.
    pub over: Option<OffsetDateTime>,
    /// The last thing said was that it is so.
    pub believed: bool,
    /// When something was said last.
    pub told: Option<OffsetDateTime>,
}

/// What is due to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Say {
    /// It is so.
    Opened,
    /// It is still so.
    Still,
    /// It is over.
    Over,
}

impl State {
    /// Seen for the first time.
    pub fn new(now: OffsetDateTime, must_last: Duration) -> Self {
        Self {
            since: now,
            opened: must_last.is_zero().then_some(now),
            over: None,
            believed: false,
            told: None,
        }
    }

    /// Is it open now?
    pub fn is_open(&self) -> bool {
        self.opened.is_some() && self.over.is_none()
    }

    /// After another look: is it so?
    #[must_use]
    pub fn look(mut self, holds: bool, now: OffsetDateTime, must_last: Duration) -> Self {
        match (holds, self.over) {
            (true, Some(_)) => {
                self.since = now;
                self.over = None;
                self.opened = must_last.is_zero().then_some(now);
            }
            (true, None) if self.opened.is_none() && now - self.since >= must_last => {
                self.opened = Some(now);
            }
            (false, None) => self.over = Some(now),
            _ => {}
        }
        self
    }

    /// What is to be said now; what began and ended between two messages is not worth one.
    pub fn due(&self, now: OffsetDateTime, cool_down: Duration) -> Option<Say> {
        let rested = self.told.is_none_or(|told| now - told >= cool_down);
        match (self.is_open(), self.believed) {
            (true, false) if rested => Some(Say::Opened),
            (true, true) if rested => Some(Say::Still),
            (false, true) if self.over.is_some() => Some(Say::Over),
            _ => None,
        }
    }

    /// After it was said.
    #[must_use]
    pub fn said(mut self, say: Say, now: OffsetDateTime) -> Self {
        self.believed = say != Say::Over;
        self.told = Some(now);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOL: Duration = Duration::hours(1);

    fn at(minutes: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    /// A look each minute: `#` it is so, `.` it is not. What was said, at which minute.
    fn told(seen: &str, must_last: Duration) -> Vec<(i64, Say)> {
        let mut state: Option<State> = None;
        let mut told = Vec::new();
        for (minute, seen) in (0..).zip(seen.chars()) {
            let (now, holds) = (at(minute), seen == '#');
            state = match state {
                None if holds => Some(State::new(now, must_last)),
                None => None,
                Some(state) => Some(state.look(holds, now, must_last)),
            };
            if let Some(known) = state
                && let Some(say) = known.due(now, COOL)
            {
                told.push((minute, say));
                state = Some(known.said(say, now));
            }
        }
        told
    }

    #[test]
    fn once_then_reminded_then_over() {
        let long = "#".repeat(130) + "....";
        let said = [
            (0, Say::Opened),
            (60, Say::Still),
            (120, Say::Still),
            (130, Say::Over),
        ];
        assert_eq!(told(&long, Duration::ZERO), said);
    }

    #[test]
    fn what_flaps_is_told_at_most_once_a_cool_down() {
        // Told, over; then nothing but flapping until the hour since the last word is over.
        let flapping = "#.".repeat(60);
        let said = told(&flapping, Duration::ZERO);
        assert_eq!(said[..2], [(0, Say::Opened), (1, Say::Over)]);
        assert_eq!(said[2..], [(62, Say::Opened), (63, Say::Over)]);
    }

    #[test]
    fn what_ends_before_it_counts_is_never_told() {
        let five = Duration::minutes(5);
        assert_eq!(told(&"####.".repeat(20), five), []);
        assert_eq!(told("######..", five), [(5, Say::Opened), (6, Say::Over)]);
    }

    #[test]
    fn back_before_its_end_was_said_is_the_same() {
        let open = State::new(at(0), Duration::ZERO).said(Say::Opened, at(0));
        // Nobody had time to say that it was over.
        let back = open
            .look(false, at(1), Duration::ZERO)
            .look(true, at(2), Duration::ZERO);
        assert_eq!(back.due(at(2), COOL), None);
        assert_eq!(back.due(at(60), COOL), Some(Say::Still));
    }
}
