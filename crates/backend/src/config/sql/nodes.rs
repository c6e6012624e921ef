//! The table `node_configs`: what use cases ask and write.

use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId, RevisionId};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

/// What a choice about a node's drift is made from.
pub(crate) struct Choice {
    pub name: String,
    pub own: bool,
    pub drifted: bool,
    /// The revision it was proven to have.
    pub revision: Option<RevisionId>,
    pub wanted: Option<DeploymentId>,
    /// What is in force there, else what its files say.
    pub found: Option<Value>,
}

pub(crate) async fn node_name(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select name from nodes where id = $1", node.0)
        .fetch_optional(conn)
        .await
}

pub(crate) async fn with_own_line(
    conn: &mut PgConnection,
    kind: Kind,
) -> Result<Vec<NodeId>, sqlx::Error> {
    let nodes = sqlx::query_scalar!(
        "select node_id from node_configs where kind = $1 and own",
        kind.as_str(),
    )
    .fetch_all(conn)
    .await?;
    Ok(nodes.into_iter().map(NodeId).collect())
}

/// How many nodes have something of the fleet's line.
pub(crate) async fn followers(conn: &mut PgConnection, kind: Kind) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from node_configs
           where kind = $1 and not own and wanted is not null"#,
        kind.as_str(),
    )
    .fetch_one(conn)
    .await
}

/// The node has no line of its own any more; false where it had none.
pub(crate) async fn disown(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update node_configs set own = false where node_id = $1 and kind = $2 and own",
        node.0,
        kind.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn choice(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
) -> Result<Option<Choice>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select n.name, c.own, c.drift_since is not null as "drifted!",
                  v.revision_id as "revision_id?", c.wanted,
                  coalesce(nullif(c.found -> 'running', 'null'), nullif(c.found -> 'content', 'null'))
                      as found
           from node_configs c
           join nodes n on n.id = c.node_id
           left join deployments v on v.id = c.verified
           where c.node_id = $1 and c.kind = $2"#,
        node.0,
        kind.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Choice {
        name: row.name,
        own: row.own,
        drifted: row.drifted,
        revision: row.revision_id.map(RevisionId),
        wanted: row.wanted.map(DeploymentId),
        found: row.found,
    }))
}

/// What is in force on a node: as found there, else as proven.
pub(crate) async fn in_force(
    conn: &mut PgConnection,
    node: NodeId,
    kind: Kind,
) -> Result<Option<Value>, sqlx::Error> {
    let content = sqlx::query_scalar!(
        "select coalesce(nullif(c.found -> 'running', 'null'), nullif(c.found -> 'content', 'null'),
                         r.content)
         from node_configs c
         left join deployments v on v.id = c.verified
         left join revisions r on r.id = v.revision_id
         where c.node_id = $1 and c.kind = $2",
        node.0,
        kind.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(content.flatten())
}

/// The sealed texts of a node's files.
pub(crate) async fn texts(
    pool: &PgPool,
    node: NodeId,
    kind: Kind,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query_scalar!(
        "select files from node_configs where node_id = $1 and kind = $2",
        node.0,
        kind.as_str(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.flatten())
}
