//! Pieces of logs: what lies past the cursor is stored, what lies before it is passed over.

use std::collections::BTreeMap;

use domain::ids::NodeId;
use domain::wire::{BanEvent, Chunk, Cursor, Gap, Source};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::columns::{AHEAD, Attacks};
use super::{Touched, sql};
use crate::Error;
use crate::changes::Topic;

/// Stores what is new of `chunks` and moves the cursors; returns where all of them stand now.
pub(super) async fn store(
    conn: &mut PgConnection,
    node: NodeId,
    chunks: &[Chunk],
    now: OffsetDateTime,
    touched: &mut Touched,
) -> Result<Vec<Cursor>, Error> {
    let mut cursors: BTreeMap<Source, Cursor> = sql::cursors(conn, node)
        .await?
        .into_iter()
        .map(|cursor| (cursor.source, cursor))
        .collect();
    let mut attacks = Attacks::default();
    let mut bans: Vec<(i64, &BanEvent)> = Vec::new();
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
        match source {
            Source::Attacks => {
                let new = chunk.attacks.iter().filter(|event| event.offset >= from);
                new.for_each(|event| attacks.push(generation, event, now));
            }
            Source::Fail2ban => {
                let new = chunk.bans.iter().filter(|event| event.offset >= from);
                bans.extend(new.map(|event| (generation, event)));
            }
        }
        cursors.insert(source, chunk.end);
        moved.push(source);
    }
    if !attacks.offsets.is_empty() {
        sql::insert_attacks(conn, node, &attacks).await?;
        sql::count_minutes(conn, node, &attacks.minutes).await?;
        touched.topics.insert(Topic::Attacks);
    }
    if !bans.is_empty() {
        sql::insert_ban_events(conn, node, &bans, now + AHEAD, now).await?;
        touched
            .networks
            .extend(bans.iter().map(|(_, event)| event.network.ipnet()));
        touched.topics.insert(Topic::Bans);
    }
    for (source, gap) in &gaps {
        sql::insert_gap(conn, node, *source, gap, now).await?;
        touched.topics.insert(Topic::Nodes);
    }
    moved.sort_unstable();
    moved.dedup();
    for source in moved {
        sql::move_cursor(conn, node, cursors[&source]).await?;
    }
    Ok(cursors.into_values().collect())
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
        cause: "unexplained".to_owned(),
    })
}
