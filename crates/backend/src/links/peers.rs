//! Whom a switch has business with: registered phones and gateways. They are never banned on its node,
//! since the source of a UDP packet can be forged.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::guard::{Guarded, Protected};
use domain::ids::NodeId;
use domain::inert::inert;
use domain::net::Network;
use esl::answers::{gateways, registrations};
use esl::{Command, CommandError, ConfigName, Link};
use ipnet::IpNet;
use sqlx::PgConnection;
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::sql::{self, PeerRow};
use super::status::{GatewayFact, Seen};
use crate::changes::{self, Topic};
use crate::{Backend, Error, nodes};

/// Addresses of one node; more are not protected, and the node's page says so.
const MOST: usize = 1_000;
/// Gateways that are looked up by name, and shown.
const GATEWAYS: usize = 50;
const LOOK_UP_WITHIN: Duration = Duration::from_secs(2);

const PHONE: &str = "phone";
const GATEWAY: &str = "gateway";

/// Asks the switch, and stores what changed. `before` is what this holder stored last.
pub(super) async fn refresh(
    backend: &Backend,
    (node, fence): (NodeId, i64),
    link: &Link,
    seen: &Mutex<Seen>,
    before: &mut Option<Vec<PeerRow>>,
) -> Result<(), Error> {
    let mut denied = Vec::new();
    let phones = ask(link, Command::ShowRegistrations, &mut denied).await;
    let phones = phones.and_then(|text| registrations(&text).ok());
    let peers = ask(link, Command::SofiaGateways, &mut denied).await;
    let peers = peers.and_then(|text| gateways(&text).ok());
    let guards = ask(
        link,
        Command::XmlLocate(ConfigName::EventSocket),
        &mut denied,
    )
    .await;
    let guards = guards.and_then(|xml| domain::acl::inbound_acl(&xml).ok());
    let known = phones.is_some() || peers.is_some();
    let (phones_known, phones) = (phones.is_some(), phones.unwrap_or_default());
    let peers = peers.unwrap_or_default();

    let mut rows = BTreeMap::<IpNet, (&str, String)>::new();
    for gateway in peers.iter().take(GATEWAYS) {
        for address in look_up(&gateway.proxy).await {
            let name = inert(gateway.name.as_bytes(), 100);
            rows.entry(address).or_insert((GATEWAY, name));
        }
    }
    let mut too_many = peers.len() > GATEWAYS;
    for phone in &phones {
        let address = Network::host(phone.address).ipnet();
        if rows.len() < MOST {
            let name = inert(phone.user.as_bytes(), 100);
            rows.entry(address).or_insert((PHONE, name));
        } else {
            too_many |= !rows.contains_key(&address);
        }
    }
    {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.registrations = phones_known.then(|| u32::try_from(phones.len()).unwrap_or(u32::MAX));
        seen.gateways = peers.iter().take(GATEWAYS).map(GatewayFact::from).collect();
        seen.denied = denied;
        seen.too_many_peers = too_many;
        seen.inbound_acl = guards.unwrap_or_default();
    }
    // What a switch does not tell is not nothing: what it told before holds.
    if !known {
        return Ok(());
    }
    let rows: Vec<PeerRow> = rows
        .into_iter()
        .map(|(address, (kind, name))| (address, kind.to_owned(), name))
        .collect();
    if before.as_ref() != Some(&rows) {
        store(backend, node, fence, &rows).await?;
        *before = Some(rows);
    }
    Ok(())
}

async fn ask(link: &Link, command: Command, denied: &mut Vec<String>) -> Option<String> {
    match link.run(command.clone()).await {
        Ok(answer) => Some(answer.text),
        Err(CommandError::Denied { .. }) => {
            denied.push(command.text());
            None
        }
        Err(_) => None,
    }
}

/// The addresses of a gateway. Names that stand in examples belong to nobody, and one of them is in
/// the configuration that FreeSWITCH comes with.
async fn look_up(host: &str) -> Vec<IpNet> {
    const NOBODYS: [&str; 7] = [
        "example.com",
        "example.net",
        "example.org",
        "example",
        "test",
        "invalid",
        "localhost",
    ];
    let single = |address: IpAddr| Network::host(address.to_canonical()).ipnet();
    if let Ok(address) = host.parse::<IpAddr>() {
        return vec![single(address)];
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let of = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    if host.is_empty() || host.len() > 253 || NOBODYS.into_iter().any(of) {
        return Vec::new();
    }
    match timeout(LOOK_UP_WITHIN, lookup_host((host.as_str(), 0))).await {
        Ok(Ok(found)) => found.take(16).map(|address| single(address.ip())).collect(),
        _ => Vec::new(),
    }
}

async fn store(backend: &Backend, node: NodeId, fence: i64, rows: &[PeerRow]) -> Result<(), Error> {
    if sql::peers(&backend.pool, node).await? == rows {
        return Ok(());
    }
    let mut tx = backend.begin().await?;
    let there = nodes::lock(&mut tx, node).await?.is_some();
    if !there || !sql::hold(&mut tx, node, fence).await? {
        return Ok(());
    }
    sql::replace_peers(&mut tx, node, rows).await?;
    nodes::bump_own(&mut tx, node).await?;
    changes::note(&mut tx, Topic::Nodes, Some(node)).await?;
    Ok(tx.commit().await?)
}

/// Everybody that these nodes have business with.
pub(crate) async fn of_nodes(
    conn: &mut PgConnection,
    nodes: &[NodeId],
) -> Result<Vec<Guarded>, sqlx::Error> {
    Ok(sql::peers_of(conn, nodes, None)
        .await?
        .into_iter()
        .map(guarded)
        .collect())
}

/// … whose address is in one of these networks.
pub(crate) async fn touching(
    conn: &mut PgConnection,
    targets: &[(NodeId, Network)],
) -> Result<Vec<Guarded>, sqlx::Error> {
    let nodes: Vec<NodeId> = targets.iter().map(|(node, _)| *node).collect();
    let networks: Vec<IpNet> = targets.iter().map(|(_, network)| network.ipnet()).collect();
    let rows = sql::peers_of(conn, &nodes, Some(&networks)).await?;
    Ok(rows.into_iter().map(guarded).collect())
}

fn guarded((address, kind, name): PeerRow) -> Guarded {
    Guarded {
        network: Network::from(address),
        why: if kind == GATEWAY {
            Protected::Gateway { name }
        } else {
            Protected::Phone { name }
        },
    }
}
