//! The threshold algorithm: who may be among the first, as far as the heads of all buckets tell, and whether
//! somebody may be who is in none of them.

use std::collections::HashMap;

use super::sql::Head;

/// Keys whose sums are asked for at once.
const CANDIDATES: usize = 2_000;

/// The heads of all buckets of one facet.
#[derive(Default)]
pub(super) struct Heads {
    seen: HashMap<String, Seen>,
    /// The most that a key can have that is in none of them.
    rest: i64,
}

/// What the heads say about a key.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Lines in the heads.
    events: i64,
    /// Sum of the last ones of those heads: it has no more than that in the others' rests.
    cuts: i64,
}

impl Heads {
    /// The first `depth` keys of one more bucket, or all that it has.
    pub(super) fn add(&mut self, head: Vec<Head>, depth: usize) {
        // A bucket that has been read to its end has nothing more.
        let cut = match head.last() {
            Some(last) if head.len() == depth => last.events,
            _ => 0,
        };
        self.rest += cut;
        for Head { key, events } in head {
            let seen = self.seen.entry(key).or_default();
            seen.events += events;
            seen.cuts += cut;
        }
    }

    /// Whoever may be among the first `limit`.
    pub(super) fn candidates(self, limit: usize) -> Candidates {
        let rest = self.rest;
        let known = self.seen.len();
        let mut least: Vec<i64> = self.seen.values().map(|seen| seen.events).collect();
        least.sort_unstable_by(|a, b| b.cmp(a));
        let bar = least.get(limit - 1).copied().unwrap_or(0);
        let most = |seen: &Seen| seen.events + rest - seen.cuts;
        let mut keys: Vec<(String, Seen)> = self.seen.into_iter().collect();
        keys.retain(|(_, seen)| most(seen) >= bar);
        keys.sort_unstable_by_key(|(_, seen)| std::cmp::Reverse(most(seen)));
        let passed = keys.get(CANDIDATES).map_or(0, |(_, seen)| most(seen));
        keys.truncate(CANDIDATES);
        let keys = keys.into_iter().map(|(key, seen)| (key, seen.events));
        Candidates {
            keys: keys.collect(),
            known,
            rest,
            passed,
        }
    }
}

/// Keys of one facet, some of which are the first.
pub(super) struct Candidates {
    /// Each with its lines in the heads.
    keys: Vec<(String, i64)>,
    /// Keys in the heads.
    known: usize,
    rest: i64,
    /// The most that a key can have whose sum is not asked for.
    passed: i64,
}

impl Candidates {
    /// Those whose exact sums the heads do not tell.
    pub(super) fn unsure(&self) -> impl Iterator<Item = &str> {
        let keys = if self.rest == 0 { &[] } else { &self.keys[..] };
        keys.iter().map(|(key, _)| key.as_str())
    }

    /// The first `limit` of them, where `sums` has the exact ones of [`Candidates::unsure`].
    pub(super) fn first(self, limit: usize, sums: HashMap<String, i64>) -> Found {
        let sure = self.rest == 0;
        let mut rows: Vec<_> = if sure {
            self.keys
        } else {
            sums.into_iter().collect()
        };
        rows.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows.truncate(limit);
        let last = match rows.get(limit - 1) {
            Some((_, events)) => *events,
            None => 0,
        };
        Found {
            rows,
            keys: sure.then_some(self.known),
            exact: last >= self.rest.max(self.passed),
        }
    }
}

/// The first keys of one facet.
pub(super) struct Found {
    /// Most lines first; equals by key.
    pub rows: Vec<(String, i64)>,
    /// How many keys there are, where that is known.
    pub keys: Option<usize>,
    /// `false`: somebody may be missing.
    pub exact: bool,
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    /// As `facet_counts` has a bucket: keys by rank.
    fn ranked(bucket: &HashMap<String, i64>) -> Vec<Head> {
        let head = |(key, events): (&String, &i64)| Head {
            key: key.clone(),
            events: *events,
        };
        let mut heads: Vec<Head> = bucket.iter().map(head).collect();
        heads.sort_by_key(|head| std::cmp::Reverse(head.events));
        heads
    }

    proptest! {
        /// Whatever was left unread: what is called exact is so, and reading everything is.
        #[test]
        fn exact_is_exact(
            buckets in vec(btree_map("[a-f]", 1..20_i64, 0..6), 0..6),
            depth in 1..7_usize,
            limit in 1..5_usize,
        ) {
            let buckets: Vec<HashMap<String, i64>> =
                buckets.into_iter().map(|bucket| bucket.into_iter().collect()).collect();
            let mut sums: HashMap<String, i64> = HashMap::new();
            for (key, events) in buckets.iter().flatten() {
                *sums.entry(key.clone()).or_default() += events;
            }
            let mut expected: Vec<(String, i64)> = sums.clone().into_iter().collect();
            expected.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            expected.truncate(limit);

            let mut heads = Heads::default();
            for bucket in &buckets {
                let mut head = ranked(bucket);
                head.truncate(depth);
                heads.add(head, depth);
            }
            let candidates = heads.candidates(limit);
            let asked: Vec<String> = candidates.unsure().map(str::to_owned).collect();
            let told = asked.iter().map(|key| (key.clone(), sums[key])).collect();
            let found = candidates.first(limit, told);
            for (key, events) in &found.rows {
                prop_assert_eq!(*events, sums[key]);
            }
            if found.exact {
                // Who is in no head may have as many as the last one here, not more.
                let counts = |rows: &[(String, i64)]| rows.iter().map(|row| row.1).collect::<Vec<_>>();
                prop_assert_eq!(counts(&found.rows), counts(&expected));
            }
            if depth > 6 || buckets.iter().all(|bucket| bucket.len() < depth) {
                prop_assert!(found.exact);
                prop_assert_eq!(found.rows, expected);
                prop_assert_eq!(found.keys, Some(sums.len()));
            }
        }
    }
}
