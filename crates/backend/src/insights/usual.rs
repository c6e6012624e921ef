//! The last 60 minutes against the same hour of other weeks.

use domain::attack::Kind;
use domain::attack::window::floor;
use domain::insight::Insight;
use time::{Duration, OffsetDateTime};

use super::sql;
use crate::{Backend, Error};

/// Other weeks that must be known, and the most that are asked.
const LEAST_WEEKS: i64 = 2;
const MOST_WEEKS: i64 = 8;
/// So many lines an hour are worth a word.
const LINES: i64 = 100;
/// Times as many as the most, or a part of the least.
const MORE: i64 = 3;
const FEWER: i64 = 10;

pub(super) async fn find(backend: &Backend) -> Result<Option<Insight>, Error> {
    let now = floor(backend.clock.now(), Duration::MINUTE);
    let kinds = Kind::ALL.map(Kind::as_str);
    let Some(first) = sql::first_hour(&backend.pool, &kinds).await? else {
        return Ok(None);
    };
    // The first hour may have begun in the middle.
    let known = (now - Duration::HOUR - first - Duration::HOUR).whole_weeks();
    let weeks = known.min(MOST_WEEKS);
    if weeks < LEAST_WEEKS {
        return Ok(None);
    }
    let lines = sql::lines_since(&backend.pool, now - Duration::HOUR, now, &kinds).await?;
    let (mut least, mut most) = (i64::MAX, 0);
    for week in 1..=weeks {
        let usual = usual(backend, now - Duration::weeks(week), &kinds).await?;
        (least, most) = (least.min(usual), most.max(usual));
    }
    let more = lines >= LINES && lines >= MORE * most.max(1);
    let fewer = least >= LINES && lines * FEWER <= least;
    Ok((more || fewer).then_some(Insight::UnusualHour {
        now: lines,
        least,
        most,
        weeks,
    }))
}

/// Lines in the 60 minutes before `to`, by the two hours that they lie in.
async fn usual(backend: &Backend, to: OffsetDateTime, kinds: &[&str]) -> Result<i64, Error> {
    let hour = floor(to, Duration::HOUR);
    let (before, of_hour) = sql::lines_of_hours(&backend.pool, hour, kinds).await?;
    let minutes = (to - hour).whole_minutes();
    Ok((before * (60 - minutes) + of_hour * minutes) / 60)
}
