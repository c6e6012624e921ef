//! Lines of chosen keys of a facet over time.

use std::collections::HashMap;

use domain::attack::facet::Facet;
use domain::attack::window::{Window, floor};
use time::OffsetDateTime;

use super::cut::{Level, cut};
use super::sql;
use crate::{Backend, Error, counts};

/// Lines of these keys together on all nodes, oldest bar first, empty ones included.
pub(crate) async fn of_keys(
    backend: &Backend,
    facet: Facet,
    keys: &[String],
    window: Window,
) -> Result<Vec<(OffsetDateTime, i64)>, Error> {
    let now = backend.clock.now();
    let step = window.step_of_keys(now);
    let facet = counts::code(facet);
    let mut tx = counts::snapshot(&backend.pool).await?;
    let stretches = cut(
        window,
        Level::within(step),
        sql::rolled(&mut tx, now).await?,
    );
    let counted = sql::of_keys(&mut tx, facet, keys, window, &stretches, step).await?;
    // Nobody waits for its end.
    drop(tx);
    let mut bars: HashMap<OffsetDateTime, i64> = HashMap::new();
    for (bar, events) in counted {
        *bars.entry(floor(bar, step)).or_default() += events;
    }
    let bar = |start| (start, bars.get(&start).copied().unwrap_or(0));
    Ok(window.bars(step).map(bar).collect())
}
