//! All that the dashboard shows of a time, of one moment.

use domain::attack::facet::Facet;
use domain::attack::window::Window;
use domain::ids::NodeId;

use super::over_time::{Bar, bars};
use super::tops::{Tops, lists};
use crate::{Backend, Error, counts};

/// Charts and lists of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panels {
    /// As [`super::over_time`].
    pub bars: Vec<Bar>,
    /// Those of the window before.
    pub before: Vec<Bar>,
    /// As [`super::tops`], of every facet in the order of [`Facet::ALL`].
    pub tops: Vec<Tops>,
}

/// What one node or all saw in a window; lists of at most `limit` (and 100). One snapshot, and one connection:
/// most of what a small panel costs is asking.
///
/// # Errors
/// [`Error::Database`].
pub async fn panels(
    backend: &Backend,
    node: Option<NodeId>,
    window: Window,
    limit: usize,
) -> Result<Panels, Error> {
    let now = backend.clock.now();
    let mut tx = counts::snapshot(&backend.pool).await?;
    let panels = Panels {
        bars: bars(&mut tx, now, node, window).await?,
        before: bars(&mut tx, now, node, window.before(now)).await?,
        tops: lists(&mut tx, now, &Facet::ALL, node, window, limit).await?,
    };
    tx.rollback().await?;
    Ok(panels)
}
