//! What happened, newest first, a page at a time.
//!
//! Each of the four sources is read with a limit; where one was reached, nothing older than what it
//! gave is shown, and the next page begins there. Of a flood the rest of its hour is counted by the
//! rollup and skipped, so that paging through a million lines takes one page for each hour.

use std::borrow::Cow;
use std::net::IpAddr;

use domain::attack::Kind;
use domain::net::Network;
use time::{Duration, OffsetDateTime};

use super::around::share;
use super::fold::{Attempt, bursts, entries};
use super::sql::LineRow;
use super::{Event, LINES, Members, Timeline, around, sql};
use crate::bans::BanEventRow;
use crate::{Backend, Error, audit, orders};

/// Ban events, orders and audit rows that are read for one page, as [`super::LINES`].
const OTHERS: i64 = 600;
/// Events on one page.
const PAGE: usize = 50;

/// One page; `until` is [`Timeline::next`] of the page before.
///
/// # Errors
/// [`Error::Database`].
pub async fn timeline(
    backend: &Backend,
    members: &Members,
    until: Option<OffsetDateTime>,
) -> Result<Timeline, Error> {
    let pool = &backend.pool;
    let is_first = until.is_none();
    let until = until.unwrap_or_else(|| around::ahead(backend));
    let mut networks = around::holding(members.network);
    networks.extend(members.banned.iter().chain(&members.sources));
    networks.sort_unstable();
    networks.dedup();

    let each = share(LINES, members.sources.len());
    let lines = async {
        if is_first {
            return Ok(Cow::Borrowed(members.newest.as_slice()));
        }
        let lines = sql::lines(pool, &members.sources, until, each).await?;
        Ok(Cow::Owned(lines))
    };
    let events_each = share(OTHERS, networks.len());
    let events = sql::events(pool, &networks, until, events_each);
    let orders = orders::about(pool, &networks, until, OTHERS);
    let objects: Vec<String> = networks
        .iter()
        .map(|net| Network::from(*net).to_string())
        .collect();
    let audited = audit::about(pool, &objects, until, OTHERS);
    let (lines, events, orders, audited) = tokio::try_join!(lines, events, orders, audited)?;

    // Nothing older than this is known to be complete.
    let mut from = OffsetDateTime::UNIX_EPOCH;
    let full = |count: usize| i64::try_from(count).unwrap_or(i64::MAX) >= OTHERS;
    if full(orders.len()) {
        from = from.max(after(orders.last().map(|order| order.ordered_at), until));
    }
    if full(audited.len()) {
        from = from.max(after(audited.last().map(|row| row.at), until));
    }
    for net in &networks {
        let of_it = events.iter().filter(|event| event.network == *net);
        from = from.max(oldest_of_full(
            of_it.map(|event| event.at),
            events_each,
            until,
        ));
    }
    let mut cut_hour = None;
    for source in &members.sources {
        let of_it = lines.iter().filter(|line| line.source == *source);
        let oldest = oldest_of_full(of_it.map(|line| line.at), each, until);
        cut_hour = cut_hour.max((oldest > OffsetDateTime::UNIX_EPOCH).then(|| hour(oldest)));
    }
    if let Some(hour) = cut_hour {
        from = from.max(hour);
    }

    let attempts: Vec<Attempt> = lines
        .iter()
        .filter(|line| line.at >= from)
        .map(attempt)
        .collect();
    let mut others: Vec<Event> = entries(events.into_iter().map(BanEventRow::from).collect())
        .into_iter()
        .map(Event::Log)
        .collect();
    others.extend(by_click(orders));
    others.extend(audited.into_iter().map(|row| Event::Audit(Box::new(row))));
    others.retain(|event| event.at() >= from);
    others.sort_by_key(|event| std::cmp::Reverse(event.at()));
    let between: Vec<_> = others.iter().map(Event::at).collect();

    let in_hour = cut_hour.map(|hour| {
        attempts
            .iter()
            .filter(|attempt| attempt.at < hour + Duration::HOUR)
            .count()
    });
    let mut bursts = bursts(attempts, &between);
    if let (Some(hour), Some(read), Some(last)) = (cut_hour, in_hour, bursts.last_mut())
        && hour == from
    {
        let keys = sql::keys(&members.sources);
        let read = i64::try_from(read).unwrap_or(i64::MAX);
        match sql::lines_of_hour(pool, &keys, hour).await? {
            Some(all) if all > read => last.lines += all - read,
            _ => last.at_least = true,
        }
        last.first = hour;
    }
    let mut events = others;
    events.extend(bursts.into_iter().map(Event::Attempts));
    events.sort_by_key(|event| std::cmp::Reverse(event.at()));
    let mut next = (from > OffsetDateTime::UNIX_EPOCH).then(|| from - Duration::MICROSECOND);
    if events.len() > PAGE {
        next = Some(events[PAGE].at())
            .filter(|at| *at < events[0].at())
            .or(next);
        events.truncate(PAGE);
    }
    Ok(Timeline { events, next })
}

fn attempt(line: &LineRow) -> Attempt {
    Attempt {
        at: line.at,
        source: IpAddr::to_canonical(&line.source.addr()),
        node: line.node_name.clone(),
        kind: Kind::from_text(&line.kind),
        extension: line.extension.clone(),
        number: line.number.clone(),
    }
}

/// Right after the oldest that was read: others of its very moment may be missing. Where all are of one
/// moment, that moment.
fn after(oldest: Option<OffsetDateTime>, until: OffsetDateTime) -> OffsetDateTime {
    let oldest = oldest.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (oldest + Duration::MICROSECOND).min(until)
}

/// [`after`], where the limit was reached.
fn oldest_of_full(
    times: impl Iterator<Item = OffsetDateTime>,
    limit: i64,
    until: OffsetDateTime,
) -> OffsetDateTime {
    let times: Vec<_> = times.collect();
    if i64::try_from(times.len()).unwrap_or(i64::MAX) < limit {
        return OffsetDateTime::UNIX_EPOCH;
    }
    after(times.last().copied(), until)
}

fn hour(at: OffsetDateTime) -> OffsetDateTime {
    at - Duration::nanoseconds_i128(at.unix_timestamp_nanos().rem_euclid(3_600_000_000_000))
}

/// The orders of one click about one network stand together.
fn by_click(orders: Vec<orders::OrderRow>) -> Vec<Event> {
    let mut clicks: Vec<Vec<orders::OrderRow>> = Vec::new();
    for order in orders {
        let same = |click: &&mut Vec<orders::OrderRow>| {
            let first = &click[0];
            (first.batch, first.network) == (order.batch, order.network)
        };
        match clicks.iter_mut().find(same) {
            Some(click) => click.push(order),
            None => clicks.push(vec![order]),
        }
    }
    clicks.into_iter().map(Event::Orders).collect()
}
