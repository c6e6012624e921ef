//! Reports of workers: logs, ban lists, answers and health, each stored exactly once in one
//! transaction.
//!
//! What a report says is text of a host that may be broken or taken over: bounded, made inert, and
//! believed only about the node whose token it came with.

mod ban_list;
mod check;
mod chunks;
mod columns;
mod copy;
mod health;
mod meaning;
mod sql;
mod weeks;

use std::collections::BTreeSet;
use std::net::IpAddr;

use domain::ban::Act;
use domain::ids::NodeId;
use domain::net::Network;
use domain::wire::{Chunk, Receipt, Report};
use ipnet::IpNet;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, bans, config, counts, nodes, orders, retention, whitelist};
use chunks::Times;
use meaning::Judge;

pub(crate) use check::{TEXT, bounded, time_of_micros};
pub(crate) use weeks::{Log, Weeks, monday};

/// What a report touched, for the wake-ups and the heads of the ban list.
#[derive(Default)]
struct Touched {
    topics: BTreeSet<Topic>,
    /// Networks whose row in `banned` may have changed.
    networks: BTreeSet<IpNet>,
    /// New or altered bans of this node.
    held: Vec<IpNet>,
}

/// Stores a report. Sent twice, or again after a torn connection, it has the effect of once.
///
/// # Errors
/// [`Error::Invalid`] for a report that breaks the bounds or contradicts itself; nothing of it is
/// stored. [`Error::NotFound`] where the node is gone or revoked.
pub async fn accept(
    backend: &Backend,
    node: NodeId,
    peer: IpAddr,
    report: Report,
) -> Result<Receipt, Error> {
    check::report(&report)?;
    let now = backend.clock.now();
    let mut kept = now;
    if report.chunks.iter().any(has_lines) {
        kept -= retention::settings(backend).await?.age();
        counts::make_room(backend).await?;
    }
    let times = Times { now, kept };
    let weeks = chunks::weeks(&report.chunks, times);
    backend.weeks.make(&backend.pool, weeks.clone()).await?;
    // In a task of its own: a worker that hangs up in the middle of a COPY would leave a connection of
    // the pool that is of no use to the next.
    let backend = backend.clone();
    let stored = tokio::spawn(async move {
        match store(&backend, node, peer, &report, times).await {
            // A week went after we had seen it; the transaction left nothing.
            Err(Error::Database(error)) if weeks::no_partition(&error) => {
                backend.weeks.forget();
                backend.weeks.make(&backend.pool, weeks).await?;
                store(&backend, node, peer, &report, times).await
            }
            done => done,
        }
    });
    match stored.await {
        Ok(done) => done,
        Err(died) => std::panic::resume_unwind(died.into_panic()),
    }
}

fn has_lines(chunk: &Chunk) -> bool {
    !chunk.attacks.is_empty() || !chunk.bans.is_empty()
}

async fn store(
    backend: &Backend,
    node: NodeId,
    peer: IpAddr,
    report: &Report,
    times: Times,
) -> Result<Receipt, Error> {
    let now = times.now;
    let mut tx = backend.begin().await?;
    // One report of a node at a time; everything below sees what the one before has stored.
    let state = sql::hear(&mut tx, node, Network::host(peer), now)
        .await?
        .ok_or(Error::NotFound)?;
    let mut touched = Touched::default();
    let chunks = &report.chunks;
    let judge = Judge::of(backend, &mut tx, node, chunks).await?;
    let cursors = chunks::store(&mut tx, node, chunks, &judge, times, &mut touched).await?;
    let (ban_list, resync) = match &report.ban_list {
        Some(list) => ban_list::store(&mut tx, node, &state, list, &mut touched).await?,
        None => (state.ban_list, false),
    };
    if let Some(answer) = &report.whitelist
        && whitelist::store_proofs(&mut tx, node, answer.version, &answer.proofs, now).await?
    {
        touched.topics.insert(Topic::Whitelist);
    }
    if let Some(health) = &report.health {
        health::store(&mut tx, node, health, now).await?;
        touched.topics.insert(Topic::Nodes);
    }
    let changed = config::store(backend, &mut tx, node, &report.configs, now).await?;
    if changed.shown {
        touched.topics.insert(Topic::Config);
    }
    if changed.desired {
        touched.topics.insert(Topic::Desired);
    }
    if state
        .seen_at
        .is_none_or(|seen| (now - seen).whole_seconds() >= nodes::CONNECTED_SECONDS)
    {
        touched.topics.insert(Topic::Nodes);
    }
    // From here on with the advisory locks, in their order: heads, orders.
    let networks: Vec<IpNet> = touched.networks.iter().copied().collect();
    bans::recompute(&mut tx, &networks).await?;
    answers(backend, &mut tx, node, &report.results, &mut touched, now).await?;
    for topic in touched.topics {
        changes::note(&mut tx, topic, Some(node)).await?;
    }
    tx.commit().await?;
    backend.folding.notify_one();
    Ok(Receipt {
        cursors,
        ban_list,
        resync,
    })
}

/// Stores the answers to orders, and orders what is whitelisted and banned all the same (fail2ban
/// was faster than our list) to be freed.
async fn answers(
    backend: &Backend,
    conn: &mut PgConnection,
    node: NodeId,
    results: &[domain::ban::OrderResult],
    touched: &mut Touched,
    now: OffsetDateTime,
) -> Result<(), Error> {
    let innocent = match touched.held.as_slice() {
        [] => Vec::new(),
        held => whitelist::covering(conn, node, held, now).await?,
    };
    if !innocent.is_empty() {
        orders::lock(conn).await?;
    }
    let mut results = results.to_vec();
    results.sort_by_key(|result| result.id);
    for result in &results {
        if orders::finish(conn, node, result.id, &result.outcome, now).await? {
            touched.topics.insert(Topic::Orders);
        }
    }
    if !innocent.is_empty() {
        let targets: Vec<_> = innocent
            .into_iter()
            .map(|network| (node, network))
            .collect();
        bans::order(
            backend,
            conn,
            &Actor::console(),
            Act::Unban,
            &targets,
            Some(orders::WHITELISTED),
        )
        .await?;
    }
    Ok(())
}
