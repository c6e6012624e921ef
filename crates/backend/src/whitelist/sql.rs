//! The tables `whitelist`, `whitelist_nodes` and `whitelist_proofs`.

use std::collections::HashMap;

use domain::ids::{EntryId, NodeId};
use domain::net::Network;
use domain::reason::Reason;
use domain::whitelist::{WhitelistLine, WhitelistProof};
use ipnet::IpNet;
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

use super::{EntryRow, ProofRow, Scope};
use crate::{Actor, nodes};

pub(super) struct New<'a> {
    pub network: Network,
    pub note: &'a str,
    pub actor: &'a Actor,
    pub now: OffsetDateTime,
    pub expires_at: Option<OffsetDateTime>,
    pub all_nodes: bool,
    pub version: i64,
}

/// A current entry for exactly one network.
pub(super) struct Current {
    pub id: i64,
    pub expires_at: Option<OffsetDateTime>,
    pub all_nodes: bool,
}

pub(super) async fn insert(conn: &mut PgConnection, new: New<'_>) -> Result<EntryId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "insert into whitelist
             (network, note, user_id, actor, created_at, expires_at, all_nodes, version)
         values ($1::inet::cidr, $2, $3, $4, $5, $6, $7, $8)
         returning id",
        new.network.ipnet(),
        new.note,
        new.actor.user.map(|user| user.0),
        new.actor.name,
        new.now,
        new.expires_at,
        new.all_nodes,
        new.version,
    )
    .fetch_one(conn)
    .await?;
    Ok(EntryId(id))
}

pub(super) async fn insert_scope(
    conn: &mut PgConnection,
    entry: EntryId,
    nodes: &[NodeId],
) -> Result<(), sqlx::Error> {
    let nodes: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    sqlx::query!(
        "insert into whitelist_nodes (entry_id, node_id) select $1, unnest($2::bigint[])",
        entry.0,
        &nodes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn current(
    conn: &mut PgConnection,
    network: Network,
    now: OffsetDateTime,
) -> Result<Vec<Current>, sqlx::Error> {
    sqlx::query_as!(
        Current,
        "select id, expires_at, all_nodes from whitelist
         where network = $1::inet::cidr and removed_at is null
           and (expires_at is null or expires_at > $2)",
        network.ipnet(),
        now,
    )
    .fetch_all(conn)
    .await
}

/// Locks a current entry; its network.
pub(super) async fn network(
    conn: &mut PgConnection,
    entry: EntryId,
) -> Result<Option<Network>, sqlx::Error> {
    let network = sqlx::query_scalar!(
        r#"select network as "network: IpNet" from whitelist
           where id = $1 and removed_at is null for update"#,
        entry.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(network.map(Network::from))
}

pub(super) async fn take_out(
    conn: &mut PgConnection,
    entry: EntryId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update whitelist set removed_at = $2 where id = $1",
        entry.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Locks an entry that was taken out before its time; its network and scope.
pub(super) async fn removed(
    conn: &mut PgConnection,
    entry: EntryId,
    now: OffsetDateTime,
) -> Result<Option<(Network, Scope)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select network as "network: IpNet", all_nodes,
                  array(select node_id from whitelist_nodes where entry_id = w.id) as "nodes!"
           from whitelist w
           where id = $1 and removed_at is not null and (expires_at is null or expires_at > $2)
           for update"#,
        entry.0,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let scope = if row.all_nodes {
            Scope::All
        } else {
            Scope::Nodes(row.nodes.into_iter().map(NodeId).collect())
        };
        (Network::from(row.network), scope)
    }))
}

pub(super) async fn put_back(
    conn: &mut PgConnection,
    entry: EntryId,
    version: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update whitelist set removed_at = null, version = $2 where id = $1",
        entry.0,
        version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn any_expired(pool: &PgPool, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (
               select from whitelist where removed_at is null and expires_at <= $1
           ) as "any!""#,
        now,
    )
    .fetch_one(pool)
    .await
}

pub(super) async fn lock_expired(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(EntryId, Network)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, network as "network: IpNet" from whitelist
           where removed_at is null and expires_at <= $1
           order by id limit 1000 for update skip locked"#,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (EntryId(row.id), Network::from(row.network)))
        .collect())
}

/// The whole whitelist of one node, each network once.
pub(crate) async fn lines(
    conn: &mut PgConnection,
    node: NodeId,
    now: OffsetDateTime,
) -> Result<Vec<WhitelistLine>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select w.network as "network: IpNet",
                  nullif(max(coalesce(w.expires_at, 'infinity')), 'infinity') as until
           from whitelist w
           where w.removed_at is null and (w.expires_at is null or w.expires_at > $2)
             and (w.all_nodes
                  or exists (select from whitelist_nodes s
                             where s.entry_id = w.id and s.node_id = $1))
           group by w.network
           order by w.network"#,
        node.0,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WhitelistLine {
            network: Network::from(row.network),
            until: row.until.map(OffsetDateTime::unix_timestamp),
        })
        .collect())
}

/// Which of these networks lie inside the node's current whitelist.
pub(crate) async fn covering(
    conn: &mut PgConnection,
    node: NodeId,
    networks: &[IpNet],
    now: OffsetDateTime,
) -> Result<Vec<Network>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select t.network as "network!: IpNet"
           from unnest($2::inet[]) as t (network)
           where exists (
               select from whitelist w
               where w.removed_at is null and (w.expires_at is null or w.expires_at > $3)
                 and w.network >>= t.network
                 and (w.all_nodes
                      or exists (select from whitelist_nodes s
                                 where s.entry_id = w.id and s.node_id = $1))
           )"#,
        node.0,
        networks,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Network::from).collect())
}

/// Replaces the node's proofs by the answer to `version`; an older answer than the stored one is
/// passed over. True where something changed.
pub(crate) async fn store_proofs(
    conn: &mut PgConnection,
    node: NodeId,
    version: i64,
    proofs: &[WhitelistProof],
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let newest = sqlx::query!(
        "update nodes set desired_version = least($2, (select version from desired))
         where id = $1 and desired_version <= $2",
        node.0,
        version,
    )
    .execute(&mut *conn)
    .await?;
    if newest.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("delete from whitelist_proofs where node_id = $1", node.0)
        .execute(&mut *conn)
        .await?;
    let networks: Vec<IpNet> = proofs.iter().map(|proof| proof.network.ipnet()).collect();
    let in_file: Vec<bool> = proofs.iter().map(|proof| proof.in_file).collect();
    let in_jail: Vec<bool> = proofs.iter().map(|proof| proof.in_jail).collect();
    let error = |proof: &WhitelistProof| proof.error.as_ref().map(Reason::to_text);
    let errors: Vec<Option<String>> = proofs.iter().map(error).collect();
    sqlx::query!(
        "insert into whitelist_proofs (node_id, network, in_file, in_jail, error, checked_at)
         select $1, p.network::cidr, p.in_file, p.in_jail, p.error, $6
         from unnest($2::inet[], $3::boolean[], $4::boolean[], $5::text[])
              as p (network, in_file, in_jail, error)
         on conflict do nothing",
        node.0,
        &networks,
        &in_file,
        &in_jail,
        &errors as &[Option<String>],
        now,
    )
    .execute(conn)
    .await?;
    Ok(true)
}

/// Current entries, newest first; those touching `network` where given.
pub(super) async fn entries(
    pool: &PgPool,
    network: Option<Network>,
    now: OffsetDateTime,
) -> Result<Vec<EntryRow>, sqlx::Error> {
    let entries = sqlx::query!(
        r#"select id, network as "network: IpNet", note, actor, created_at, expires_at, all_nodes
           from whitelist
           where removed_at is null and (expires_at is null or expires_at > $1)
             and ($2::inet is null or network && $2)
           order by id desc"#,
        now,
        network.map(Network::ipnet),
    )
    .fetch_all(pool)
    .await?;
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    let mut proofs = proofs(pool, &ids, now).await?;
    Ok(entries
        .into_iter()
        .map(|entry| EntryRow {
            id: EntryId(entry.id),
            network: Network::from(entry.network),
            note: entry.note,
            actor: entry.actor,
            created_at: entry.created_at,
            expires_at: entry.expires_at,
            all_nodes: entry.all_nodes,
            proofs: proofs.remove(&entry.id).unwrap_or_default(),
        })
        .collect())
}

async fn proofs(
    pool: &PgPool,
    entries: &[i64],
    now: OffsetDateTime,
) -> Result<HashMap<i64, Vec<ProofRow>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select w.id as entry, n.id as node, n.name,
                  coalesce(n.seen_at > $2, false) as "connected!",
                  n.desired_version >= w.version as "applied!",
                  coalesce(p.in_file, false) as "in_file!", coalesce(p.in_jail, false) as "in_jail!",
                  p.error, p.checked_at as "checked_at?"
           from whitelist w
           join nodes n on n.token_hash is not null and (
               w.all_nodes
               or exists (select from whitelist_nodes s
                          where s.entry_id = w.id and s.node_id = n.id))
           left join whitelist_proofs p
               on p.node_id = n.id and p.network = w.network and n.desired_version >= w.version
           where w.id = any($1)
           order by n.name"#,
        entries,
        now - Duration::seconds(nodes::CONNECTED_SECONDS),
    )
    .fetch_all(pool)
    .await?;
    let mut by_entry: HashMap<i64, Vec<ProofRow>> = HashMap::new();
    for row in rows {
        by_entry.entry(row.entry).or_default().push(ProofRow {
            node: NodeId(row.node),
            name: row.name,
            connected: row.connected,
            applied: row.applied,
            in_file: row.in_file,
            in_jail: row.in_jail,
            error: row.error.as_deref().map(Reason::from_text),
            checked_at: row.checked_at,
        });
    }
    Ok(by_entry)
}
