//! Bounds of a report, and its texts made harmless.

use std::borrow::Cow;

use domain::inert;
use domain::wire::{Chunk, EVENTS_PER_REPORT, RAW_LIMIT, Report};
use time::OffsetDateTime;

use crate::{Error, Problem};

/// Most pieces of logs in one report.
const CHUNKS: usize = 256;
/// Most lines of one ban list message.
const BANS: usize = 250_000;
/// Most answers to orders.
const RESULTS: usize = 10_000;
/// Most whitelist proofs.
const PROOFS: usize = 10_000;
/// Longest extension, number or cause; bytes.
const SHORT: usize = 1_024;
/// An inert line grows by at most this factor.
const GROWTH: usize = 4;
/// Longest extension or number that is stored; bytes.
pub(crate) const TEXT: usize = GROWTH * SHORT;

/// Refuses what no worker of ours sends.
pub(super) fn report(report: &Report) -> Result<(), Error> {
    let too_long = |field, count: usize, max| {
        if count > max {
            Err(Error::invalid(field, Problem::TooLong { max }))
        } else {
            Ok(())
        }
    };
    too_long("chunks", report.chunks.len(), CHUNKS)?;
    let attacks = report.chunks.iter().map(|chunk| chunk.attacks.len()).sum();
    too_long("attacks", attacks, EVENTS_PER_REPORT)?;
    let bans = report.chunks.iter().map(|chunk| chunk.bans.len()).sum();
    too_long("bans", bans, EVENTS_PER_REPORT)?;
    too_long("results", report.results.len(), RESULTS)?;
    if let Some(list) = &report.ban_list {
        too_long("ban_list", list.changed.len() + list.gone.len(), BANS)?;
    }
    if let Some(answer) = &report.whitelist {
        too_long("whitelist", answer.proofs.len(), PROOFS)?;
    }
    if report.chunks.iter().all(sound) {
        Ok(())
    } else {
        Err(Error::invalid("chunks", Problem::BadCharacters))
    }
}

/// Positions that make sense: nothing negative, every line inside its chunk, in order, once.
fn sound(chunk: &Chunk) -> bool {
    let inside = |offset: i64| (chunk.start..chunk.end.offset).contains(&offset);
    let attacks = chunk.attacks.iter().map(|event| event.offset);
    let bans = chunk.bans.iter().map(|event| event.offset);
    chunk.start >= 0
        && chunk.end.offset >= chunk.start
        && chunk.end.generation >= 0
        && attacks.clone().all(inside)
        && bans.clone().all(inside)
        && attacks.is_sorted_by(|a, b| a < b)
        && bans.is_sorted_by(|a, b| a < b)
        && chunk.gap.as_ref().is_none_or(|gap| {
            gap.from >= 0
                && gap.to >= gap.from
                && (0..=chunk.end.generation).contains(&gap.generation)
        })
}

/// A raw line.
pub(super) fn raw(text: &str) -> Cow<'_, str> {
    bounded(text, RAW_LIMIT * GROWTH)
}

/// An extension, a number, a cause.
pub(super) fn short(text: &str) -> Cow<'_, str> {
    bounded(text, SHORT)
}

/// A field of a line; `None` where it is empty, too, so that nothing counts as an extension.
pub(super) fn said(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.filter(|text| !text.is_empty()).map(short)
}

/// Cuts at `limit` bytes; a text that is not inert as it should be is made so (Postgres refuses NUL).
pub(crate) fn bounded(text: &str, limit: usize) -> Cow<'_, str> {
    let text = &text[..text.floor_char_boundary(limit)];
    if inert::is_inert(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(inert::inert(text.as_bytes(), limit))
    }
}

/// Years that both `time` and Postgres have.
const EARLIEST: i64 = -62_000_000_000;
const LATEST: i64 = 253_000_000_000;

/// Microseconds since 1970; `None` past the ends of the calendar.
pub(crate) fn time_of_micros(micros: i64) -> Option<OffsetDateTime> {
    let sane = (EARLIEST..LATEST).contains(&micros.div_euclid(1_000_000));
    sane.then(|| OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok())?
}

/// Seconds since 1970; `None` past the ends of the calendar.
pub(super) fn time_of_seconds(seconds: i64) -> Option<OffsetDateTime> {
    time_of_micros(seconds.checked_mul(1_000_000)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_made_harmless() {
        assert_eq!(bounded("plain \\x00 分机", 100), "plain \\x00 分机");
        assert_eq!(bounded("a\0b\u{202e}", 100), "a\\x00b\\u{202e}");
        assert_eq!(bounded("分机", 4), "分");
    }

    #[test]
    fn times_past_the_calendar_are_none() {
        assert!(time_of_micros(i64::MAX).is_none() && time_of_micros(i64::MIN).is_none());
        assert!(time_of_seconds(i64::MAX).is_none());
        assert_eq!(time_of_micros(0), Some(OffsetDateTime::UNIX_EPOCH));
    }
}
