//! The console's time: its last word, carried on by a clock that nobody sets. Expiries are the
//! console's, and a node's clock that jumps must end no whitelist entry.

use std::sync::{Arc, Mutex};

use runtime::Clock;
use tokio::time::Instant;

use crate::tail::watch::lock;

/// Clones share what was heard.
#[derive(Clone, Debug)]
pub struct ConsoleTime {
    clock: Clock,
    heard: Arc<Mutex<Option<(i64, Instant)>>>,
}

impl ConsoleTime {
    /// The node's own time until the console says its.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            heard: Arc::default(),
        }
    }

    /// The console's clock shows this, milliseconds since 1970.
    pub fn hear(&self, now: i64) {
        *lock(&self.heard) = Some((now, Instant::now()));
    }

    /// Seconds since 1970.
    pub fn unix(&self) -> i64 {
        match *lock(&self.heard) {
            Some((then, at)) => {
                let since = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
                then.saturating_add(since).div_euclid(1_000)
            }
            None => self.clock.unix(),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn hostile_10_the_nodes_clock_counts_until_the_console_speaks() {
        let clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(1_000).unwrap());
        let time = ConsoleTime::new(clock.clone());
        clock.advance(time::Duration::hours(2));
        assert_eq!(time.unix(), 8_200);
        time.hear(5_000_900);
        clock.advance(time::Duration::hours(-4));
        // Whatever the node's clock shows now.
        assert!((5_000..5_060).contains(&time.unix()));
    }
}
