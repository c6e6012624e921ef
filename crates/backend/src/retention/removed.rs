//! What is left of nodes that were removed: taken out of the logs and the counts piece by piece, for there may
//! be millions of lines. (Nobody is shown them meanwhile; counts of all nodes go down by and by.)

use domain::ids::NodeId;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::counts::{self, fold_some};
use crate::ingest::Log;
use crate::{Backend, Error, advisory};

/// Lines, or keys of counters, that one statement deletes.
const BATCH: i64 = 10_000;

/// Notes that the node is being removed, in the transaction that does so: no report of it comes after that.
pub(crate) async fn forget_node(conn: &mut PgConnection, node: NodeId) -> Result<(), sqlx::Error> {
    sqlx::query!("insert into removed_nodes (node_id) values ($1)", node.0)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn sweep(
    backend: &Backend,
    now: OffsetDateTime,
    end: Instant,
) -> Result<(), Error> {
    for node in removed(&backend.pool).await? {
        while Instant::now() < end && forget_some(backend, node, now).await? {}
    }
    Ok(())
}

async fn removed(pool: &PgPool) -> Result<Vec<NodeId>, sqlx::Error> {
    let nodes = sqlx::query_scalar!("select node_id from removed_nodes order by node_id");
    let nodes = nodes.fetch_all(pool).await?;
    Ok(nodes.into_iter().map(NodeId).collect())
}

/// Whether there may be more.
async fn forget_some(backend: &Backend, node: NodeId, now: OffsetDateTime) -> Result<bool, Error> {
    let mut tx = counts::begin(&backend.pool).await?;
    advisory::lock(&mut tx, advisory::COUNTS).await?;
    // First everything is where it is taken out of.
    let some = fold_some(&mut tx, Some(node), now).await? > 0
        || forget_lines(&mut tx, Log::Attacks, node).await?
        || forget_lines(&mut tx, Log::BanEvents, node).await?
        || forget_kinds(&mut tx, node).await?
        || forget_keys(&mut tx, node).await?;
    if !some {
        sqlx::query!("delete from removed_nodes where node_id = $1", node.0)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(some)
}

async fn forget_lines(
    conn: &mut PgConnection,
    log: Log,
    node: NodeId,
) -> Result<bool, sqlx::Error> {
    let table = log.table();
    let sql = format!(
        r#"with due as (
               select generation, "offset", at from {table} where node_id = $1 limit $2
           ), gone as (
               delete from {table} l using due d
               where l.node_id = $1 and l.generation = d.generation and l."offset" = d."offset"
                 and l.at = d.at
               returning l.at
           ), fewer as (
               update log_weeks w set rows = w.rows - gone.rows
               from (
                   select date_trunc('week', at, 'UTC') at time zone 'UTC' as week, count(*) as rows
                   from gone group by 1
               ) gone
               where w.log = $3 and w.week = gone.week::date
           )
           select count(*) > 0 from gone"#
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(node.0)
        .bind(BATCH)
        .bind(table)
        .fetch_one(conn)
        .await
}

/// Counts of kinds are few; of all nodes what the node had is taken.
async fn forget_kinds(conn: &mut PgConnection, node: NodeId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with gone as (
               delete from event_counts
               where level = any(array[0, 1, 2]::smallint[]) and node_id = $1
               returning level, start, kind, events
           ), none as (
               delete from event_counts c using gone g
               where c.level = g.level and c.node_id = 0 and c.start = g.start and c.kind = g.kind
                 and c.events <= g.events
           ), fewer as (
               update event_counts c set events = c.events - g.events from gone g
               where c.level = g.level and c.node_id = 0 and c.start = g.start and c.kind = g.kind
                 and c.events > g.events
           )
           select count(*) > 0 as "some!" from gone"#,
        node.0,
    )
    .fetch_one(conn)
    .await
}

/// Counts of keys, bucket by bucket. (A key that a full bucket of the node did not take may stay among those of
/// all nodes: `floor` says that they are not right.)
async fn forget_keys(conn: &mut PgConnection, node: NodeId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with oldest as (
               select level, facet, start, keys,
                      sum(keys) over (order by level, facet, start) as running
               from (
                   select level, facet, start, keys from facet_buckets
                   where node_id = $1 order by level, facet, start limit 1000
               ) b
           ), due as (
               select level, facet, start, keys from oldest where running - keys < $2::bigint
           ), gone as (
               delete from facet_counts c using due d
               where c.level = d.level and c.facet = d.facet and c.node_id = $1 and c.start = d.start
                 and c.events > 0
               returning c.level, c.facet, c.start, c.key, c.events
           ), none as (
               delete from facet_counts c using gone g
               where c.level = g.level and c.facet = g.facet and c.node_id = 0 and c.key = g.key
                 and c.start = g.start and c.events <= g.events
               returning c.level, c.facet, c.start
           ), fewer as (
               update facet_counts c set events = c.events - g.events from gone g
               where c.level = g.level and c.facet = g.facet and c.node_id = 0 and c.key = g.key
                 and c.start = g.start and c.events > g.events
           ), buckets as (
               delete from facet_buckets b using due d
               where b.level = d.level and b.facet = d.facet and b.start = d.start
                 and b.node_id = $1
           ), smaller as (
               update facet_buckets b set keys = b.keys - n.keys
               from (
                   select level, facet, start, count(*) as keys from none group by 1, 2, 3
               ) n
               where b.level = n.level and b.facet = n.facet and b.start = n.start and b.node_id = 0
           ), totals as (
               update facet_totals t set keys = t.keys - n.keys
               from (
                   select level, facet, count(*) as keys from (
                       select level, facet from gone union all select level, facet from none
                   ) n
                   group by 1, 2
               ) n
               where t.level = n.level and t.facet = n.facet
           )
           select count(*) > 0 as "some!" from due"#,
        node.0,
        BATCH,
    )
    .fetch_one(conn)
    .await
}
