//! Lines and bans over time, bar by bar.

use std::collections::HashMap;

use domain::attack::Kind;
use domain::attack::window::{Window, floor};
use domain::ids::NodeId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::cut::{Level, Rolled, cut};
use super::sql;
use crate::{Backend, Error};

/// Lines of both logs of one bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its first moment; it is [`Window::step`] long, or as far as the window goes.
    pub start: OffsetDateTime,
    /// Attack lines of each kind, in the order of [`Kind::ALL`].
    pub events: [i64; 6],
    /// `Ban` lines of `fail2ban.log`.
    pub bans: i64,
    /// `Unban` lines.
    pub unbans: i64,
}

impl Bar {
    /// Attack lines of all kinds.
    pub fn total(&self) -> i64 {
        self.events.iter().sum()
    }

    fn empty(start: OffsetDateTime) -> Self {
        Self {
            start,
            events: [0; 6],
            bans: 0,
            unbans: 0,
        }
    }

    /// Where lines of that kind are counted.
    fn of(&mut self, kind: &str) -> Option<&mut i64> {
        match kind {
            "ban" => Some(&mut self.bans),
            "unban" => Some(&mut self.unbans),
            kind => {
                let place = Kind::ALL.iter().position(|known| known.as_str() == kind)?;
                self.events.get_mut(place)
            }
        }
    }
}

/// Lines of one node or all, oldest bar first, empty ones included.
///
/// # Errors
/// [`Error::Database`].
pub async fn over_time(
    backend: &Backend,
    node: Option<NodeId>,
    window: Window,
) -> Result<Vec<Bar>, Error> {
    let mut conn = backend.pool.acquire().await?;
    Ok(bars(&mut conn, backend.clock.now(), node, window).await?)
}

/// As [`over_time`].
pub(super) async fn bars(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    node: Option<NodeId>,
    window: Window,
) -> Result<Vec<Bar>, sqlx::Error> {
    let step = window.step(now);
    let stretches = cut(window, Level::within(step), Rolled::EVERYTHING);
    let counted = sql::events(conn, node, window, &stretches, step).await?;
    let mut bars: HashMap<OffsetDateTime, Bar> = HashMap::new();
    for row in counted {
        let start = floor(row.bar, step);
        let bar = bars.entry(start).or_insert_with(|| Bar::empty(start));
        if let Some(events) = bar.of(&row.kind) {
            *events += row.events;
        }
    }
    let bar = |start| bars.remove(&start).unwrap_or_else(|| Bar::empty(start));
    Ok(window.bars(step).map(bar).collect())
}
