//! All that the dashboard shows of a time.

use domain::attack::facet::Facet;
use domain::attack::window::Window;
use domain::ids::NodeId;

use super::over_time::{Bar, bars};
use super::tops::{Tops, tops};
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

/// What one node or all saw in a window; lists of at most `limit` (and 100). The charts are of one moment, and
/// so are the lists: each reads while the other waits for its answer.
///
/// # Errors
/// [`Error::Database`].
pub async fn panels(
    backend: &Backend,
    node: Option<NodeId>,
    window: Window,
    limit: usize,
) -> Result<Panels, Error> {
    let charts = async {
        let now = backend.clock.now();
        let mut tx = counts::snapshot(&backend.pool).await?;
        let before = bars(&mut tx, now, node, window.before(now)).await?;
        Ok((bars(&mut tx, now, node, window).await?, before))
    };
    let lists = tops(backend, &Facet::ALL, node, window, limit);
    let ((bars, before), tops) = tokio::try_join!(charts, lists)?;
    Ok(Panels { bars, before, tops })
}
