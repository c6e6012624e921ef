//! Events by the order of time or by network, each by its index.

use domain::net::Network;
use ipnet::IpNet;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::super::{EventLine, span};
use super::{Asked, HistoryRow};
use crate::attacks::Place;

struct Row {
    node_id: i64,
    generation: i64,
    offset: i64,
    node_name: String,
    at: OffsetDateTime,
    kind: String,
    network: IpNet,
}

impl From<Row> for HistoryRow {
    fn from(row: Row) -> Self {
        let place = Place {
            at: row.at,
            node: row.node_id,
            generation: row.generation,
            offset: row.offset,
        };
        let line = EventLine {
            node_name: row.node_name,
            at: row.at,
            kind: row.kind,
            network: row.network,
        };
        Self {
            place: place.to_string(),
            event: line.into(),
        }
    }
}

/// Newest first, among the newest `most`.
pub(super) async fn in_time(
    pool: &PgPool,
    asked: &Asked,
    most: i64,
    limit: i64,
) -> Result<Vec<HistoryRow>, sqlx::Error> {
    let first = asked.network.map(Network::ipnet);
    let last = asked.network.map(span::last_inside);
    let holding = asked.network.map(span::holding).unwrap_or_default();
    let rows = sqlx::query_as!(
        Row,
        r#"select e.node_id, e.generation, e."offset", n.name as node_name, e.at, e.kind,
                  e.network as "network: IpNet"
           from (
               select * from (
                   select * from ban_events
                   where at >= $1 and at < $2
                     and ($3::timestamptz is null
                          or (at, node_id, generation, "offset") < ($3, $4, $5, $6))
                   order by at desc, node_id desc, generation desc, "offset" desc limit $7
               ) looked_at
               where ($8::bigint is null or node_id = $8)
                 and ($9::text is null or kind = $9)
                 and ($10::inet is null
                      or network between $10::inet::cidr and $11::inet::cidr
                      or network = any($12::inet[]::cidr[]))
               order by at desc, node_id desc, generation desc, "offset" desc limit $13
           ) e
           join nodes n on n.id = e.node_id
           order by e.at desc, e.node_id desc, e.generation desc, e."offset" desc"#,
        asked.from,
        asked.to,
        asked.after.map(|place| place.at),
        asked.after.map_or(0, |place| place.node),
        asked.after.map_or(0, |place| place.generation),
        asked.after.map_or(0, |place| place.offset),
        most,
        asked.node,
        asked.kind,
        first,
        last,
        &holding,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(HistoryRow::from).collect())
}

/// The last one that [`in_time`] looks at, where there are as many as it may.
pub(super) async fn last_looked_at(
    pool: &PgPool,
    asked: &Asked,
    most: i64,
) -> Result<Option<Place>, sqlx::Error> {
    sqlx::query_as!(
        Place,
        r#"select at, node_id as node, generation, "offset" from ban_events
           where at >= $1 and at < $2
             and ($3::timestamptz is null
                  or (at, node_id, generation, "offset") < ($3, $4, $5, $6))
           order by at desc, node_id desc, generation desc, "offset" desc
           offset $7::bigint - 1 limit 1"#,
        asked.from,
        asked.to,
        asked.after.map(|place| place.at),
        asked.after.map_or(0, |place| place.node),
        asked.after.map_or(0, |place| place.generation),
        asked.after.map_or(0, |place| place.offset),
        most,
    )
    .fetch_optional(pool)
    .await
}

/// Have this network, what lies in it and what holds it few events in the time that is asked for?
pub(super) async fn is_few(
    pool: &PgPool,
    asked: &Asked,
    network: Network,
    few: i64,
) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               (select 1 from ban_events
                where network between $1::inet::cidr and $2::inet::cidr and at >= $4 and at < $5
                limit $6)
               union all
               (select 1 from ban_events
                where network = any($3::inet[]::cidr[]) and at >= $4 and at < $5
                limit $6)
           ) found"#,
        network.ipnet(),
        span::last_inside(network),
        &span::holding(network),
        asked.from,
        asked.to,
        few + 1,
    )
    .fetch_one(pool)
    .await?;
    Ok(count <= few)
}

/// All events about a network that has few: found by the networks' index, sorted then. `offset 0` keeps
/// Postgres from walking the whole log by time instead.
pub(super) async fn of_network(
    pool: &PgPool,
    asked: &Asked,
    network: Network,
    limit: i64,
) -> Result<Vec<HistoryRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select e.node_id, e.generation, e."offset", n.name as node_name, e.at, e.kind,
                  e.network as "network: IpNet"
           from (
               select * from ban_events
               where (network between $1::inet::cidr and $2::inet::cidr
                      or network = any($3::inet[]::cidr[]))
                 and at >= $4 and at < $5
                 and ($6::bigint is null or node_id = $6)
                 and ($7::text is null or kind = $7)
                 and ($8::timestamptz is null
                      or (at, node_id, generation, "offset") < ($8, $9, $10, $11))
               offset 0
           ) e
           join nodes n on n.id = e.node_id
           order by e.at desc, e.node_id desc, e.generation desc, e."offset" desc limit $12"#,
        network.ipnet(),
        span::last_inside(network),
        &span::holding(network),
        asked.from,
        asked.to,
        asked.node,
        asked.kind,
        asked.after.map(|place| place.at),
        asked.after.map_or(0, |place| place.node),
        asked.after.map_or(0, |place| place.generation),
        asked.after.map_or(0, |place| place.offset),
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(HistoryRow::from).collect())
}
