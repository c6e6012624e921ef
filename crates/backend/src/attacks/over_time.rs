//! Lines and bans over time, bar by bar.

use std::collections::HashMap;

use domain::attack::Kind;
use domain::attack::window::{Window, floor};
use domain::ids::NodeId;
use time::OffsetDateTime;

use super::cut::{Level, Rolled, cut};
use super::sql;
use crate::{Backend, Error};

/// Attack lines of one bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its first moment; it is [`Window::step`] long, or as far as the window goes.
    pub start: OffsetDateTime,
    /// Lines of each kind, in the order of [`Kind::ALL`].
    pub events: [i64; 6],
}

impl Bar {
    /// Of all kinds.
    pub fn total(&self) -> i64 {
        self.events.iter().sum()
    }
}

/// Lines of `fail2ban.log` of one bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BanBar {
    /// As [`Bar::start`].
    pub start: OffsetDateTime,
    /// `Ban` lines.
    pub bans: i64,
    /// `Unban` lines.
    pub unbans: i64,
}

/// Attack lines of one node or all, oldest bar first, empty ones included.
pub async fn over_time(
    backend: &Backend,
    node: Option<NodeId>,
    window: Window,
) -> Result<Vec<Bar>, Error> {
    let kinds = Kind::ALL.map(Kind::as_str);
    let bars = bars(backend, node, window, kinds).await?;
    let bar = |(start, events)| Bar { start, events };
    Ok(bars.into_iter().map(bar).collect())
}

/// As [`over_time`], of bans and unbans.
pub async fn bans_over_time(
    backend: &Backend,
    node: Option<NodeId>,
    window: Window,
) -> Result<Vec<BanBar>, Error> {
    let bars = bars(backend, node, window, ["ban", "unban"]).await?;
    let bar = |(start, [bans, unbans]): (_, [i64; 2])| BanBar {
        start,
        bans,
        unbans,
    };
    Ok(bars.into_iter().map(bar).collect())
}

async fn bars<const N: usize>(
    backend: &Backend,
    node: Option<NodeId>,
    window: Window,
    kinds: [&str; N],
) -> Result<Vec<(OffsetDateTime, [i64; N])>, Error> {
    let now = backend.clock.now();
    let step = window.step(now);
    let stretches = cut(window, Level::within(step), Rolled::EVERYTHING);
    let counted = sql::events(&backend.pool, node, window, &stretches, step, &kinds).await?;
    let mut bars: HashMap<OffsetDateTime, [i64; N]> = HashMap::new();
    for row in counted {
        let kind = kinds.iter().position(|kind| *kind == row.kind);
        if let Some(kind) = kind {
            bars.entry(floor(row.bar, step)).or_insert([0; N])[kind] += row.events;
        }
    }
    let bar = |start| (start, bars.get(&start).copied().unwrap_or([0; N]));
    Ok(window.bars(step).map(bar).collect())
}
