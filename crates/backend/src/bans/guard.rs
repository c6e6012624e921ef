//! The never-ban list as it is now.

use std::net::IpAddr;

use domain::guard::{Guarded, Protected};
use domain::ids::NodeId;
use domain::net::Network;
use ipnet::IpNet;
use sqlx::PgConnection;

use crate::{Backend, Error, accounts};

/// Everything that may not be banned on these nodes (`None`: on any).
pub(crate) async fn never_ban(
    backend: &Backend,
    conn: &mut PgConnection,
    scope: Option<&[NodeId]>,
) -> Result<Vec<Guarded>, Error> {
    let mut list = standing(backend, conn, scope).await?;
    list.extend(moving(backend, conn).await?);
    Ok(list)
}

/// The part that changes by orders only: the whitelist and the console itself.
pub(crate) async fn standing(
    backend: &Backend,
    conn: &mut PgConnection,
    scope: Option<&[NodeId]>,
) -> Result<Vec<Guarded>, Error> {
    let mut list = whitelisted(backend, conn, scope).await?;
    list.extend(backend.console_addresses().iter().map(|network| Guarded {
        network: *network,
        why: Protected::Console,
    }));
    Ok(list)
}

/// The part that changes without anybody's order: nodes and signed-in operators.
pub(crate) async fn moving(
    backend: &Backend,
    conn: &mut PgConnection,
) -> Result<Vec<Guarded>, Error> {
    let mut list = nodes(conn).await?;
    let operators = accounts::operator_addresses(conn, backend.clock.now()).await?;
    list.extend(
        operators
            .into_iter()
            .map(|(name, address): (String, IpAddr)| Guarded {
                network: Network::host(address),
                why: Protected::Operator { name },
            }),
    );
    list.sort_by(|a, b| (a.network, name(a)).cmp(&(b.network, name(b))));
    list.dedup();
    Ok(list)
}

fn name(guarded: &Guarded) -> &str {
    match &guarded.why {
        Protected::Node { name } | Protected::Operator { name } => name,
        _ => "",
    }
}

async fn whitelisted(
    backend: &Backend,
    conn: &mut PgConnection,
    scope: Option<&[NodeId]>,
) -> Result<Vec<Guarded>, sqlx::Error> {
    let scope: Option<Vec<i64>> = scope.map(|nodes| nodes.iter().map(|node| node.0).collect());
    let rows = sqlx::query_scalar!(
        r#"select distinct w.network as "network: IpNet"
           from whitelist w
           where w.removed_at is null and (w.expires_at is null or w.expires_at > $1)
             and (w.all_nodes or exists (
                 select from whitelist_nodes s
                 where s.entry_id = w.id and ($2::bigint[] is null or s.node_id = any($2))
             ))
           order by 1"#,
        backend.clock.now(),
        scope.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|net| Guarded {
            network: Network::from(net),
            why: Protected::Whitelisted,
        })
        .collect())
}

/// Where each node's requests come from, and the addresses it says it has.
async fn nodes(conn: &mut PgConnection) -> Result<Vec<Guarded>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select name, address as "address: IpNet", health -> 'addresses' as addresses
           from nodes where revoked_at is null"#
    )
    .fetch_all(conn)
    .await?;
    let mut list = Vec::new();
    for row in rows {
        let own: Vec<Network> = row
            .addresses
            .and_then(|addresses| serde_json::from_value(addresses).ok())
            .unwrap_or_default();
        let peer = row.address.map(Network::from);
        // Only single addresses: no worker may protect a whole network with its report.
        list.extend(
            peer.into_iter()
                .chain(own)
                .filter(|network| network.is_host())
                .map(|network| Guarded {
                    network,
                    why: Protected::Node {
                        name: row.name.clone(),
                    },
                }),
        );
    }
    Ok(list)
}
