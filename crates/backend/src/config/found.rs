//! What stands on each node, as its worker last told.

use domain::config::Kind;
use domain::cti::CallRules;
use domain::ids::NodeId;
use domain::profile::Lingering;
use domain::reason::Reason;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::read::part;
use super::sql::Which;
use super::{Content, sql};
use crate::{Backend, Error};

/// One kind on one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFound {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// What stands in its files, where they can be read.
    pub content: Option<Content>,
    /// What is in force although the files say something else.
    pub running: Option<Content>,
    /// Why the files cannot be read or changed.
    pub problem: Option<Reason>,
    /// Of SIP profiles: values that stay in force when they are gone from the file.
    pub lingering: Vec<FoundLingering>,
    /// When the worker told; `None`: not yet.
    pub found_at: Option<OffsetDateTime>,
}

/// A [`Lingering`] value in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundLingering {
    /// The file on the node, inert.
    pub path: String,
    /// What.
    pub what: Lingering,
}

/// What the stored form of what was found says of them; none where an older console stored it.
pub(super) fn lingering(found: &Value) -> Vec<FoundLingering> {
    let stored = found.get("lingering").cloned().unwrap_or_default();
    serde_json::from_value(stored).unwrap_or_default()
}

/// The call rules that a node goes by: those its worker last found, else the revision that was proven
/// there; `None` where nothing is known (or what is stored cannot be read: its lines are stored all the
/// same).
pub(crate) async fn rules_in_force(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Option<CallRules>, Error> {
    let stored = sql::in_force(conn, node, Kind::CallRules).await?;
    Ok(stored.and_then(|json| serde_json::from_value(json).ok()))
}

/// Every node that was told of, by name.
pub async fn found(backend: &Backend, kind: Kind) -> Result<Vec<NodeFound>, Error> {
    let which = Which {
        kind: Some(kind),
        node: None,
        drifted: false,
    };
    let configs = sql::configs(&backend.pool, which).await?;
    let rows = configs.into_iter().map(|config| {
        let found = config.found.unwrap_or_default();
        Ok(NodeFound {
            node: config.node,
            name: config.name,
            content: part(kind, &found, "content")?,
            running: part(kind, &found, "running")?,
            lingering: lingering(&found),
            problem: config.state.problem,
            found_at: config.state.found_at,
        })
    });
    rows.collect()
}
