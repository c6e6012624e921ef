//! Queries of the address page, each bounded whatever an address did.

use std::net::IpAddr;

use domain::net::Network;
use ipnet::IpNet;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::{MOST_MEMBERS, Totals};
use crate::bans::{EventLine, Line};

/// Length of a single address, for `set_masklen`.
fn host_length(network: Network) -> i32 {
    if network.address().is_ipv4() { 32 } else { 128 }
}

/// The first addresses of a network that have lines: from one to the next by the index, without what
/// lies between.
pub(super) async fn sources(pool: &PgPool, network: Network) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with recursive bounds as (
               select set_masklen(network($1::inet)::inet, $2) as first,
                      set_masklen(broadcast($1::inet), $2) as last
           ), found (source, n) as (
               (select a.source, 1::bigint from attacks a
                where a.source >= (select first from bounds)
                  and a.source <= (select last from bounds)
                order by a.source limit 1)
               union all
               select next.source, found.n + 1
               from found cross join lateral (
                   select a.source from attacks a
                   where a.source > found.source and a.source <= (select last from bounds)
                   order by a.source limit 1
               ) next
               where found.n <= $3
           )
           select source as "source!: IpNet" from found"#,
        network.ipnet(),
        host_length(network),
        MOST_MEMBERS,
    )
    .fetch_all(pool)
    .await
}

/// The first banned networks inside another, it itself included.
pub(super) async fn banned_inside(
    pool: &PgPool,
    network: Network,
    last: IpNet,
) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select network as "network: IpNet" from banned
           where network between $1::inet::cidr and $2::inet::cidr
           order by network limit $3::bigint + 1"#,
        network.ipnet(),
        last,
        MOST_MEMBERS,
    )
    .fetch_all(pool)
    .await
}

/// Which of these are banned.
pub(super) async fn banned_among(
    pool: &PgPool,
    networks: &[IpNet],
) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select network as "network: IpNet" from banned
           where network in (select unnest($1::inet[])::cidr)
           order by masklen(network) desc"#,
        networks,
    )
    .fetch_all(pool)
    .await
}

/// The newest line of each of these addresses.
pub(super) async fn last_lines(
    pool: &PgPool,
    sources: &[IpNet],
) -> Result<Vec<(IpNet, OffsetDateTime)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select s.source as "source!: IpNet", a.at
           from unnest($1::inet[]) as s (source)
           cross join lateral (
               select at from attacks where source = s.source order by at desc limit 1
           ) a"#,
        sources,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.source, row.at)).collect())
}

/// A line without its text.
#[derive(Clone, Debug)]
pub(super) struct LineRow {
    pub node_id: i64,
    pub generation: i64,
    pub offset: i64,
    pub source: IpNet,
    pub node_name: String,
    pub at: OffsetDateTime,
    pub kind: String,
    pub extension: Option<String>,
    pub number: Option<String>,
    pub rule: Option<String>,
    pub agent: Option<String>,
}

/// The newest `limit` lines of each of these addresses, not newer than `until`.
pub(super) async fn lines(
    pool: &PgPool,
    sources: &[IpNet],
    until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<LineRow>, sqlx::Error> {
    sqlx::query_as!(
        LineRow,
        r#"select a.node_id, a.generation, a."offset", s.source as "source!: IpNet",
                  n.name as node_name, a.at, a.kind, a.extension, a.number, a.rule, a.agent
           from unnest($1::inet[]) as s (source)
           cross join lateral (
               select * from attacks where source = s.source and at <= $2
               order by at desc limit $3
           ) a
           join nodes n on n.id = a.node_id
           order by a.at desc"#,
        sources,
        until,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// These lines with their text, the newest first.
pub(super) async fn raw_lines(pool: &PgPool, lines: &[LineRow]) -> Result<Vec<Line>, sqlx::Error> {
    let nodes: Vec<i64> = lines.iter().map(|line| line.node_id).collect();
    let generations: Vec<i64> = lines.iter().map(|line| line.generation).collect();
    let offsets: Vec<i64> = lines.iter().map(|line| line.offset).collect();
    let times: Vec<OffsetDateTime> = lines.iter().map(|line| line.at).collect();
    sqlx::query_as!(
        Line,
        r#"select n.name as node_name, a.at, a.source as "source: IpNet", a.kind, a.extension,
                  a.number, a.raw
           from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
                    as l (node_id, generation, "offset", at)
           join attacks a using (node_id, generation, "offset", at)
           join nodes n on n.id = a.node_id
           order by a.at desc"#,
        &nodes,
        &generations,
        &offsets,
        &times,
    )
    .fetch_all(pool)
    .await
}

/// Lines of fail2ban's log about these networks, the newest `limit` of each, not newer than `until`.
pub(super) async fn events(
    pool: &PgPool,
    networks: &[IpNet],
    until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<EventLine>, sqlx::Error> {
    sqlx::query_as!(
        EventLine,
        r#"select n.name as node_name, e.at, e.kind, e.network as "network: IpNet"
           from unnest($1::inet[]) as t (network)
           cross join lateral (
               select * from ban_events where network = t.network::cidr and at <= $2
               order by at desc limit $3
           ) e
           join nodes n on n.id = e.node_id
           order by e.at desc"#,
        networks,
        until,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// As the counters name addresses.
pub(super) fn keys(sources: &[IpNet]) -> Vec<String> {
    let host = |net: &IpNet| IpAddr::to_string(&net.addr());
    sources.iter().map(host).collect()
}

/// Lines of these addresses over all days that are counted.
pub(super) async fn totals(pool: &PgPool, keys: &[String]) -> Result<Totals, sqlx::Error> {
    sqlx::query_as!(
        Totals,
        r#"select coalesce(sum(events), 0)::bigint as "lines!", count(distinct start) as "days!",
                  min(start) as since
           from (
               select date_trunc('day', start, 'UTC') as start, events from facet_lines
               where facet = 1 and node_id = 0 and key = any($1)
               union all
               select date_trunc('day', u.start, 'UTC'), u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = 1 and u.key = any($1)
           ) counted"#,
        keys,
    )
    .fetch_one(pool)
    .await
}

/// Lines of each of these addresses over all days that are counted, without the last seconds.
pub(super) async fn lines_of_each(
    pool: &PgPool,
    keys: &[String],
) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select key as "key!", sum(events)::bigint as "lines!" from facet_lines
           where facet = 1 and node_id = 0 and key = any($1)
           group by key"#,
        keys,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.lines)).collect())
}

/// Lines of these addresses in the hour that begins then; `None`: it is not counted (any more).
pub(super) async fn lines_of_hour(
    pool: &PgPool,
    keys: &[String],
    hour: OffsetDateTime,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select sum(events)::bigint from (
               select events from facet_counts
               where level = 1 and facet = 1 and node_id = 0 and key = any($1) and start = $2
               union all
               select events from facet_counts
               where level = 0 and facet = 1 and node_id = 0 and key = any($1)
                 and start >= greatest($2, (select hours from rolled)) and start < $3
               union all
               select u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = 1 and u.key = any($1) and u.start >= $2 and u.start < $3
           ) counted"#,
        keys,
        hour,
        hour + Duration::HOUR,
    )
    .fetch_one(pool)
    .await
}
