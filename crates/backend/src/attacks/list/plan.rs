//! Which stretches of the log can hold what is asked for.

use std::collections::{BTreeMap, VecDeque};

use domain::attack::facet::Facet;
use domain::attack::prefix;
use domain::attack::window::{HOURS_KEPT, floor};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::query::{Filters, Search};
use super::{AT_ONCE, STRETCHES, sql};

/// The shortest time that dates tell apart.
pub(super) const TICK: Duration = Duration::MICROSECOND;
/// Hours are swept at this age; days serve a little sooner.
const DAYS_FROM: Duration = HOURS_KEPT.saturating_sub(Duration::DAY);

/// From (included) to (not included).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: OffsetDateTime,
    pub to: OffsetDateTime,
    /// Lines that are looked at there.
    pub reads: i64,
    /// Lines that may be found there; at most.
    pub hits: i64,
}

/// Counts of hours (of days where no hours are kept), by their start.
pub(super) type Counts = BTreeMap<OffsetDateTime, i64>;

/// Since when hours are counted; before, days.
pub(super) fn hours_since(now: OffsetDateTime) -> OffsetDateTime {
    floor(now - DAYS_FROM, Duration::DAY)
}

/// The stretches before `past`, newest first.
pub(super) async fn stretches(
    pool: &PgPool,
    now: OffsetDateTime,
    filters: &Filters,
    past: OffsetDateTime,
) -> Result<Vec<Stretch>, sqlx::Error> {
    let asked = sql::Asked {
        hours: hours_since(now),
        from: filters.from,
        past,
        node: filters.node.unwrap_or(0),
    };
    let facets = facets(filters);
    let everything = facets.is_empty()
        && filters.node.is_none()
        && filters.kind.is_none()
        && filters.search == Search::Nothing;
    if everything {
        // By the order of the index: as many lines as the page has.
        return Ok(vec![Stretch {
            from: filters.from,
            to: past,
            reads: 0,
            hits: 0,
        }]);
    }
    let all = sql::Asked { node: 0, ..asked };
    let reads = sql::lines_counted(pool, all, None).await?;
    let mut hits = sql::lines_counted(pool, asked, filters.kind).await?;
    for any in &facets {
        let mut of_one = Counts::new();
        for (facet, key) in any {
            for (start, events) in sql::facet_counted(pool, asked, *facet, key).await? {
                *of_one.entry(start).or_default() += events;
            }
        }
        hits = least(&hits, &of_one);
    }
    let own = match &filters.search {
        // Read by its address: nobody else's lines are looked at.
        Search::Source(_) => facets
            .iter()
            .flatten()
            .find(|(facet, _)| *facet == Facet::Source),
        _ => None,
    };
    let own = match own {
        Some((facet, key)) => Some(sql::facet_counted(pool, all, *facet, key).await?),
        None => None,
    };
    let reads = own.unwrap_or(reads);
    let mut found: Vec<Stretch> = hits
        .into_iter()
        .map(|(start, hits)| {
            let length = if start < asked.hours {
                Duration::DAY
            } else {
                Duration::HOUR
            };
            Stretch {
                from: start.max(filters.from),
                to: (start + length).min(past),
                reads: reads.get(&start).copied().unwrap_or_default().max(hits),
                hits,
            }
        })
        .filter(|stretch| stretch.from < stretch.to)
        .collect();
    found.sort_by_key(|stretch| std::cmp::Reverse(stretch.from));
    Ok(found)
}

/// What the filters say in words of the counted facets: in each row, any of them.
fn facets(filters: &Filters) -> Vec<Vec<(Facet, String)>> {
    let mut facets = Vec::new();
    let mut one = |facet, key: Option<String>| facets.extend(key.map(|key| vec![(facet, key)]));
    one(Facet::Country, filters.country.clone());
    one(Facet::Network, filters.asn.map(|asn| asn.to_string()));
    one(Facet::Extension, filters.extension.clone());
    one(Facet::Prefix, filters.prefix.clone());
    match &filters.search {
        Search::Source(net) => one(Facet::Source, Some(net.addr().to_string())),
        Search::Text(text) => {
            let mut any = vec![(Facet::Extension, text.clone())];
            let tried = prefix::tried(text);
            any.extend(tried.map(|prefix| (Facet::Prefix, prefix.to_owned())));
            facets.push(any);
        }
        Search::Network(..) | Search::Nothing => {}
    }
    facets
}

/// Where both have something, the lesser.
fn least(one: &Counts, other: &Counts) -> Counts {
    one.iter()
        .filter_map(|(start, events)| Some((*start, *events.min(other.get(start)?))))
        .collect()
}

/// What one statement looks at, off the front of what is left.
pub(super) async fn take(
    pool: &PgPool,
    filters: &Filters,
    rest: &mut VecDeque<Stretch>,
    missing: i64,
) -> Result<Vec<Stretch>, sqlx::Error> {
    let mut taken = Vec::new();
    let (mut reads, mut hits) = (0, 0);
    while let Some(next) = rest.pop_front() {
        let enough = hits >= missing || reads + next.reads > AT_ONCE || taken.len() == STRETCHES;
        if enough && !taken.is_empty() {
            rest.push_front(next);
            break;
        }
        let (newer, older) = cut(pool, filters, next).await?;
        if let Some(older) = older {
            rest.push_front(older);
        }
        (reads, hits) = (reads + newer.reads, hits + newer.hits);
        taken.push(newer);
    }
    Ok(taken)
}

/// As much of a stretch as one statement may look at, the newest, and what is left of it. By the lines
/// themselves: they may all stand in one second of it.
pub(super) async fn cut(
    pool: &PgPool,
    filters: &Filters,
    stretch: Stretch,
) -> Result<(Stretch, Option<Stretch>), sqlx::Error> {
    if stretch.reads <= AT_ONCE {
        return Ok((stretch, None));
    }
    let last = sql::last_of(pool, filters, stretch, AT_ONCE).await?;
    let from = last.unwrap_or(stretch.from);
    let newer = Stretch {
        from,
        reads: AT_ONCE,
        ..stretch
    };
    let older = Stretch {
        to: from,
        reads: stretch.reads - AT_ONCE,
        ..stretch
    };
    Ok((newer, Some(older).filter(|older| older.from < older.to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_meet_where_both_have_something() {
        let hour = |hour: i64| OffsetDateTime::UNIX_EPOCH + Duration::hours(hour);
        let one = Counts::from([(hour(1), 5), (hour(2), 7)]);
        let other = Counts::from([(hour(2), 3), (hour(3), 9)]);
        assert_eq!(least(&one, &other), Counts::from([(hour(2), 3)]));
    }
}
