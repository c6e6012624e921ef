//! What a report writes, in batches of arrays.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::health::Health;
use domain::ids::NodeId;
use domain::net::Network;
use domain::wire::{BanEvent, Cursor, Gap, Source};
use ipnet::IpNet;
use sqlx::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::check;
use super::columns::{Attacks, Held};

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

pub(super) async fn insert_gap(
    conn: &mut PgConnection,
    node: NodeId,
    source: Source,
    gap: &Gap,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let cause = check::short(&gap.cause);
    sqlx::query!(
        "insert into log_gaps (node_id, source, generation, from_byte, to_byte, cause, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        node.0,
        source.as_str(),
        gap.generation,
        gap.from,
        gap.to,
        cause.as_ref(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_attacks(
    conn: &mut PgConnection,
    node: NodeId,
    attacks: &Attacks<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"insert into attacks
               (node_id, generation, "offset", at, source, kind, extension, number, raw)
           select $1, *
           from unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::inet[], $6::text[],
                       $7::text[], $8::text[], $9::text[])
           on conflict do nothing"#,
        node.0,
        &attacks.generations,
        &attacks.offsets,
        &attacks.ats,
        &attacks.sources as &[Option<IpNet>],
        &attacks.kinds as &[&str],
        &attacks.extensions as &[Option<Cow<'_, str>>],
        &attacks.numbers as &[Option<Cow<'_, str>>],
        &attacks.raws as &[Cow<'_, str>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn count_minutes(
    conn: &mut PgConnection,
    node: NodeId,
    minutes: &BTreeMap<(OffsetDateTime, &'static str), i64>,
) -> Result<(), sqlx::Error> {
    let ats: Vec<OffsetDateTime> = minutes.keys().map(|key| key.0).collect();
    let kinds: Vec<String> = minutes.keys().map(|key| key.1.to_owned()).collect();
    let lines: Vec<i64> = minutes.values().copied().collect();
    sqlx::query!(
        "insert into attack_minutes (node_id, minute, kind, lines)
         select $1, * from unnest($2::timestamptz[], $3::text[], $4::bigint[])
         on conflict (minute, node_id, kind) do update
         set lines = attack_minutes.lines + excluded.lines",
        node.0,
        &ats,
        &kinds,
        &lines,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A time past `latest` counts as now.
pub(super) async fn insert_ban_events(
    conn: &mut PgConnection,
    node: NodeId,
    events: &[(i64, &BanEvent)],
    latest: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let generations: Vec<i64> = events.iter().map(|event| event.0).collect();
    let offsets: Vec<i64> = events.iter().map(|event| event.1.offset).collect();
    let ats: Vec<OffsetDateTime> = events
        .iter()
        .map(|(_, event)| {
            let at = event.at.checked_mul(1_000).and_then(check::time_of_micros);
            at.filter(|at| *at <= latest).unwrap_or(now)
        })
        .collect();
    let kinds: Vec<String> = events
        .iter()
        .map(|event| event.1.kind.as_str().to_owned())
        .collect();
    let networks: Vec<IpNet> = events.iter().map(|event| event.1.network.ipnet()).collect();
    sqlx::query!(
        r#"insert into ban_events (node_id, generation, "offset", at, kind, network)
           select $1, e.generation, e.position, e.at, e.kind, e.network::cidr
           from unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::inet[])
                as e (generation, position, at, kind, network)
           on conflict do nothing"#,
        node.0,
        &generations,
        &offsets,
        &ats,
        &kinds,
        &networks,
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
