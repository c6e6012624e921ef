//! The dashboard's numbers: each by an index or from counted minutes, never from raw lines.

use domain::attack::Kind;
use domain::ids::NodeId;
use ipnet::IpNet;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::bans::{AttackRow, BanEventRow, EventLine, Line};

pub(super) struct Counts {
    pub bans: i64,
    pub not_effective: i64,
    pub new_bans: i64,
}

pub(super) async fn counts(
    conn: impl PgExecutor<'_>,
    now: OffsetDateTime,
) -> Result<Counts, sqlx::Error> {
    sqlx::query_as!(
        Counts,
        r#"select
               (select networks from banned_total) as "bans!",
               (select count(*) from banned where not_effective) as "not_effective!",
               (select coalesce(sum(events), 0)::bigint from event_minutes
                where node_id = 0 and kind = 'ban' and start > $1) as "new_bans!""#,
        now - time::Duration::DAY,
    )
    .fetch_one(conn)
    .await
}

/// As [`counts`], of one node.
pub(super) async fn counts_of(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    now: OffsetDateTime,
) -> Result<Counts, sqlx::Error> {
    sqlx::query_as!(
        Counts,
        r#"select
               coalesce((select bans from nodes where id = $1), 0) as "bans!",
               (select count(*) from banned b join bans h using (network)
                where b.not_effective and h.node_id = $1 and not h.in_firewall)
                   as "not_effective!",
               (select coalesce(sum(events), 0)::bigint from event_minutes
                where node_id = $1 and kind = 'ban' and start > $2) as "new_bans!""#,
        node.0,
        now - time::Duration::DAY,
    )
    .fetch_one(conn)
    .await
}

/// By name: whose configuration was verified once, and changed by hand since.
pub(super) async fn drifted(conn: impl PgExecutor<'_>) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select n.name from nodes n where exists (
             select from node_configs c
             where c.node_id = n.id and c.drift_since is not null and c.verified is not null
         )
         order by n.name",
    )
    .fetch_all(conn)
    .await
}

/// Of one node or all.
pub(super) async fn lines_per_minute(
    conn: impl PgExecutor<'_>,
    node: Option<NodeId>,
    from: OffsetDateTime,
    to: OffsetDateTime,
) -> Result<Vec<(OffsetDateTime, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select start as "minute!", sum(events)::bigint as "lines!" from event_minutes
           where start between $1 and $2 and node_id = $3 and kind = any($4)
           group by start order by start"#,
        from,
        to,
        node.map_or(0, |node| node.0),
        &Kind::ALL.map(Kind::as_str) as &[&str],
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.minute, row.lines))
        .collect())
}

pub(super) async fn last_attacks(
    conn: impl PgExecutor<'_>,
    limit: i64,
) -> Result<Vec<AttackRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Line,
        r#"select n.name as node_name, a.at, a.source as "source: IpNet", a.kind, a.extension,
                  a.number, a.raw
           from attacks a join nodes n on n.id = a.node_id
           order by a.at desc limit $1"#,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(AttackRow::from).collect())
}

/// By position in the log, which is this node's own order.
pub(super) async fn last_attacks_of(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    limit: i64,
) -> Result<Vec<AttackRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Line,
        r#"select n.name as node_name, a.at, a.source as "source: IpNet", a.kind, a.extension,
                  a.number, a.raw
           from attacks a join nodes n on n.id = a.node_id
           where a.node_id = $1
           order by a.node_id desc, a.generation desc, a."offset" desc limit $2"#,
        node.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(AttackRow::from).collect())
}

pub(super) async fn last_bans(
    conn: impl PgExecutor<'_>,
    limit: i64,
) -> Result<Vec<BanEventRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        EventLine,
        r#"select n.name as node_name, e.at, e.kind, e.network as "network: IpNet"
           from ban_events e join nodes n on n.id = e.node_id
           order by e.at desc limit $1"#,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(BanEventRow::from).collect())
}

/// As [`last_attacks_of`]: a quiet node's are not looked for among everybody's.
pub(super) async fn last_bans_of(
    conn: impl PgExecutor<'_>,
    node: NodeId,
    limit: i64,
) -> Result<Vec<BanEventRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        EventLine,
        r#"select n.name as node_name, e.at, e.kind, e.network as "network: IpNet"
           from ban_events e join nodes n on n.id = e.node_id
           where e.node_id = $1
           order by e.node_id desc, e.generation desc, e."offset" desc limit $2"#,
        node.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(BanEventRow::from).collect())
}
