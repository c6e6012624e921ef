//! What changed lately, read once for all streams of this process: a hundred open pages ask the database no more
//! often than one.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Change, Cursor, Since, sql};

/// What was read within this time is new enough.
const FRESH: Duration = Duration::from_millis(50);
/// Readings that are kept, for streams that are behind: ten seconds at least.
const KEPT: usize = 200;

/// The newest part of the table `changes`.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    read: Option<Read>,
    /// When the database last did not answer.
    failed: Option<Instant>,
}

#[derive(Debug)]
struct Read {
    /// When the last reading began.
    at: Instant,
    /// Nothing is known of what was before.
    from: Cursor,
    /// Each reading that found something, with where it ended.
    found: VecDeque<(Cursor, Vec<Change>)>,
    /// Where the last reading ended.
    to: Cursor,
    /// There was more, or it was not readable yet.
    more: bool,
}

impl Journal {
    /// As [`super::lately`].
    pub(super) async fn since(&self, pool: &PgPool, cursor: Cursor) -> Result<Since, sqlx::Error> {
        let arrived = Instant::now();
        let mut state = self.0.lock().await;
        // Whoever waited for an answer in vain does not wait once more for each who waited with them.
        if state.failed.is_some_and(|at| at >= arrived) {
            return Err(sqlx::Error::PoolTimedOut);
        }
        let fresh = |read: &Read| read.at.elapsed() < FRESH && cursor <= read.to;
        if !state.read.as_ref().is_some_and(fresh) {
            let before = state.read.take();
            match Read::on(before, pool, cursor).await {
                Ok(read) => state.read = Some(read),
                Err(error) => {
                    state.failed = Some(Instant::now());
                    return Err(error);
                }
            }
        }
        let known = |read: &&Read| (read.from..=read.to).contains(&cursor);
        if let Some(read) = state.read.as_ref().filter(known) {
            return Ok(read.since(cursor));
        }
        drop(state);
        sql::since(pool, cursor).await
    }
}

impl Read {
    /// Reads on; from `cursor` where nothing was read yet.
    async fn on(before: Option<Self>, pool: &PgPool, cursor: Cursor) -> Result<Self, sqlx::Error> {
        let at = Instant::now();
        let from = before.as_ref().map_or(cursor, |read| read.to);
        let since = sql::since(pool, from).await?;
        let empty = |from| Self {
            at,
            from,
            found: VecDeque::new(),
            to: since.cursor,
            more: since.more,
        };
        let mut read = match before {
            Some(read) if !since.everything => read,
            None if !since.everything => empty(from),
            // What was between is not known.
            _ => return Ok(empty(since.cursor)),
        };
        (read.at, read.to, read.more) = (at, since.cursor, since.more);
        if !since.changes.is_empty() {
            read.found.push_back((since.cursor, since.changes));
        }
        while read.found.len() > KEPT {
            if let Some((end, _)) = read.found.pop_front() {
                read.from = end;
            }
        }
        Ok(read)
    }

    /// From memory.
    fn since(&self, cursor: Cursor) -> Since {
        let new = self.found.iter().rev();
        let new = new.take_while(|(end, _)| *end > cursor);
        let changes: BTreeSet<Change> = new.flat_map(|(_, changes)| changes).copied().collect();
        Since {
            changes: changes.into_iter().collect(),
            cursor: self.to,
            everything: false,
            more: self.more,
        }
    }
}
