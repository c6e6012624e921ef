//! The tables `config_drafts` and `revisions`.

use domain::config::Kind;
use domain::ids::{NodeId, RevisionId};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::super::{Line, RevisionRow};
use crate::{Actor, Error};

pub(crate) struct StoredDraft {
    pub content: Value,
    pub version: i64,
    pub based_on: Option<i64>,
    pub actor: String,
    pub updated_at: OffsetDateTime,
}

/// A revision with its content.
pub(crate) struct StoredRevision {
    pub id: RevisionId,
    pub number: i32,
    pub content: Value,
    pub message: String,
    pub actor: String,
    pub created_at: OffsetDateTime,
}

/// A kind as stored.
pub(crate) fn kind(table: &'static str, text: &str) -> Result<Kind, Error> {
    text.parse().map_err(|_| Error::Inconsistent {
        table,
        what: format!("kind {text}"),
    })
}

pub(crate) async fn draft(
    conn: impl PgExecutor<'_>,
    line: Line,
) -> Result<Option<StoredDraft>, sqlx::Error> {
    sqlx::query_as!(
        StoredDraft,
        "select content, version, based_on, actor, updated_at from config_drafts
         where kind = $1 and node_id is not distinct from $2",
        line.kind.as_str(),
        line.node.map(|node| node.0),
    )
    .fetch_optional(conn)
    .await
}

/// Writes the draft; its version.
pub(crate) async fn put_draft(
    conn: &mut PgConnection,
    line: Line,
    content: &Value,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    // Versions go on where the draft before ended, so that none stands for two contents.
    sqlx::query_scalar!(
        "insert into config_drafts as d
             (kind, node_id, content, version, based_on, user_id, actor, updated_at)
         values ($1, $2, $3, nextval('config_draft_versions'),
                 (select id from revisions where kind = $1 and node_id is not distinct from $2
                  order by number desc limit 1),
                 $4, $5, $6)
         on conflict (kind, node_id) do update
             set content = excluded.content, version = excluded.version,
                 user_id = excluded.user_id, actor = excluded.actor,
                 updated_at = excluded.updated_at
         returning version",
        line.kind.as_str(),
        line.node.map(|node| node.0),
        content,
        actor.user.map(|user| user.0),
        actor.name,
        now,
    )
    .fetch_one(conn)
    .await
}

pub(crate) async fn delete_draft(conn: &mut PgConnection, line: Line) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from config_drafts where kind = $1 and node_id is not distinct from $2",
        line.kind.as_str(),
        line.node.map(|node| node.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn newest(
    conn: impl PgExecutor<'_>,
    line: Line,
) -> Result<Option<StoredRevision>, sqlx::Error> {
    sqlx::query_as!(
        StoredRevision,
        "select id, number, content, message, actor, created_at from revisions
         where kind = $1 and node_id is not distinct from $2
         order by number desc limit 1",
        line.kind.as_str(),
        line.node.map(|node| node.0),
    )
    .fetch_optional(conn)
    .await
}

/// The revision that the line's newest deployment brought; one that every node of it took back has
/// brought nothing.
pub(crate) async fn deployed(
    conn: impl PgExecutor<'_>,
    line: Line,
) -> Result<Option<StoredRevision>, sqlx::Error> {
    sqlx::query_as!(
        StoredRevision,
        "select r.id, r.number, r.content, r.message, r.actor, r.created_at
         from deployments d join revisions r on r.id = d.revision_id
         where d.kind = $1 and r.node_id is not distinct from $2
           and (not exists (select from deployment_nodes s
                            where s.deployment_id = d.id and s.step = 'rolled_back')
                or exists (select from deployment_nodes s
                           where s.deployment_id = d.id and s.step <> 'rolled_back'))
         order by d.id desc limit 1",
        line.kind.as_str(),
        line.node.map(|node| node.0),
    )
    .fetch_optional(conn)
    .await
}

/// A row number and the number within the line; the configuration lock is held.
pub(crate) async fn insert_revision(
    conn: &mut PgConnection,
    line: Line,
    content: &Value,
    message: &str,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<Inserted, sqlx::Error> {
    sqlx::query_as!(
        Inserted,
        "insert into revisions (kind, node_id, number, content, message, user_id, actor, created_at)
         select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7 from revisions
         where kind = $1 and node_id is not distinct from $2
         returning id, number",
        line.kind.as_str(),
        line.node.map(|node| node.0),
        content,
        message,
        actor.user.map(|user| user.0),
        actor.name,
        now,
    )
    .fetch_one(conn)
    .await
}

pub(crate) struct Inserted {
    pub id: RevisionId,
    pub number: i32,
}

struct Row {
    id: i64,
    kind: String,
    node_id: Option<i64>,
    number: i32,
    message: String,
    actor: String,
    created_at: OffsetDateTime,
    nodes: i64,
}

impl TryFrom<Row> for RevisionRow {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: RevisionId(row.id),
            line: Line {
                kind: kind("revisions", &row.kind)?,
                node: row.node_id.map(NodeId),
            },
            number: row.number,
            message: row.message,
            actor: row.actor,
            created_at: row.created_at,
            nodes: row.nodes,
        })
    }
}

/// A checked query: the columns, then `where … order by …` of this list.
macro_rules! revision_rows {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select r.id, r.kind, r.node_id, r.number, r.message, r.actor, r.created_at,
                      (select count(*) from node_configs c join deployments v on v.id = c.verified
                       where v.revision_id = r.id) as "nodes!"
               from revisions r "# + $which,
            $($argument),+
        )
    };
}

pub(crate) async fn revision_row(
    conn: impl PgExecutor<'_>,
    revision: RevisionId,
) -> Result<Option<RevisionRow>, Error> {
    let row = revision_rows!("where r.id = $1", revision.0);
    row.fetch_optional(conn)
        .await?
        .map(TryInto::try_into)
        .transpose()
}

/// The newest first, older than `before` where given.
pub(crate) async fn revision_rows(
    conn: impl PgExecutor<'_>,
    line: Line,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<RevisionRow>, Error> {
    let rows = revision_rows!(
        "where r.kind = $1 and r.node_id is not distinct from $2
           and ($3::int is null or r.number < $3)
         order by r.number desc limit $4",
        line.kind.as_str(),
        line.node.map(|node| node.0),
        before,
        limit,
    );
    let rows = rows.fetch_all(conn).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub(crate) async fn content(
    conn: impl PgExecutor<'_>,
    revision: RevisionId,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!("select content from revisions where id = $1", revision.0)
        .fetch_optional(conn)
        .await
}

/// The revision that a deployment brings.
pub(crate) async fn revision_of(
    conn: &mut PgConnection,
    deployment: domain::ids::DeploymentId,
) -> Result<Option<RevisionRow>, Error> {
    let row = revision_rows!(
        "where r.id = (select revision_id from deployments where id = $1)",
        deployment.0,
    );
    row.fetch_optional(conn)
        .await?
        .map(TryInto::try_into)
        .transpose()
}
