//! What fail2ban did, one line of its log after the other: filtered, newest first, page by page.
//!
//! One index has the order of time, another the networks. A network with few events is read by its own
//! index and sorted; all else is read in the order of time, where a page that is filtered looks at a
//! bounded number of events and says how far it came if they did not fill it.

mod sql;

use domain::ban::BanEventKind;
use domain::ids::NodeId;
use domain::net::Network;
use sqlx::PgPool;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::query::searched;
use super::{BanEventRow, PAGE_LIMIT};
use crate::attacks::Place;
use crate::{Backend, Error};

/// Events that one page may look at.
const MOST_READ: i64 = 100_000;
/// A network with no more events is read by address and then sorted.
const FEW: i64 = 20_000;
/// After every date that is stored.
const END: OffsetDateTime = datetime!(9999-01-01 00:00 UTC);

/// Which events, from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Of this node's log.
    pub node: Option<NodeId>,
    /// Of this kind.
    pub kind: Option<BanEventKind>,
    /// As [`super::BanQuery::search`].
    pub search: String,
    /// Not older.
    pub from: Option<OffsetDateTime>,
    /// Older than this.
    pub to: Option<OffsetDateTime>,
    /// The page after this [`HistoryPage::next`].
    pub after: Option<String>,
    /// Rows, 1 to [`PAGE_LIMIT`].
    pub limit: i64,
}

/// A page of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryPage {
    /// Newest first.
    pub rows: Vec<HistoryRow>,
    /// For [`HistoryQuery::after`], where there may be more.
    pub next: Option<String>,
    /// The page is not full: it looked at enough events, and no further back than this.
    pub reached: Option<OffsetDateTime>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its name in addresses.
    pub place: String,
    /// What happened.
    pub event: BanEventRow,
}

/// A [`HistoryQuery`], understood.
struct Asked {
    node: Option<i64>,
    kind: Option<&'static str>,
    network: Option<Network>,
    from: OffsetDateTime,
    to: OffsetDateTime,
    after: Option<Place>,
}

impl Asked {
    fn of(query: &HistoryQuery) -> Result<Self, Error> {
        let after: Option<Place> = query.after.as_deref().and_then(|text| text.parse().ok());
        let to = query.to.unwrap_or(END);
        Ok(Self {
            node: query.node.map(|node| node.0),
            kind: query.kind.map(BanEventKind::as_str),
            network: searched(&query.search)?,
            from: query.from.unwrap_or(OffsetDateTime::UNIX_EPOCH),
            // Others of the very moment may follow.
            to: after.map_or(to, |place| to.min(place.at + Duration::MICROSECOND)),
            after,
        })
    }

    /// Is anything passed over in the order of time?
    fn is_filtered(&self) -> bool {
        self.node.is_some() || self.kind.is_some() || self.network.is_some()
    }
}

/// One page.
///
/// # Errors
/// [`Error::Invalid`] on `search` where that is neither an address nor a network nor a part of one.
pub async fn history(backend: &Backend, query: &HistoryQuery) -> Result<HistoryPage, Error> {
    let limit = query.limit.clamp(1, PAGE_LIMIT);
    let asked = Asked::of(query)?;
    let mut page = find(&backend.pool, &asked, limit + 1).await?;
    if i64::try_from(page.rows.len()).is_ok_and(|found| found > limit) {
        page.rows.truncate(usize::try_from(limit).unwrap_or(0));
        page.next = page.rows.last().map(|row| row.place.clone());
    }
    Ok(page)
}

async fn find(pool: &PgPool, asked: &Asked, wanted: i64) -> Result<HistoryPage, sqlx::Error> {
    if let Some(network) = asked.network
        && sql::is_few(pool, asked, network, FEW).await?
    {
        return Ok(HistoryPage {
            rows: sql::of_network(pool, asked, network, wanted).await?,
            ..HistoryPage::default()
        });
    }
    let most = if asked.is_filtered() {
        MOST_READ
    } else {
        wanted
    };
    let rows = sql::in_time(pool, asked, most, wanted).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= wanted);
    let last = if is_full {
        None
    } else {
        sql::last_looked_at(pool, asked, most).await?
    };
    Ok(HistoryPage {
        rows,
        next: last.map(|place| place.to_string()),
        reached: last.map(|place| place.at),
    })
}
