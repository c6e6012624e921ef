//! Pauses between tries: doubled up to a limit, and spread so that a hundred workers do not return
//! in one moment.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const MOST: Duration = Duration::from_secs(15);

/// Counts failed tries.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// No failure since it last worked?
    pub fn is_fresh(&self) -> bool {
        self.failures == 0
    }

    /// How long to wait after one more failure: between half and all of the doubled pause.
    pub fn pause(&mut self) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.failures.min(16)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        let half = pause / 2;
        let parts = u32::try_from(random() % 1_001).unwrap_or(0);
        half + half * parts / 1_000
    }
}

/// A number nobody can foretell (the standard library's hash keys come from the system).
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_a_limit_and_is_spread() {
        let mut backoff = Backoff::default();
        let mut limit = FIRST;
        for _ in 0..40 {
            let pause = backoff.pause();
            assert!(
                pause >= limit / 2 && pause <= limit,
                "{pause:?} of {limit:?}"
            );
            limit = (limit * 2).min(MOST);
        }
        let pauses: std::collections::HashSet<_> = (0..20).map(|_| backoff.pause()).collect();
        assert!(pauses.len() > 5);
        backoff.reset();
        assert!(backoff.pause() <= FIRST);
    }
}
