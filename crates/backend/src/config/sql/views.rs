//! What pages read.

use domain::config::{Kind, Step};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::reason::Reason;
use serde_json::Value;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::super::{
    DeploymentRow, Follower, Held, Line, NodeKind, NodeStep, Reply, RevisionRow, Waits,
};
use super::{kind as stored_kind, stored_step};
use crate::Error;

/// Which nodes' configurations [`configs`] reads.
#[derive(Clone, Copy)]
pub(crate) struct Which {
    pub kind: Option<Kind>,
    pub node: Option<NodeId>,
    /// Only those with drift.
    pub drifted: bool,
}

/// A node's configuration of one kind.
pub(crate) struct Config {
    pub name: String,
    pub node: NodeId,
    pub state: NodeKind,
    /// What was found, `{"content", "running", "problem", …}`.
    pub found: Option<Value>,
    pub loaded: Option<Value>,
}

struct ConfigRow {
    node_id: i64,
    name: String,
    kind: String,
    own: bool,
    found: Option<Value>,
    found_at: Option<OffsetDateTime>,
    loaded: Option<Value>,
    checked_at: Option<OffsetDateTime>,
    drift_since: Option<OffsetDateTime>,
    wanted: Option<i64>,
    wanted_revision: Option<i64>,
    wanted_number: Option<i32>,
    wanted_step: Option<String>,
    verified: Option<i64>,
    verified_revision: Option<i64>,
    verified_number: Option<i32>,
    verified_step: Option<String>,
}

fn held(
    deployment: Option<i64>,
    revision: Option<i64>,
    number: Option<i32>,
    step: Option<String>,
) -> Result<Option<Held>, Error> {
    let (Some(deployment), Some(revision), Some(number), Some(step)) =
        (deployment, revision, number, step)
    else {
        return Ok(None);
    };
    Ok(Some(Held {
        revision: RevisionId(revision),
        number,
        deployment: DeploymentId(deployment),
        step: stored_step(&step)?,
    }))
}

impl TryFrom<ConfigRow> for Config {
    type Error = Error;
    fn try_from(row: ConfigRow) -> Result<Self, Error> {
        let problem = row
            .found
            .as_ref()
            .and_then(|found| found["problem"].as_str())
            .map(Reason::from_text);
        let state = NodeKind {
            kind: stored_kind("node_configs", &row.kind)?,
            own: row.own,
            wanted: held(
                row.wanted,
                row.wanted_revision,
                row.wanted_number,
                row.wanted_step,
            )?,
            step: None,
            verified: held(
                row.verified,
                row.verified_revision,
                row.verified_number,
                row.verified_step,
            )?,
            problem,
            found_at: row.found_at,
            checked_at: row.checked_at,
            drift_since: row.drift_since,
        };
        Ok(Self {
            name: row.name,
            node: NodeId(row.node_id),
            state,
            found: row.found,
            loaded: row.loaded,
        })
    }
}

/// By name, then kind.
pub(crate) async fn configs(conn: impl PgExecutor<'_>, which: Which) -> Result<Vec<Config>, Error> {
    let rows = sqlx::query_as!(
        ConfigRow,
        r#"select n.id as node_id, n.name, c.kind, c.own, c.found, c.found_at, c.loaded, c.checked_at, c.drift_since,
                  c.wanted, w.revision_id as "wanted_revision?", wr.number as "wanted_number?",
                  ws.step as "wanted_step?",
                  c.verified, v.revision_id as "verified_revision?",
                  vr.number as "verified_number?", vs.step as "verified_step?"
           from node_configs c
           join nodes n on n.id = c.node_id
           left join deployments w on w.id = c.wanted
           left join revisions wr on wr.id = w.revision_id
           left join deployment_nodes ws on ws.deployment_id = w.id and ws.node_id = n.id
           left join deployments v on v.id = c.verified
           left join revisions vr on vr.id = v.revision_id
           left join deployment_nodes vs on vs.deployment_id = v.id and vs.node_id = n.id
           where ($1::text is null or c.kind = $1) and ($2::bigint is null or n.id = $2)
             and (not $3 or c.drift_since is not null)
           order by n.name, c.kind"#,
        which.kind.map(Kind::as_str),
        which.node.map(|node| node.0),
        which.drifted,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Every enrolled node with its configuration of a kind, where it has one, by name; and whether it
/// has a line of its own.
pub(crate) async fn followers_of(
    conn: impl PgExecutor<'_> + Copy,
    line: Line,
    heard: OffsetDateTime,
) -> Result<(Vec<Follower>, Vec<(NodeId, String)>), Error> {
    let which = Which {
        kind: Some(line.kind),
        node: line.node,
        drifted: false,
    };
    let mut configs = configs(conn, which).await?;
    let nodes = sqlx::query!(
        r#"select id, name, coalesce(seen_at > $2, false) as "connected!" from nodes
           where token_hash is not null and ($1::bigint is null or id = $1) order by name"#,
        line.node.map(|node| node.0),
        heard,
    )
    .fetch_all(conn)
    .await?;
    let (mut following, mut own) = (Vec::new(), Vec::new());
    for row in nodes {
        let node = NodeId(row.id);
        let found = configs.iter().position(|config| config.node == node);
        let state = found.map(|at| configs.swap_remove(at).state);
        let has_own = state.as_ref().is_some_and(|state| state.own);
        if has_own {
            own.push((node, row.name.clone()));
        }
        if has_own != line.node.is_some() {
            continue;
        }
        following.push(Follower {
            node,
            name: row.name,
            connected: row.connected,
            wanted: state.as_ref().and_then(|state| state.wanted),
            verified: state.as_ref().and_then(|state| state.verified),
            drift_since: state.and_then(|state| state.drift_since),
        });
    }
    Ok((following, own))
}

#[expect(clippy::struct_excessive_bools, reason = "a row as it is read")]
struct StepRow {
    deployment_id: i64,
    node_id: i64,
    name: String,
    connected: bool,
    step: String,
    attempt: i32,
    reason: Option<String>,
    replies: Json<Vec<Reply>>,
    confirmed: bool,
    created_at: OffsetDateTime,
    delivered_at: Option<OffsetDateTime>,
    reloaded_at: Option<OffsetDateTime>,
    ended_at: Option<OffsetDateTime>,
    newest: bool,
    link_up: bool,
    link_why: Option<String>,
}

/// The steps of one deployment, by node name; or those that hold for one node now.
pub(crate) async fn steps(
    conn: impl PgExecutor<'_>,
    deployment: Option<DeploymentId>,
    node: Option<NodeId>,
    heard: OffsetDateTime,
) -> Result<Vec<(DeploymentId, NodeStep)>, Error> {
    let rows = sqlx::query_as!(
        StepRow,
        r#"select s.deployment_id, s.node_id, n.name,
                  coalesce(n.seen_at > $3 and n.revoked_at is null, false) as "connected!",
                  s.step, s.attempt, s.reason, s.replies as "replies: Json<Vec<Reply>>",
                  s.confirmed, s.created_at, s.delivered_at, s.reloaded_at, s.ended_at,
                  not exists (
                      select from deployment_nodes newer
                      where newer.node_id = s.node_id and newer.kind = s.kind
                        and newer.deployment_id > s.deployment_id
                  ) as "newest!",
                  coalesce(l.status ->> 'state' = 'up' and l.lease_until > now(), false) as "link_up!",
                  l.status ->> 'detail' as link_why
           from deployment_nodes s join nodes n on n.id = s.node_id
           left join node_links l on l.node_id = s.node_id
           where ($1::bigint is null or s.deployment_id = $1)
             and ($2::bigint is null or (s.node_id = $2 and s.deployment_id in (
                 select max(deployment_id) from deployment_nodes where node_id = $2 group by kind)))
           order by n.name, s.kind"#,
        deployment.map(|deployment| deployment.0),
        node.map(|node| node.0),
        heard,
    )
    .fetch_all(conn)
    .await?;
    let step = |row: StepRow| {
        let step = stored_step(&row.step)?;
        let waits = match step {
            Step::Pending if !row.connected => Some(Waits::Worker),
            Step::Delivered | Step::Reloaded if !row.link_up => Some(Waits::Link(row.link_why)),
            _ => None,
        };
        let can_retry = row.newest && matches!(step, Step::Failed | Step::RolledBack);
        let node = NodeStep {
            node: NodeId(row.node_id),
            name: row.name,
            step,
            attempt: row.attempt,
            reason: row.reason.as_deref().map(Reason::from_text),
            waits,
            replies: row.replies.0,
            confirmed: row.confirmed,
            created_at: row.created_at,
            delivered_at: row.delivered_at,
            reloaded_at: row.reloaded_at,
            ended_at: row.ended_at,
            can_retry,
        };
        Ok((DeploymentId(row.deployment_id), node))
    };
    rows.into_iter().map(step).collect()
}

/// Which deployments [`deployment_rows`] reads.
#[derive(Clone, Copy, Default)]
pub(crate) struct WhichDeployments {
    pub id: Option<DeploymentId>,
    pub line: Option<Line>,
    pub kind: Option<Kind>,
    /// Only those that are not over.
    pub under_way: bool,
    pub before: Option<DeploymentId>,
    pub limit: i64,
}

/// The newest first.
pub(crate) async fn deployment_rows(
    conn: impl PgExecutor<'_>,
    which: WhichDeployments,
) -> Result<Vec<DeploymentRow>, Error> {
    let rows = sqlx::query!(
        r#"select d.id, d.revision_id, d.kind, r.node_id, r.number, r.message,
                  r.actor as author, r.created_at as written_at, b.number as "back_from?",
                  d.actor, d.created_at, s.nodes as "nodes!", s.under_way as "under_way!",
                  s.verified as "verified!", s.failed as "failed!",
                  (select count(*) from node_configs c join deployments v on v.id = c.verified
                   where v.revision_id = r.id) as "held!"
           from deployments d
           join revisions r on r.id = d.revision_id
           left join revisions b on b.id = d.back_from
           cross join lateral (
               select count(*) as nodes,
                      count(*) filter (where step in ('pending', 'delivered', 'reloaded')) as under_way,
                      count(*) filter (where step = 'verified') as verified,
                      count(*) filter (where step in ('failed', 'rolled_back')) as failed
               from deployment_nodes where deployment_id = d.id
           ) s
           where ($1::bigint is null or d.id = $1)
             and ($2::text is null or d.kind = $2)
             and (not $3 or r.node_id is not distinct from $4)
             and (not $5 or exists (
                 select from deployment_nodes u where u.deployment_id = d.id
                   and u.step in ('pending', 'delivered', 'reloaded')))
             and ($6::bigint is null or d.id < $6)
           order by d.id desc
           limit $7"#,
        which.id.map(|id| id.0),
        which.line.map(|line| line.kind).or(which.kind).map(Kind::as_str),
        which.line.is_some(),
        which.line.and_then(|line| line.node).map(|node| node.0),
        which.under_way,
        which.before.map(|id| id.0),
        which.limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DeploymentRow {
                id: DeploymentId(row.id),
                revision: RevisionRow {
                    id: RevisionId(row.revision_id),
                    line: Line {
                        kind: stored_kind("deployments", &row.kind)?,
                        node: row.node_id.map(NodeId),
                    },
                    number: row.number,
                    message: row.message,
                    actor: row.author,
                    created_at: row.written_at,
                    nodes: row.held,
                },
                back_from: row.back_from,
                actor: row.actor,
                created_at: row.created_at,
                nodes: row.nodes,
                under_way: row.under_way,
                verified: row.verified,
                failed: row.failed,
            })
        })
        .collect()
}
