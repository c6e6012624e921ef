//! The text of a node's file, as its worker last told: for previews, and for taking lists over.

use std::collections::BTreeMap;

use domain::config::Kind;
use domain::ids::NodeId;

use super::{report, sql};
use crate::{Backend, Error};

/// Path and text of each file of a kind on a node; none where nothing was told, or where the texts
/// were sealed by another key.
pub async fn texts(
    backend: &Backend,
    node: NodeId,
    kind: Kind,
) -> Result<BTreeMap<String, String>, Error> {
    let Some(sealed) = sql::texts(&backend.pool, node, kind).await? else {
        return Ok(BTreeMap::new());
    };
    let Ok(opened) = backend.sealer().open(&report::place(node, kind), &sealed) else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_slice(&opened).map_err(|error| Error::Inconsistent {
        table: "node_configs",
        what: error.to_string(),
    })
}
