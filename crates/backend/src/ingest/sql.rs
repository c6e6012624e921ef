//! What a report writes, in batches of arrays.

use std::borrow::Cow;

use domain::health::Health;
use domain::ids::NodeId;
use domain::net::Network;
use domain::wire::{Cursor, Gap, Source};
use ipnet::IpNet;
use sqlx::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::check;
use super::columns::{BanEvents, Held};

/// What accepting a report needs to know.
pub(super) struct State {
    pub ban_list: i64,
    pub bans: i64,
    pub seen_at: Option<OffsetDateTime>,
}

/// Locks the node's row and notes that it was heard; as it was before, `None` where it is gone or
/// revoked. (Not `for update`: that would make everybody wait who gives the node an order.)
pub(super) async fn hear(
    conn: &mut PgConnection,
    node: NodeId,
    peer: Network,
    now: OffsetDateTime,
) -> Result<Option<State>, sqlx::Error> {
    sqlx::query_as!(
        State,
        "with before as (
             select id, ban_list_version, bans, seen_at from nodes
             where id = $1 and revoked_at is null
             for no key update
         )
         update nodes n set seen_at = $2, address = $3
         from before where n.id = before.id
         returning before.ban_list_version as ban_list, before.bans, before.seen_at",
        node.0,
        now,
        peer.ipnet(),
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn set_health(
    conn: &mut PgConnection,
    node: NodeId,
    health: &Health,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update nodes set health = $2, health_at = $3 where id = $1",
        node.0,
        Json(health) as Json<&Health>,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn cursors(
    conn: &mut PgConnection,
    node: NodeId,
) -> Result<Vec<Cursor>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select source, generation, "offset", mark from log_cursors
           where node_id = $1 order by source for update"#,
        node.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Cursor {
            source: Source::from_text(&row.source),
            generation: row.generation,
            offset: row.offset,
            mark: row.mark,
        })
        .collect())
}

pub(super) async fn move_cursor(
    conn: &mut PgConnection,
    node: NodeId,
    cursor: Cursor,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"insert into log_cursors (node_id, source, generation, "offset", mark)
           values ($1, $2, $3, $4, $5)
           on conflict (node_id, source) do update
           set generation = excluded.generation, "offset" = excluded."offset",
               mark = excluded.mark"#,
        node.0,
        cursor.source.as_str(),
        cursor.generation,
        cursor.offset,
        cursor.mark,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_gaps(
    conn: &mut PgConnection,
    node: NodeId,
    gaps: &[(Source, Gap)],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let sources: Vec<&str> = gaps.iter().map(|(source, _)| source.as_str()).collect();
    let generations: Vec<i64> = gaps.iter().map(|(_, gap)| gap.generation).collect();
    let froms: Vec<i64> = gaps.iter().map(|(_, gap)| gap.from).collect();
    let tos: Vec<i64> = gaps.iter().map(|(_, gap)| gap.to).collect();
    let causes: Vec<_> = gaps
        .iter()
        .map(|(_, gap)| check::short(&gap.cause))
        .collect();
    sqlx::query!(
        "insert into log_gaps (node_id, source, generation, from_byte, to_byte, cause, at)
         select $1, *, $7 from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
         on conflict do nothing",
        node.0,
        &sources as &[&str],
        &generations,
        &froms,
        &tos,
        &causes as &[Cow<'_, str>],
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_ban_events(
    conn: &mut PgConnection,
    node: NodeId,
    events: &BanEvents,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"insert into ban_events (node_id, generation, "offset", at, kind, network)
           select $1, e.generation, e.position, e.at, e.kind, e.network::cidr
           from unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::inet[])
                as e (generation, position, at, kind, network)"#,
        node.0,
        &events.generations,
        &events.offsets,
        &events.ats,
        &events.kinds as &[&str],
        &events.networks,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn next_ban_list(
    conn: &mut PgConnection,
    node: NodeId,
    bans: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "update nodes set ban_list_version = ban_list_version + 1, bans = $2 where id = $1
         returning ban_list_version",
        node.0,
        bans,
    )
    .fetch_one(conn)
    .await
}

/// What was deleted.
pub(super) async fn delete_bans(
    conn: &mut PgConnection,
    node: NodeId,
    networks: &[IpNet],
) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"delete from bans where node_id = $1 and network in (select unnest($2::inet[])::cidr)
           returning network as "network: IpNet""#,
        node.0,
        networks,
    )
    .fetch_all(conn)
    .await
}

/// What was deleted.
pub(super) async fn delete_bans_except(
    conn: &mut PgConnection,
    node: NodeId,
    kept: &[IpNet],
) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"delete from bans
           where node_id = $1
             and network in (
                 select network from bans where node_id = $1
                 except select unnest($2::inet[])::cidr
             )
           returning network as "network: IpNet""#,
        node.0,
        kept,
    )
    .fetch_all(conn)
    .await
}

/// What is new or altered, and whether it is new.
pub(super) async fn upsert_bans(
    conn: &mut PgConnection,
    node: NodeId,
    held: &Held,
) -> Result<Vec<(IpNet, bool)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"insert into bans (node_id, network, since, until, in_firewall)
           select $1, b.network::cidr, b.since, b.until, b.in_firewall
           from unnest($2::inet[], $3::timestamptz[], $4::timestamptz[], $5::boolean[])
                as b (network, since, until, in_firewall)
           on conflict (node_id, network) do update
           set since = excluded.since, until = excluded.until, in_firewall = excluded.in_firewall
           where (bans.since, bans.until, bans.in_firewall)
               is distinct from (excluded.since, excluded.until, excluded.in_firewall)
           returning network as "network: IpNet", xmax = 0 as "new!""#,
        node.0,
        &held.networks,
        &held.sinces,
        &held.untils as &[Option<OffsetDateTime>],
        &held.in_firewalls as &[Option<bool>],
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.network, row.new)).collect())
}
