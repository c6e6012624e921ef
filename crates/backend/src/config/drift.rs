//! Does a node differ from what it was proven to have?

use domain::config::Kind;
use domain::ids::NodeId;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{Content, sql};
use crate::Error;

/// Notes since when it does, or that it does not. While something is under way nothing is said, and
/// what a failed deployment left behind is no change by hand. True where that changed.
pub(super) async fn compare(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
    now: OffsetDateTime,
) -> Result<bool, Error> {
    let Some(state) = sql::compared(conn, node, kind).await? else {
        return Ok(false);
    };
    let differs = state.loaded || !state.same && differs(kind, &state)?;
    if differs == state.drifted {
        return Ok(false);
    }
    sql::set_drift(conn, node, kind, differs.then_some(now)).await?;
    Ok(true)
}

fn differs(kind: Kind, state: &sql::Compared) -> Result<bool, Error> {
    let read = |json: &Option<Value>, table| {
        let content = json
            .clone()
            .map(|json| Content::from_json(kind, table, json));
        content.transpose()
    };
    let verified = read(&state.verified, "revisions")?;
    let wanted = read(&state.wanted, "revisions")?;
    let found = read(&state.found, "node_configs")?;
    let running = read(&state.running, "node_configs")?;
    let ours: Vec<_> = verified.iter().chain(&wanted).collect();
    let agree = |there: &Content| ours.iter().any(|ours| ours.agrees(there));
    Ok(
        !found.is_some_and(|found| agree(&found))
            || running.is_some_and(|running| !agree(&running)),
    )
}
