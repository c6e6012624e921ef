//! Pieces of logs: what lies past the cursor is stored, what lies before it is passed over.

use std::collections::{BTreeMap, BTreeSet};

use domain::gap::Cause;
use domain::ids::NodeId;
use domain::wire::{Chunk, Cursor, Gap, Source};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use super::columns::{Attacks, BanEvents, time_of, time_of_ban};
use super::meaning::Judge;
use super::weeks::{Log, monday};
use super::{Touched, copy, sql};
use crate::Error;
use crate::changes::Topic;
use crate::counts::Sums;

/// When a report came, and from when on lines are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub now: OffsetDateTime,
    pub kept: OffsetDateTime,
}

/// The partitions that these chunks need.
pub(super) fn weeks(chunks: &[Chunk], times: Times) -> BTreeSet<(Log, Date)> {
    let attacks = chunks.iter().flat_map(|chunk| &chunk.attacks);
    let attacks = attacks.map(|event| (Log::Attacks, time_of(event, times.now)));
    let bans = chunks.iter().flat_map(|chunk| &chunk.bans);
    let bans = bans.map(|event| (Log::BanEvents, time_of_ban(event, times.now)));
    let kept = attacks.chain(bans).filter(|(_, at)| *at >= times.kept);
    kept.map(|(log, at)| (log, monday(at))).collect()
}

/// Stores what is new of `chunks` and moves the cursors; returns where all of them stand now.
pub(super) async fn store(
    conn: &mut PgConnection,
    node: NodeId,
    chunks: &[Chunk],
    judge: &Judge,
    times: Times,
    touched: &mut Touched,
) -> Result<Vec<Cursor>, Error> {
    let mut cursors: BTreeMap<Source, Cursor> = sql::cursors(conn, node)
        .await?
        .into_iter()
        .map(|cursor| (cursor.source, cursor))
        .collect();
    let mut attacks = Attacks::default();
    let mut bans = BanEvents::default();
    let mut sums = Sums::default();
    let mut gaps: Vec<(Source, Gap)> = Vec::new();
    let mut moved = Vec::new();
    for chunk in chunks {
        let source = chunk.end.source;
        let Some(from) = new_from(chunk, cursors.get(&source)) else {
            continue;
        };
        gaps.extend(chunk.gap.clone().map(|gap| (source, gap)));
        gaps.extend(unexplained(chunk, cursors.get(&source)).map(|gap| (source, gap)));
        let generation = chunk.end.generation;
        let mut old = TooOld::default();
        match source {
            Source::Attacks => {
                let new = chunk.attacks.iter().filter(|event| event.offset >= from);
                for event in new {
                    let at = time_of(event, times.now);
                    if old.kept(event.offset, at >= times.kept) {
                        let meaning = judge.meaning(event);
                        attacks.push(generation, event, at, meaning, &mut sums);
                    }
                }
            }
            Source::Fail2ban => {
                let new = chunk.bans.iter().filter(|event| event.offset >= from);
                for event in new {
                    let at = time_of_ban(event, times.now);
                    if old.kept(event.offset, at >= times.kept) {
                        bans.push(generation, event, at, &mut sums);
                    }
                }
            }
        }
        gaps.extend(old.gaps(chunk).map(|gap| (source, gap)));
        cursors.insert(source, chunk.end);
        moved.push(source);
    }
    if !attacks.offsets.is_empty() {
        copy::attacks(conn, node, &attacks).await?;
        touched.topics.insert(Topic::Attacks);
    }
    if !bans.offsets.is_empty() {
        sql::insert_ban_events(conn, node, &bans).await?;
        touched.networks.extend(&bans.networks);
        touched.topics.insert(Topic::Bans);
    }
    sums.store(conn, node).await?;
    if !gaps.is_empty() {
        sql::insert_gaps(conn, node, &gaps, times.now).await?;
        touched.topics.insert(Topic::Nodes);
    }
    moved.sort_unstable();
    moved.dedup();
    for source in moved {
        sql::move_cursor(conn, node, cursors[&source]).await?;
    }
    Ok(cursors.into_values().collect())
}

/// Lines of a chunk that are older than what is kept: not stored, and shown as the gap they leave.
#[derive(Default)]
struct TooOld {
    /// Begins and ends of them, as far as the next line that is kept.
    runs: Vec<(i64, Option<i64>)>,
}

impl TooOld {
    /// Notes the line at `offset`; hands `kept` back.
    fn kept(&mut self, offset: i64, kept: bool) -> bool {
        match self.runs.last_mut() {
            Some((_, end @ None)) if kept => *end = Some(offset),
            Some((_, None)) => {}
            _ if kept => {}
            _ => self.runs.push((offset, None)),
        }
        kept
    }

    fn gaps(self, chunk: &Chunk) -> impl Iterator<Item = Gap> {
        let end = chunk.end;
        self.runs.into_iter().map(move |(from, to)| Gap {
            generation: end.generation,
            from,
            to: to.unwrap_or(end.offset),
            cause: Cause::TooOld.to_string(),
        })
    }
}

/// The first byte of the chunk that is not stored; `None` where all of it is.
fn new_from(chunk: &Chunk, stored: Option<&Cursor>) -> Option<i64> {
    match stored {
        Some(stored) if chunk.end.generation < stored.generation => None,
        Some(stored) if chunk.end.generation == stored.generation => {
            (chunk.end.offset > stored.offset).then_some(stored.offset)
        }
        _ => Some(0),
    }
}

/// Bytes between what is stored and the chunk that no gap accounts for: a fault of the worker, or a
/// database restored from a backup. Shown like any other loss.
fn unexplained(chunk: &Chunk, stored: Option<&Cursor>) -> Option<Gap> {
    let stored = stored?;
    let same = chunk.end.generation == stored.generation;
    let from = if same { stored.offset } else { 0 };
    let explained = chunk.gap.as_ref().is_some_and(|gap| {
        gap.generation == chunk.end.generation && gap.from <= from && gap.to >= chunk.start
    });
    (chunk.start > from && !explained).then(|| Gap {
        generation: chunk.end.generation,
        from,
        to: chunk.start,
        cause: Cause::Unexplained.to_string(),
    })
}
