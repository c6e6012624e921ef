//! Nodes and their gaps as the pages show them.

use domain::attack::Kind;
use domain::health::Health;
use domain::ids::NodeId;
use domain::wire::Source;
use ipnet::IpNet;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{GapRow, NodeName, NodeRow};

pub(super) async fn nodes(
    conn: impl PgExecutor<'_>,
    name: Option<&str>,
    seen: OffsetDateTime,
    hour_ago: OffsetDateTime,
) -> Result<Vec<NodeRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with pending as materialized (
               select p.node_id, sum(u.events)::bigint as events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, kind, events)
               where p.facet = 0 and u.start > $3 and u.kind = any($4)
               group by 1
           )
           select n.id, n.name, n.created_at, n.token_hash is not null as "enrolled!",
                  n.revoked_at is not null as "revoked!", n.seen_at, n.address as "address: IpNet",
                  coalesce(n.seen_at > $2 and n.revoked_at is null, false) as "connected!",
                  n.health as "health: Json<Health>", n.health_at,
                  n.bans,
                  coalesce((select sum(c.events)::bigint from event_counts c
                            where c.level = 0 and c.node_id = n.id and c.start > $3
                              and c.kind = any($4)), 0)
                      + coalesce((select p.events from pending p where p.node_id = n.id), 0)
                      as "attacks!",
                  (select count(*) from orders o
                   where o.node_id = n.id and o.state = 'waiting') as "waiting!"
           from nodes n
           where $1::text is null or n.name = $1
           order by n.name"#,
        name,
        seen,
        hour_ago,
        &Kind::ALL.map(Kind::as_str) as &[&str],
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NodeRow {
            id: NodeId(row.id),
            name: row.name,
            created_at: row.created_at,
            enrolled: row.enrolled,
            revoked: row.revoked,
            seen_at: row.seen_at,
            address: row.address.map(|net| net.addr()),
            connected: row.connected,
            health: row.health.map(|health| health.0),
            health_at: row.health_at,
            bans: row.bans,
            attacks_last_hour: row.attacks,
            waiting_orders: row.waiting,
        })
        .collect())
}

pub(super) async fn names(
    conn: impl PgExecutor<'_>,
    seen: OffsetDateTime,
) -> Result<Vec<NodeName>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, name, coalesce(seen_at > $1 and revoked_at is null, false) as "connected!"
           from nodes order by name"#,
        seen,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NodeName {
            id: NodeId(row.id),
            name: row.name,
            connected: row.connected,
        })
        .collect())
}

pub(super) async fn gaps(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    limit: i64,
) -> Result<Vec<GapRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "select source, generation, from_byte, to_byte, cause, at from log_gaps
         where node_id = $1 order by id desc limit $2",
        node.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GapRow {
            source: Source::from_text(&row.source),
            generation: row.generation,
            from_byte: row.from_byte,
            to_byte: row.to_byte,
            cause: row.cause,
            at: row.at,
        })
        .collect())
}
