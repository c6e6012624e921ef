//! Bans that do not hold: lines of a banned address, written on the very node that holds the ban, a
//! while after it began.

use domain::insight::Insight;
use domain::net::Network;
use time::Duration;

use super::{MOST, sql};
use crate::{Backend, Error};

/// Lines that are looked at.
const WITHIN: Duration = Duration::minutes(10);
/// What was on its way when the ban began is logged within this: a SIP transaction lives 32 seconds.
const GRACE: Duration = Duration::seconds(35);
/// A ban that ended is gone from the node's list within this.
const LAG: Duration = Duration::seconds(15);
/// One late line proves nothing.
const LINES_AFTER: i64 = 3;

pub(super) async fn find(backend: &Backend) -> Result<Vec<Insight>, Error> {
    let now = backend.clock.now();
    let rows = sql::still_sending(
        &backend.pool,
        sql::After {
            from: now - WITHIN,
            to: now - LAG,
            now,
            grace: GRACE,
            least: LINES_AFTER,
        },
    )
    .await?;
    let found = rows
        .into_iter()
        .take(MOST)
        .map(|row| Insight::StillSending {
            network: Network::from(row.network),
            node: row.node_name,
            lines: row.lines,
            since: row.since.unix_timestamp(),
            last: row.last.unix_timestamp(),
        });
    Ok(found.collect())
}
