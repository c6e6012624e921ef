//! What a worker is sent.

use domain::ids::NodeId;
use sqlx::PgExecutor;

/// The node's version, and what it wants of one kind.
pub(crate) struct WantedRow {
    pub version: i64,
    pub wanted: Option<Wanted>,
}

pub(crate) struct Wanted {
    pub kind: String,
    pub deployment: i64,
    pub attempt: i32,
    pub revision: i64,
    pub confirmed: bool,
}

/// One row at least where the node is there: version and contents are of one snapshot.
pub(crate) async fn wanted(
    conn: impl PgExecutor<'_>,
    node: NodeId,
) -> Result<Vec<WantedRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select n.config_version, w.kind as "kind?", w.deployment as "deployment?",
                  w.attempt as "attempt?", w.revision as "revision?",
                  w.confirmed as "confirmed?"
           from nodes n
           left join lateral (
               select c.kind, c.wanted as deployment, s.attempt, d.revision_id as revision, s.confirmed
               from node_configs c
               join deployments d on d.id = c.wanted
               join deployment_nodes s on s.deployment_id = d.id and s.node_id = c.node_id
               where c.node_id = n.id
           ) w on true
           where n.id = $1"#,
        node.0,
    )
    .fetch_all(conn)
    .await?;
    let wanted = rows.into_iter().map(|row| WantedRow {
        version: row.config_version,
        wanted: row.kind.and_then(|kind| {
            Some(Wanted {
                kind,
                deployment: row.deployment?,
                attempt: row.attempt?,
                revision: row.revision?,
                confirmed: row.confirmed?,
            })
        }),
    });
    Ok(wanted.collect())
}
