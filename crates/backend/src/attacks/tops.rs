//! The top of facets: the heads of each bucket by rank, then the exact sums of whatever may be among the
//! first. What it costs does not grow with the number of lines. All facets share their statements: a page
//! shows five, and most of what a small one costs is asking.

use std::collections::HashMap;

use domain::attack::facet::Facet;
use domain::attack::window::Window;
use domain::ids::NodeId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::cut::{Level, Stretch, cut};
use super::sql::{self, Head, Sums};
use super::threshold::{Candidates, Found, Heads};
use crate::{Backend, Error, counts};

/// Keys of each bucket that are looked at first, and at last.
const DEPTH: usize = 50;
const DEEPEST: usize = 3_200;
/// Keys of all buckets, unless there are so many buckets that each has fewer than its first.
const HEADS: usize = 50_000;
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
    /// What it is about.
    pub facet: Facet,
    /// Most lines first; equals by key.
    pub rows: Vec<Top>,
    /// How many keys there were; `None` where counting them would cost too much.
    pub keys: Option<i64>,
    /// `false`: a key that is missing may belong among them (a flood of equals, or a time of which
    /// not everything is kept). The lines shown are right all the same, but for such a time.
    pub exact: bool,
}

/// The keys with most lines of one node or all, at most `limit` (and 100), of each of the facets in their
/// order.
///
/// # Errors
/// [`Error::Database`].
pub async fn tops(
    backend: &Backend,
    facets: &[Facet],
    node: Option<NodeId>,
    window: Window,
    limit: usize,
) -> Result<Vec<Tops>, Error> {
    // What is pending there is not in the counters yet.
    let mut tx = counts::snapshot(&backend.pool).await?;
    let (conn, now) = (&mut *tx, backend.clock.now());
    let before = window.before(now);
    let asked = facets;
    let facets: Vec<i16> = asked.iter().map(|facet| counts::code(*facet)).collect();
    let pending = sql::pending(conn, &facets, node, window, count(DEEPEST)).await?;
    let rolled = sql::rolled(conn, now).await?;
    let stretches = cut(window, Level::Day, rolled);
    let mut search = Search {
        conn,
        node,
        window,
        stretches: &stretches,
        pending,
    };
    let mut found = search.run(&facets, limit.clamp(1, LONGEST)).await?;
    let incomplete = sql::incomplete(conn, &facets, node, &stretches).await?;
    let keys = found.iter().flat_map(|(facet, found)| {
        let keys = found.rows.iter().map(|(key, _)| key.as_str());
        keys.map(|key| (*facet, key))
    });
    let stretches = cut(before, Level::Day, rolled);
    let earlier = sql::sums(conn, &keys.collect::<Vec<_>>(), node, before, &stretches).await?;
    let tops = |(facet, code): (&Facet, i16)| {
        let found = found.remove(&code)?;
        let before = |key: &str| earlier.get(&code).and_then(|sums| sums.get(key));
        let row = |(key, events): (String, i64)| Top {
            before: before(&key).copied().unwrap_or(0),
            key,
            events,
        };
        Some(Tops {
            facet: *facet,
            rows: found.rows.into_iter().map(row).collect(),
            keys: found.keys.map(count),
            exact: found.exact && !incomplete.contains(&code),
        })
    };
    Ok(asked.iter().zip(facets).filter_map(tops).collect())
}

/// As Postgres counts.
fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

struct Search<'a> {
    conn: &'a mut PgConnection,
    node: Option<NodeId>,
    window: Window,
    stretches: &'a [Stretch],
    /// One more bucket of each facet, [`DEEPEST`] keys of it.
    pending: HashMap<i16, Vec<Head>>,
}

impl Search<'_> {
    async fn run(
        &mut self,
        facets: &[i16],
        limit: usize,
    ) -> Result<HashMap<i16, Found>, sqlx::Error> {
        let starts = |stretch: &Stretch| {
            let level = stretch.level.code();
            stretch.starts().map(move |start| (level, start))
        };
        let buckets: Vec<_> = self.stretches.iter().flat_map(starts).collect();
        let mut depth = DEPTH.max(limit);
        let deepest = DEEPEST.min(HEADS / buckets.len().max(1)).max(depth);
        let mut facets = facets.to_vec();
        let mut found = HashMap::new();
        loop {
            let heads = self.heads(&facets, &buckets, depth).await?;
            let candidates = heads.into_iter().map(|heads| heads.candidates(limit));
            let candidates: Vec<_> = facets.iter().copied().zip(candidates).collect();
            let mut sums = self.sums(&candidates).await?;
            facets.clear();
            for (facet, candidates) in candidates {
                let sums = sums.remove(&facet).unwrap_or_default();
                let first = candidates.first(limit, sums);
                if !first.exact {
                    facets.push(facet);
                }
                found.insert(facet, first);
            }
            if facets.is_empty() || depth == deepest {
                return Ok(found);
            }
            depth = (depth * 4).min(deepest);
        }
    }

    /// The first `depth` of each bucket, and what is pending, of each facet.
    async fn heads(
        &mut self,
        facets: &[i16],
        buckets: &[(i16, OffsetDateTime)],
        depth: usize,
    ) -> Result<Vec<Heads>, sqlx::Error> {
        let heads = sql::heads(self.conn, facets, self.node, buckets, count(depth)).await?;
        let mut heads = heads.into_iter();
        let of = |facet: &i16| {
            let mut of = Heads::default();
            for head in heads.by_ref().take(buckets.len()) {
                of.add(head, depth);
            }
            if let Some(pending) = self.pending.get(facet) {
                of.add(pending.clone(), DEEPEST);
            }
            of
        };
        Ok(facets.iter().map(of).collect())
    }

    async fn sums(&mut self, candidates: &[(i16, Candidates)]) -> Result<Sums, sqlx::Error> {
        let keys = candidates
            .iter()
            .flat_map(|(facet, of)| of.unsure().map(|key| (*facet, key)))
            .collect::<Vec<_>>();
        sql::sums(self.conn, &keys, self.node, self.window, self.stretches).await
    }
}
