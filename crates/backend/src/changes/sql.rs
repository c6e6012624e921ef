//! The table `changes`.

use std::collections::BTreeSet;

use domain::ids::NodeId;
use sqlx::{PgConnection, PgPool};

use super::{Change, Cursor, Since, Topic};

/// Most rows read at once; a page that is further behind asks again.
const LIMIT: i64 = 5_000;

pub(super) async fn insert(
    conn: &mut PgConnection,
    topic: Topic,
    node: Option<NodeId>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into changes (topic, node_id) values ($1, $2)",
        topic.as_str(),
        node.map(|node| node.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_nodes(
    conn: &mut PgConnection,
    topic: Topic,
    nodes: &[NodeId],
) -> Result<(), sqlx::Error> {
    let nodes: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    sqlx::query!(
        "insert into changes (topic, node_id) select $1, unnest($2::bigint[])",
        topic.as_str(),
        &nodes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Behind everything older than the oldest transaction that was running.
fn settled(xmin: i64) -> Cursor {
    Cursor {
        xid: xmin - 1,
        id: i64::MAX,
    }
}

pub(super) async fn head(pool: &PgPool) -> Result<Cursor, sqlx::Error> {
    let xmin = sqlx::query_scalar!(
        r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "xmin!""#
    )
    .fetch_one(pool)
    .await?;
    Ok(settled(xmin))
}

pub(super) async fn since(pool: &PgPool, cursor: Cursor) -> Result<Since, sqlx::Error> {
    let xid = cursor.xid.to_string();
    // One statement, one snapshot. The newest row is never trimmed and the oldest go first, so a
    // cursor that has no row before it may have missed something, unless the very first is there.
    let state = sqlx::query!(
        r#"select
               pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "xmin!",
               exists (select from changes where (xid, id) <= ($1::text::xid8, $2))
                   or exists (select from changes where id = 1) as "known!",
               exists (select from changes) as "any!",
               exists (
                   select from changes where xid >= pg_snapshot_xmin(pg_current_snapshot())
               ) as "unsettled!""#,
        xid,
        cursor.id,
    )
    .fetch_one(pool)
    .await?;
    let everything = cursor.xid >= state.xmin || (state.any && !state.known);
    if everything {
        return Ok(Since {
            changes: Vec::new(),
            cursor: settled(state.xmin),
            everything,
            more: state.unsettled,
        });
    }
    let rows = sqlx::query!(
        r#"select xid::text::bigint as "xid!", id, topic, node_id
           from changes
           where (xid, id) > ($1::text::xid8, $2)
             and xid < pg_snapshot_xmin(pg_current_snapshot())
           order by xid, id
           limit $3"#,
        xid,
        cursor.id,
        LIMIT,
    )
    .fetch_all(pool)
    .await?;
    let full = i64::try_from(rows.len()).unwrap_or(LIMIT) >= LIMIT;
    let last = rows.last().map_or(cursor, |row| Cursor {
        xid: row.xid,
        id: row.id,
    });
    let cursor = if full {
        last
    } else {
        // All that was settled has been read.
        last.max(settled(state.xmin))
    };
    let changes: BTreeSet<Change> = rows
        .iter()
        // A topic of a newer console is none of our pages'.
        .filter_map(|row| {
            let topic = Topic::parse(&row.topic)?;
            Some(Change {
                topic,
                node: row.node_id.map(NodeId),
            })
        })
        .collect();
    Ok(Since {
        changes: changes.into_iter().collect(),
        cursor,
        everything,
        more: full || state.unsettled,
    })
}

/// Forgets what is older than an hour, except the newest row (see [`since`]). Says how many.
pub async fn trim(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from changes
         where at < now() - interval '1 hour'
           and id <> (select id from changes order by xid desc, id desc limit 1)"
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
