//! What the rules look at.

use std::collections::BTreeMap;

use domain::attack::Kind;
use domain::config;
use domain::ids::NodeId;
use ipnet::IpNet;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime, UtcOffset};

use crate::Error;

/// As the counts name it, and the facet of countries there.
const EVERY_NODE: i64 = 0;
const COUNTRY: i16 = 3;

/// A node that was not heard since.
pub struct Silent {
    pub node: i64,
    pub name: String,
    pub heard: OffsetDateTime,
    /// Somebody would have heard it all that time.
    pub watched: bool,
}

/// A node with bans that its firewall does not have.
pub struct NotEffective {
    pub node: i64,
    pub name: String,
    pub bans: i64,
    pub networks: Vec<IpNet>,
}

/// The newest deployment of a kind on a node, where it failed.
pub struct Failed {
    pub node: i64,
    pub name: String,
    pub config: config::Kind,
    pub deployment: i64,
    pub revision: i32,
    pub rolled_back: bool,
    pub reason: String,
}

pub async fn name(conn: &mut PgConnection, node: NodeId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select name from nodes where id = $1", node.0)
        .fetch_optional(conn)
        .await
}

/// Attack lines of a node, or of all, in the minutes from `then` on.
pub async fn lines(
    conn: &mut PgConnection,
    scope: Option<NodeId>,
    then: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(events), 0)::bigint as "lines!" from event_minutes
           where node_id = $1 and start >= $2 and kind = any($3)"#,
        scope.map_or(EVERY_NODE, |node| node.0),
        then,
        &Kind::ALL.map(|kind| kind.as_str().to_owned()),
    )
    .fetch_one(conn)
    .await
}

/// Countries with attacks on these days, and on which of them last.
pub async fn countries(
    conn: &mut PgConnection,
    scope: Option<NodeId>,
    days: &[OffsetDateTime],
) -> Result<Vec<(String, Date)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select key as "key!", max(date_trunc('day', start, 'UTC')) as "last!" from facet_lines
           where facet = $1 and node_id = $2 and date_trunc('day', start, 'UTC') = any($3)
             and start >= (select min(day) from unnest($3) as day) and events > 0
           group by key"#,
        COUNTRY,
        scope.map_or(EVERY_NODE, |node| node.0),
        days,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| (row.key, row.last.to_offset(UtcOffset::UTC).date()))
        .collect())
}

/// When an attack came last from each country that is known.
pub async fn known_countries(
    conn: &mut PgConnection,
) -> Result<BTreeMap<String, Date>, sqlx::Error> {
    let rows = sqlx::query!("select country, seen_on from alert_countries")
        .fetch_all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.country, row.seen_on))
        .collect())
}

pub async fn know_countries(
    conn: &mut PgConnection,
    seen: &[(String, Date)],
) -> Result<(), sqlx::Error> {
    let (countries, days): (Vec<String>, Vec<Date>) = seen.iter().cloned().unzip();
    sqlx::query!(
        "insert into alert_countries (country, seen_on)
         select * from unnest($1::text[], $2::date[])
         on conflict (country) do update set seen_on = excluded.seen_on",
        &countries,
        &days,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Nodes whose worker was heard before `then` the last time.
pub async fn silent(
    conn: &mut PgConnection,
    scope: Option<NodeId>,
    since: OffsetDateTime,
    then: OffsetDateTime,
) -> Result<Vec<Silent>, sqlx::Error> {
    sqlx::query_as!(
        Silent,
        r#"select id as node, name, coalesce(seen_at, enrolled_at, created_at) as "heard!",
                  $2::timestamptz <= $3 as "watched!"
           from nodes
           where token_hash is not null and revoked_at is null
             and ($1::bigint is null or id = $1)
             and coalesce(seen_at, enrolled_at, created_at) <= $3"#,
        scope.map(|node| node.0),
        since,
        then,
    )
    .fetch_all(conn)
    .await
}

/// Bans older than `then` that a firewall does not have, by node; the oldest are named.
pub async fn not_effective(
    conn: &mut PgConnection,
    scope: Option<NodeId>,
    then: OffsetDateTime,
    named: i32,
) -> Result<Vec<NotEffective>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select n.id as node, n.name, count(*) as "bans!",
                  (array_agg(b.network order by b.since, b.network))[1:$3] as "networks!: Vec<IpNet>"
           from banned held
           join bans b on b.network = held.network and b.in_firewall is false and b.since <= $2
           join nodes n on n.id = b.node_id and n.token_hash is not null and n.revoked_at is null
           where held.not_effective and ($1::bigint is null or n.id = $1)
           group by n.id, n.name"#,
        scope.map(|node| node.0),
        then,
        named,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| NotEffective {
        node: row.node,
        name: row.name,
        bans: row.bans,
        networks: row.networks,
    });
    Ok(rows.collect())
}

/// Of each node and kind the newest deployment that has come to an end, where it failed or was rolled
/// back; one that is tried again has not ended otherwise yet.
pub async fn failed(conn: &mut PgConnection, scope: Option<NodeId>) -> Result<Vec<Failed>, Error> {
    let rows = sqlx::query!(
        r#"select n.id as node, n.name, k.kind as "kind!", d.deployment_id as "deployment!", r.number,
                  (d.step = 'rolled_back') as "rolled_back!", coalesce(d.reason, '') as "reason!"
           from nodes n
           cross join unnest($2::text[]) as k (kind)
           cross join lateral (
               select deployment_id, step, reason from deployment_nodes
               where node_id = n.id and kind = k.kind
                 and (step in ('failed', 'rolled_back', 'verified')
                      or attempt > 1 and step in ('pending', 'delivered', 'reloaded'))
               order by deployment_id desc limit 1
           ) d
           join deployments p on p.id = d.deployment_id
           join revisions r on r.id = p.revision_id
           where d.step <> 'verified' and ($1::bigint is null or n.id = $1)
             and n.token_hash is not null and n.revoked_at is null"#,
        scope.map(|node| node.0),
        &config::Kind::ALL.map(|kind| kind.as_str().to_owned()),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let config = row.kind.parse().map_err(|_| Error::Inconsistent {
            table: "deployment_nodes",
            what: format!("kind {}", row.kind),
        })?;
        Ok(Failed {
            node: row.node,
            name: row.name,
            config,
            deployment: row.deployment,
            revision: row.number,
            rolled_back: row.rolled_back,
            reason: row.reason,
        })
    });
    rows.collect()
}
