//! What a node's worker is sent: of each kind the newest deployment that holds, whole.

use domain::config::{CONFIRM_SECONDS, Deploy, Kind};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::wire::DesiredConfig;

use super::content::read;
use super::sql;
use crate::{Backend, Error};

/// With the version that it has, see [`crate::nodes::Look`].
pub async fn desired(backend: &Backend, node: NodeId) -> Result<(i64, DesiredConfig), Error> {
    let rows = sql::wanted(&backend.pool, node).await?;
    let version = rows.first().ok_or(Error::NotFound)?.version;
    let mut desired = DesiredConfig::default();
    for row in rows {
        let Some(wanted) = row.wanted else {
            continue;
        };
        match sql::kind("node_configs", &wanted.kind)? {
            kind @ Kind::CallRules => desired.call_rules = Some(deploy(kind, wanted)?),
            kind @ Kind::Acl => desired.acl = Some(deploy(kind, wanted)?),
            kind @ Kind::Profiles => desired.profiles = Some(deploy(kind, wanted)?),
            kind @ Kind::Jail => desired.jail = Some(deploy(kind, wanted)?),
        }
    }
    Ok((version, desired))
}

fn deploy<T>(kind: Kind, wanted: sql::Wanted) -> Result<Deploy<T>, Error>
where
    T: serde::de::DeserializeOwned,
{
    Ok(Deploy {
        deployment: DeploymentId(wanted.deployment),
        attempt: u32::try_from(wanted.attempt).unwrap_or_default(),
        revision: RevisionId(wanted.revision),
        content: read("revisions", wanted.content)?,
        confirm_seconds: (kind == Kind::Acl).then_some(CONFIRM_SECONDS),
        confirmed: wanted.confirmed,
    })
}
