//! Queries behind [`super::detail`]: bounded for each network, however much it attacked.

use std::collections::HashMap;

use domain::attack::Kind;
use domain::ids::NodeId;
use domain::net::Network;
use ipnet::IpNet;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::head::Head;
use super::{AttackRow, BanEventRow, ByHand, EventLine, Holder, Line, WHY_LINES};
use crate::nodes::CONNECTED_SECONDS;

/// The rows of `banned` for these networks, the narrowest first.
pub(super) async fn heads(pool: &PgPool, networks: &[IpNet]) -> Result<Vec<Head>, sqlx::Error> {
    sqlx::query_as!(
        Head,
        r#"select network as "network: IpNet", since, nullif(until, 'infinity') as until, repeats,
                  nodes
           from banned where network in (select unnest($1::inet[])::cidr)
           order by masklen(network) desc, network"#,
        networks,
    )
    .fetch_all(pool)
    .await
}

pub(super) async fn holders(
    pool: &PgPool,
    networks: &[IpNet],
    now: OffsetDateTime,
) -> Result<Vec<(Network, Holder)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select b.network as "network: IpNet", n.id, n.name, b.since, b.until, b.in_firewall,
                  coalesce(n.seen_at > $2, false) as "connected!"
           from bans b join nodes n on n.id = b.node_id
           where b.network in (select unnest($1::inet[])::cidr)
           order by b.network, n.name"#,
        networks,
        now - Duration::seconds(CONNECTED_SECONDS),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let holder = Holder {
                node: NodeId(row.id),
                name: row.name,
                since: row.since,
                until: row.until,
                in_firewall: row.in_firewall,
                connected: row.connected,
                order: None,
            };
            (Network::from(row.network), holder)
        })
        .collect())
}

/// The newest ban order that was carried out, where it belongs to the ban that is held now.
pub(super) async fn by_hand(
    pool: &PgPool,
    networks: &[IpNet],
) -> Result<HashMap<Network, ByHand>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select distinct on (o.network) o.network as "network!: IpNet", o.actor, o.reason,
                  o.ordered_at
           from orders o join banned h on h.network = o.network
           where o.network in (select unnest($1::inet[])::cidr)
             and o.act = 'ban' and o.state = 'done'
             and o.finished_at > h.since - interval '5 minutes'
           order by o.network, o.id desc"#,
        networks,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let by = ByHand {
                actor: row.actor,
                reason: row.reason,
                at: row.ordered_at,
            };
            (Network::from(row.network), by)
        })
        .collect())
}

/// For each network its newest attack lines. A single address goes straight down the index; of a
/// wider network the newest lines of its range are sorted.
pub(super) async fn newest_lines(
    pool: &PgPool,
    networks: &[IpNet],
) -> Result<Vec<(Network, AttackRow)>, sqlx::Error> {
    let (hosts, wide): (Vec<IpNet>, Vec<IpNet>) = networks
        .iter()
        .partition(|net| net.prefix_len() == net.max_prefix_len());
    let rows = sqlx::query!(
        r#"select t.network as "network!: IpNet", n.name as node_name, a.at as "at!",
                  a.source as "source: IpNet", a.kind as "kind!", a.extension, a.number,
                  a.raw as "raw!"
           from unnest($1::inet[]) as t (network)
           cross join lateral (
               (select node_id, at, source, kind, extension, number, raw from attacks a
                where a.source = t.network order by a.at desc limit 3)
               union all
               (select node_id, at, source, kind, extension, number, raw from evidence e
                where e.source = t.network order by e.at desc limit 3)
               order by at desc limit 3
           ) a
           join nodes n on n.id = a.node_id
           order by 1, a.at desc"#,
        &hosts,
    )
    .fetch_all(pool)
    .await?;
    let mut lines: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let line = Line {
                node_name: row.node_name,
                at: row.at,
                source: row.source,
                kind: row.kind,
                extension: row.extension,
                number: row.number,
                raw: row.raw,
            };
            (Network::from(row.network), AttackRow::from(line))
        })
        .collect();
    for net in wide {
        let network = Network::from(net);
        let found = self::lines(pool, network, 3).await?;
        lines.extend(found.into_iter().map(|line| (network, line)));
    }
    Ok(lines)
}

/// Kinds among the newest [`WHY_LINES`] lines of each network.
pub(super) async fn kinds(
    pool: &PgPool,
    networks: &[IpNet],
) -> Result<HashMap<Network, Vec<(Kind, i64)>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.network as "network!: IpNet", a.kind as "kind!", count(*) as "lines!"
           from (
               select network, case family(network) when 4 then 32 else 128 end as host
               from unnest($1::inet[]) as t (network)
           ) t
           cross join lateral (
               (select a.kind from attacks a
                where a.source between set_masklen(network(t.network)::inet, t.host)
                                   and set_masklen(broadcast(t.network), t.host)
                order by a.source, a.at desc
                limit $2)
               union all
               (select e.kind from evidence e
                where e.source between set_masklen(network(t.network)::inet, t.host)
                                   and set_masklen(broadcast(t.network), t.host)
                order by e.source, e.at desc
                limit $2)
               limit $2
           ) a
           group by 1, 2"#,
        networks,
        WHY_LINES,
    )
    .fetch_all(pool)
    .await?;
    let mut kinds: HashMap<Network, Vec<(Kind, i64)>> = HashMap::new();
    for row in rows {
        let kind = Kind::from_text(&row.kind);
        kinds
            .entry(Network::from(row.network))
            .or_default()
            .push((kind, row.lines));
    }
    Ok(kinds)
}

/// The newest attack lines from one network.
pub(super) async fn lines(
    pool: &PgPool,
    network: Network,
    limit: i64,
) -> Result<Vec<AttackRow>, sqlx::Error> {
    let lines = if network.is_host() {
        sqlx::query_as!(
            Line,
            r#"select n.name as node_name, a.at as "at!", a.source as "source: IpNet",
                      a.kind as "kind!", a.extension, a.number, a.raw as "raw!"
               from (
                   (select node_id, at, source, kind, extension, number, raw from attacks a
                    where a.source = $1 order by a.at desc limit $2)
                   union all
                   (select node_id, at, source, kind, extension, number, raw from evidence e
                    where e.source = $1 order by e.at desc limit $2)
                   order by at desc limit $2
               ) a
               join nodes n on n.id = a.node_id
               order by a.at desc"#,
            network.ipnet(),
            limit,
        )
        .fetch_all(pool)
        .await?
    } else {
        sqlx::query_as!(
            Line,
            r#"select n.name as node_name, a.at, a.source as "source: IpNet", a.kind, a.extension,
                      a.number, a.raw
               from attacks a join nodes n on n.id = a.node_id
               where a.source between set_masklen(network($1::inet)::inet, $3)
                                  and set_masklen(broadcast($1::inet), $3)
               order by a.at desc limit $2"#,
            network.ipnet(),
            limit,
            if network.address().is_ipv4() { 32 } else { 128 },
        )
        .fetch_all(pool)
        .await?
    };
    Ok(lines.into_iter().map(AttackRow::from).collect())
}

/// The newest lines of `fail2ban.log` about exactly this network.
pub(super) async fn events(
    pool: &PgPool,
    network: Network,
    limit: i64,
) -> Result<Vec<BanEventRow>, sqlx::Error> {
    let lines = sqlx::query_as!(
        EventLine,
        r#"select n.name as node_name, e.at, e.kind, e.network as "network: IpNet"
           from ban_events e join nodes n on n.id = e.node_id
           where e.network = $1::inet::cidr
           order by e.at desc limit $2"#,
        network.ipnet(),
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(lines.into_iter().map(BanEventRow::from).collect())
}
