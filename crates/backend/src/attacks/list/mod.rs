//! The list of attack lines: filtered, newest first, page by page.
//!
//! No filter has an index of its own but the source's. The counts of hours and days say where a filter
//! has anything at all; only those stretches of the log are read, in order of time. What one page
//! reads is bounded, also in an hour that holds millions of lines: where a filter is so rare that the
//! page does not fill, it says how far it looked.

mod matches;
mod place;
mod plan;
mod query;
mod sql;

use std::collections::VecDeque;
use std::net::IpAddr;

use domain::attack::Kind;
use domain::ids::NodeId;
use time::OffsetDateTime;

use crate::{Backend, Error};
pub use matches::{Matches, matches};
pub(crate) use place::Place;
use query::{Filters, Search};
pub use query::{LineQuery, PAGE_LIMIT};

/// Lines that one page may look at, about.
const MOST_READ: i64 = 200_000;
/// Lines that one statement may look at, about: those of one moment are looked at together.
const AT_ONCE: i64 = 50_000;
/// Stretches of one statement.
const STRETCHES: usize = 400;
/// A network with fewer lines is read by address and then sorted.
const FEW: i64 = 20_000;

/// One line as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedLine {
    /// Its name in addresses.
    pub place: String,
    /// Whose log.
    pub node: NodeId,
    /// Its name.
    pub node_name: String,
    /// By the line; by arrival where it names no date.
    pub at: OffsetDateTime,
    /// The attacker.
    pub source: Option<IpAddr>,
    /// ISO 3166, of the source, when the line arrived.
    pub country: Option<String>,
    /// Number of the autonomous system, likewise.
    pub asn: Option<i64>,
    /// What was tried.
    pub kind: Kind,
    /// Attacked, as sent.
    pub extension: Option<String>,
    /// Dialed, as sent.
    pub number: Option<String>,
    /// What was tried to get out with.
    pub prefix: Option<String>,
    /// What the call rules said about the number.
    pub rule: Option<String>,
    /// User agent, as sent.
    pub agent: Option<String>,
    /// The line, inert.
    pub raw: String,
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinePage {
    /// Newest first.
    pub rows: Vec<LoggedLine>,
    /// For [`LineQuery::after`], where there may be more.
    pub next: Option<String>,
    /// The page is not full: it looked at enough lines, and no further back than this.
    pub reached: Option<OffsetDateTime>,
}

/// One page.
///
/// # Errors
/// [`Error::Database`].
pub async fn list(backend: &Backend, query: &LineQuery) -> Result<LinePage, Error> {
    let limit = query.limit.clamp(1, PAGE_LIMIT);
    let Some(filters) = Filters::of(query) else {
        return Ok(LinePage::default());
    };
    let after = query.after.as_deref().and_then(|text| text.parse().ok());
    let mut page = find(backend, &filters, after, limit + 1).await?;
    let full = i64::try_from(page.rows.len()).is_ok_and(|found| found > limit);
    if full {
        page.rows.truncate(usize::try_from(limit).unwrap_or(0));
        page.next = page.rows.last().map(|row| row.place.clone());
        page.reached = None;
    }
    Ok(page)
}

/// One line by its place.
///
/// # Errors
/// [`Error::Database`].
pub async fn line(backend: &Backend, place: &str) -> Result<Option<LoggedLine>, Error> {
    match place.parse::<Place>() {
        Ok(place) => Ok(sql::line(&backend.pool, place).await?),
        Err(()) => Ok(None),
    }
}

async fn find(
    backend: &Backend,
    filters: &Filters,
    after: Option<Place>,
    wanted: i64,
) -> Result<LinePage, Error> {
    let pool = &backend.pool;
    let past = after.map_or(filters.to, |place| filters.to.min(place.past()));
    if let Search::Network(low, high) = filters.search
        && sql::is_few(pool, filters, (low, high), past, FEW).await?
    {
        let rows = sql::of_network(pool, filters, (low, high), after, past, wanted).await?;
        return Ok(LinePage {
            rows,
            ..LinePage::default()
        });
    }
    let stretches = plan::stretches(pool, backend.clock.now(), filters, past).await?;
    let mut rest = VecDeque::from(stretches);
    let mut page = LinePage::default();
    let mut read = 0;
    while let Some(next) = rest.front() {
        let missing = wanted - i64::try_from(page.rows.len()).unwrap_or(wanted);
        if missing <= 0 {
            break;
        }
        if read >= MOST_READ {
            page.next = Some(Place::begin(next.to).to_string());
            page.reached = Some(next.to);
            break;
        }
        let now = plan::take(pool, filters, &mut rest, missing).await?;
        page.rows
            .extend(sql::in_stretches(pool, filters, &now, after, missing).await?);
        read += now.iter().map(|stretch| stretch.reads).sum::<i64>();
    }
    Ok(page)
}
