//! What a node's worker is sent: of each kind the newest deployment that holds, whole.

use domain::config::{CONFIRM_SECONDS, Deploy, Kind};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::wire::DesiredConfig;

use super::{Content, sql};
use crate::{Backend, Error};

/// With the version that it has, see [`crate::nodes::Look`].
pub async fn desired(backend: &Backend, node: NodeId) -> Result<(i64, DesiredConfig), Error> {
    let rows = sql::wanted(&backend.pool, node).await?;
    let version = rows.first().ok_or(Error::NotFound)?.version;
    let mut desired = DesiredConfig::default();
    for wanted in rows.into_iter().filter_map(|row| row.wanted) {
        let kind = sql::kind("node_configs", &wanted.kind)?;
        let revision = RevisionId(wanted.revision);
        let content = backend.contents().get(backend, kind, revision).await?;
        match &*content {
            Content::CallRules(rules) => desired.call_rules = Some(deploy(kind, wanted, rules)),
            Content::Acl(lists) => desired.acl = Some(deploy(kind, wanted, lists)),
            Content::Profiles(profiles) => desired.profiles = Some(deploy(kind, wanted, profiles)),
            Content::Jail(jail) => desired.jail = Some(deploy(kind, wanted, jail)),
        }
    }
    Ok((version, desired))
}

fn deploy<T: Clone>(kind: Kind, wanted: sql::Wanted, content: &T) -> Deploy<T> {
    Deploy {
        deployment: DeploymentId(wanted.deployment),
        attempt: u32::try_from(wanted.attempt).unwrap_or_default(),
        revision: RevisionId(wanted.revision),
        content: content.clone(),
        confirm_seconds: (kind == Kind::Acl).then_some(CONFIRM_SECONDS),
        confirmed: wanted.confirmed,
    }
}
