//! What reports write; the node's row is locked.

use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId};
use domain::reason::Reason;
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// What an answer is about, and when it came.
#[derive(Clone, Copy)]
pub(crate) struct Answered {
    pub deployment: DeploymentId,
    pub node: NodeId,
    pub attempt: i32,
    pub now: OffsetDateTime,
}

pub(crate) async fn put_found(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
    found: &Value,
    files: &[u8],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into node_configs (node_id, kind, found, files, found_at)
         values ($1, $2, $3, $4, $5)
         on conflict (node_id, kind) do update
             set found = excluded.found, files = excluded.files, found_at = excluded.found_at",
        node.0,
        kind.as_str(),
        found,
        files,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The files that were found of a kind: names and lengths, and their texts, sealed.
pub(crate) async fn files(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    kind: Kind,
) -> Result<Option<(Value, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!(
        "select found -> 'files' as listed, files from node_configs
         where node_id = $1 and kind = $2",
        node.0,
        kind.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| row.listed.zip(row.files)))
}

/// The worker wrote the files. False where the answer is not about the try that is waited for.
pub(crate) async fn delivered(
    conn: &mut PgConnection,
    about: Answered,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update deployment_nodes set step = 'delivered', delivered_at = $4, reason = null
         where deployment_id = $1 and node_id = $2 and attempt = $3 and step = 'pending'",
        about.deployment.0,
        about.node.0,
        about.attempt,
        about.now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The worker wrote the files and read back what is in force.
pub(crate) async fn verified(
    conn: &mut PgConnection,
    about: Answered,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "with done as (
             update deployment_nodes
             set step = 'verified', delivered_at = coalesce(delivered_at, $4), ended_at = $4,
                 reason = null
             where deployment_id = $1 and node_id = $2 and attempt = $3
               and step in ('pending', 'delivered')
             returning node_id, kind
         )
         update node_configs c set verified = $1 from done
         where c.node_id = done.node_id and c.kind = done.kind",
        about.deployment.0,
        about.node.0,
        about.attempt,
        about.now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn failed(
    conn: &mut PgConnection,
    about: Answered,
    reason: &Reason,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update deployment_nodes set step = 'failed', reason = $5, ended_at = $4
         where deployment_id = $1 and node_id = $2 and attempt = $3
           and step in ('pending', 'delivered', 'reloaded')",
        about.deployment.0,
        about.node.0,
        about.attempt,
        about.now,
        reason.to_text(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How far the console got with a try.
pub(crate) struct Try {
    pub step: String,
    pub reason: Option<String>,
    pub confirm_tried: bool,
    pub confirmed: bool,
    pub tried_again: i32,
}

/// `None` where it is not the try that holds for the node (any more).
pub(crate) async fn try_of(
    conn: &mut PgConnection,
    about: Answered,
) -> Result<Option<Try>, sqlx::Error> {
    sqlx::query_as!(
        Try,
        "select s.step, s.reason, s.confirm_tried, s.confirmed, s.tried_again
         from deployment_nodes s
         join node_configs c on c.node_id = s.node_id and c.kind = s.kind
             and c.wanted = s.deployment_id
         where s.deployment_id = $1 and s.node_id = $2 and s.attempt = $3
           and s.step in ('pending', 'delivered', 'reloaded', 'verified', 'failed')",
        about.deployment.0,
        about.node.0,
        about.attempt,
    )
    .fetch_optional(conn)
    .await
}

/// The try is over, and what was verified before it holds again.
pub(crate) async fn rolled_back(
    conn: &mut PgConnection,
    about: Answered,
    reason: &Reason,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with back as (
             update deployment_nodes set step = 'rolled_back', reason = $4, ended_at = $3
             where deployment_id = $1 and node_id = $2
             returning node_id, kind
         ), before as (
             select b.node_id, b.kind, (
                 select max(s.deployment_id) from deployment_nodes s
                 where s.node_id = b.node_id and s.kind = b.kind and s.step = 'verified'
                   and s.deployment_id <> $1
             ) as deployment
             from back b
         )
         update node_configs c set wanted = before.deployment, verified = before.deployment
         from before where c.node_id = before.node_id and c.kind = before.kind",
        about.deployment.0,
        about.node.0,
        about.now,
        reason.to_text(),
    )
    .execute(&mut *conn)
    .await?;
    bump_one(conn, about.node).await
}

/// The same again.
pub(crate) async fn try_again(conn: &mut PgConnection, about: Answered) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update deployment_nodes
         set step = 'pending', attempt = attempt + 1, tried_again = tried_again + 1,
             reason = null, replies = '[]', confirmed = false, confirm_tried = false,
             created_at = $3, delivered_at = null, reloaded_at = null, ended_at = null
         where deployment_id = $1 and node_id = $2",
        about.deployment.0,
        about.node.0,
        about.now,
    )
    .execute(&mut *conn)
    .await?;
    bump_one(conn, about.node).await
}

async fn bump_one(conn: &mut PgConnection, node: NodeId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update nodes set config_version = config_version + 1 where id = $1",
        node.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn set_reload_due(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update node_configs set reload_due = true where node_id = $1 and kind = $2",
        node.0,
        kind.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is compared to find drift.
pub(crate) struct Compared {
    /// Drift is noted already.
    pub drifted: bool,
    /// The switch has loaded something else.
    pub loaded: bool,
    /// File and what is in force are, as JSON, what was verified.
    pub same: bool,
    /// What was verified; `None` where `same`.
    pub verified: Option<Value>,
    /// What is wanted and another than that.
    pub wanted: Option<Value>,
    pub found: Option<Value>,
    pub running: Option<Value>,
}

/// `None` where nothing was verified or found, or something is on its way.
pub(crate) async fn compared(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
) -> Result<Option<Compared>, sqlx::Error> {
    sqlx::query_as!(
        Compared,
        r#"select c.drift_since is not null as "drifted!",
                  c.loaded is not null as "loaded!",
                  a.same as "same!",
                  case when not a.same then r.content end as verified,
                  case when not a.same and wd.id <> d.id then w.content end as wanted,
                  case when not a.same then nullif(c.found -> 'content', 'null') end as found,
                  case when not a.same then nullif(c.found -> 'running', 'null') end as running
           from node_configs c
           join deployments d on d.id = c.verified
           join revisions r on r.id = d.revision_id
           left join deployments wd on wd.id = c.wanted
           left join revisions w on w.id = wd.revision_id
           cross join lateral (
               select c.found -> 'content' = r.content
                      and coalesce(c.found -> 'running', 'null') in ('null', r.content) as same
           ) a
           where c.node_id = $1 and c.kind = $2 and c.found is not null
             and not exists (
                 select from deployment_nodes s
                 where s.node_id = c.node_id and s.kind = c.kind
                   and s.step in ('pending', 'delivered', 'reloaded')
             )"#,
        node.0,
        kind.as_str(),
    )
    .fetch_optional(conn)
    .await
}

/// Since when the node differs from what was verified; `None`: it does not.
pub(crate) async fn set_drift(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
    since: Option<OffsetDateTime>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update node_configs set drift_since = $3 where node_id = $1 and kind = $2",
        node.0,
        kind.as_str(),
        since,
    )
    .execute(conn)
    .await?;
    Ok(())
}
