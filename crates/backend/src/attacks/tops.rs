//! The top of a facet, by the threshold algorithm: the heads of each bucket by rank, then the exact sums
//! of whatever may be among the first. What it costs does not grow with the number of lines.

use std::collections::HashMap;

use domain::attack::facet::Facet;
use domain::attack::window::Window;
use domain::ids::NodeId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::cut::{Level, Stretch, cut};
use super::sql::{self, Head};
use crate::{Backend, Error, counts};

/// Keys of each bucket that are looked at first, and at last.
const DEPTH: usize = 50;
const DEEPEST: usize = 3_200;
/// Keys of all buckets, unless there are so many buckets that each has fewer than its first.
const HEADS: usize = 50_000;
/// Keys whose sums are asked for at once.
const CANDIDATES: usize = 2_000;
/// Longest list.
const LONGEST: usize = 100;

/// One line of a top list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Top {
    /// The address, ASN, country code, extension or prefix; what an attacker sent, made inert.
    pub key: String,
    /// Lines in the window.
    pub events: i64,
    /// Lines of the same key in the window of equal length right before.
    pub before: i64,
}

/// A top list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tops {
    /// Most lines first; equals by key.
    pub rows: Vec<Top>,
    /// How many keys there were; `None` where counting them would cost too much.
    pub keys: Option<i64>,
    /// `false`: a key that is missing may belong among them (a flood of equals, or a time of which
    /// not everything is kept). The lines shown are right all the same, but for such a time.
    pub exact: bool,
}

/// The keys with most lines of one node or all; at most `limit` (and 100).
pub async fn tops(
    backend: &Backend,
    facet: Facet,
    node: Option<NodeId>,
    window: Window,
    limit: usize,
) -> Result<Tops, Error> {
    let now = backend.clock.now();
    let before = window.before(now);
    let facet = counts::code(facet);
    // One snapshot: what is pending here is not in the counters yet.
    let mut tx = sql::snapshot(&backend.pool).await?;
    let pending = sql::pending(&mut tx, facet, node, window, count(DEEPEST)).await?;
    let rolled = sql::rolled(&mut tx, now).await?;
    let stretches = cut(window, Level::Day, rolled);
    let limit = limit.clamp(1, LONGEST);
    let mut search = Search {
        conn: &mut tx,
        facet,
        node,
        window,
        stretches: &stretches,
        pending,
    };
    let mut found = search.run(limit).await?;
    found.exact &= sql::complete(&mut tx, facet, node, &stretches).await?;
    let keys: Vec<&str> = found.rows.iter().map(|row| row.0.as_str()).collect();
    let stretches = cut(before, Level::Day, rolled);
    let earlier = sql::sums(&mut tx, facet, node, before, &stretches, &keys).await?;
    tx.rollback().await?;
    let row = |(key, events): (String, i64)| Top {
        before: earlier.get(&key).copied().unwrap_or(0),
        key,
        events,
    };
    Ok(Tops {
        rows: found.rows.into_iter().map(row).collect(),
        keys: found.keys,
        exact: found.exact,
    })
}

/// As Postgres counts.
fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

struct Search<'a> {
    conn: &'a mut PgConnection,
    facet: i16,
    node: Option<NodeId>,
    window: Window,
    stretches: &'a [Stretch],
    /// One more bucket, [`DEEPEST`] keys of it.
    pending: Vec<Head>,
}

struct Found {
    rows: Vec<(String, i64)>,
    keys: Option<i64>,
    exact: bool,
}

/// What the heads say about a key.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Lines in the heads.
    events: i64,
    /// Sum of the last ones of those heads: it has no more than that in the others' rests.
    cuts: i64,
}

impl Search<'_> {
    async fn run(&mut self, limit: usize) -> Result<Found, sqlx::Error> {
        let starts = |stretch: &Stretch| {
            let level = stretch.level.code();
            stretch.starts().map(move |start| (level, start))
        };
        let buckets: Vec<_> = self.stretches.iter().flat_map(starts).collect();
        let mut depth = DEPTH.max(limit);
        let deepest = DEEPEST.min(HEADS / buckets.len().max(1)).max(depth);
        loop {
            let (seen, rest) = self.heads(&buckets, depth).await?;
            let found = self.among(seen, rest, limit).await?;
            if found.exact || depth == deepest {
                return Ok(found);
            }
            depth = (depth * 4).min(deepest);
        }
    }

    /// Every key among the first `depth` of some bucket, and the most that any other key can have.
    async fn heads(
        &mut self,
        buckets: &[(i16, OffsetDateTime)],
        depth: usize,
    ) -> Result<(HashMap<String, Seen>, i64), sqlx::Error> {
        let heads = sql::heads(self.conn, self.facet, self.node, buckets, count(depth)).await?;
        let heads = heads.into_iter().map(|head| (head, depth));
        let mut seen: HashMap<String, Seen> = HashMap::new();
        let mut rest = 0;
        for (head, depth) in heads.chain([(self.pending.clone(), DEEPEST)]) {
            // A bucket that has been read to its end has nothing more.
            let cut = match head.last() {
                Some(last) if head.len() == depth => last.events,
                _ => 0,
            };
            rest += cut;
            for Head { key, events } in head {
                let seen = seen.entry(key).or_default();
                seen.events += events;
                seen.cuts += cut;
            }
        }
        Ok((seen, rest))
    }

    /// The first `limit` of what was seen; `rest` is the most that an unseen key can have.
    async fn among(
        &mut self,
        seen: HashMap<String, Seen>,
        rest: i64,
        limit: usize,
    ) -> Result<Found, sqlx::Error> {
        let keys = (rest == 0).then(|| count(seen.len()));
        let mut least: Vec<i64> = seen.values().map(|seen| seen.events).collect();
        least.sort_unstable_by(|a, b| b.cmp(a));
        let bar = least.get(limit - 1).copied().unwrap_or(0);
        let most = |seen: &Seen| seen.events + rest - seen.cuts;
        let mut candidates: Vec<(String, Seen)> = seen
            .into_iter()
            .filter(|(_, seen)| most(seen) >= bar)
            .collect();
        candidates.sort_unstable_by_key(|(_, seen)| std::cmp::Reverse(most(seen)));
        // The most that a candidate can have whose sum is not asked for.
        let passed = candidates.get(CANDIDATES).map_or(0, |(_, seen)| most(seen));
        candidates.truncate(CANDIDATES);
        let mut rows: Vec<(String, i64)> = if rest == 0 {
            let row = |(key, seen): (String, Seen)| (key, seen.events);
            candidates.into_iter().map(row).collect()
        } else {
            let keys: Vec<&str> = candidates.iter().map(|(key, _)| key.as_str()).collect();
            let (window, stretches) = (self.window, self.stretches);
            let sums = sql::sums(self.conn, self.facet, self.node, window, stretches, &keys);
            sums.await?.into_iter().collect()
        };
        rows.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows.truncate(limit);
        let last = if rows.len() == limit {
            rows[limit - 1].1
        } else {
            0
        };
        Ok(Found {
            exact: last >= rest.max(passed),
            rows,
            keys,
        })
    }
}
