//! What switches have loaded, looked at every so often: somebody may have loaded something else.

use std::collections::HashSet;
use std::time::Duration;

use domain::ids::NodeId;
use domain::reason::Reason;
use esl::{Command, CommandError, ConfigName};
use futures::StreamExt;
use futures::stream;
use rand::Rng;
use runtime::Shutdown;
use tokio::time::{MissedTickBehavior, interval};

use super::super::{Content, drift, sql};
use super::Times;
use super::probes::probes;
use super::{acl, profiles, uses};
use crate::changes::{self, Topic};
use crate::links::Held;
use crate::{Backend, Error};

/// Between two looks for switches that are due.
const LOOK: Duration = Duration::from_secs(1);
/// Switches that are asked at a time.
const AT_ONCE: usize = 16;

pub(super) async fn run(backend: Backend, shutdown: Shutdown, times: Times) {
    let mut ups = backend.links().ups();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // A switch that was away may have been started anew.
    let mut at_once: HashSet<NodeId> = HashSet::new();
    loop {
        tokio::select! {
            () = shutdown.stopping() => return,
            node = ups.next() => {
                at_once.extend(node);
                continue;
            }
            _ = looks.tick() => {}
        }
        let came_up = std::mem::take(&mut at_once);
        let done = tokio::select! {
            () = shutdown.stopping() => return,
            done = round(&backend, &times, &came_up) => done,
        };
        if let Err(error) = done {
            tracing::debug!("what switches have loaded is not looked at: {error}");
        }
    }
}

async fn round(backend: &Backend, times: &Times, came_up: &HashSet<NodeId>) -> Result<(), Error> {
    let held = backend.links().nodes();
    let (anew, usual): (Vec<_>, Vec<_>) = held.into_iter().partition(|node| came_up.contains(node));
    let now = backend.clock.now();
    let mut rows = sql::to_check(&backend.pool, &anew, now).await?;
    // Not all in the same second.
    let spread = times.check * rand::rng().random_range(0.8..=1.0);
    rows.extend(sql::to_check(&backend.pool, &usual, now - spread).await?);
    let looked: Vec<_> = stream::iter(rows)
        .map(|row| look(backend, row))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut same = (Vec::new(), Vec::new());
    for looked in looked {
        let Some((row, fence, loaded)) = looked? else {
            continue;
        };
        let before = row.loaded.as_ref().and_then(serde_json::Value::as_str);
        let loaded = loaded.map(|loaded| loaded.to_text());
        if before == loaded.as_deref() {
            same.0.push(row.node);
            same.1.push(row.kind.as_str().to_owned());
            continue;
        }
        let mut tx = backend.begin().await?;
        sql::lock_nodes(&mut tx, &[row.node]).await?;
        let loaded = loaded.as_deref();
        if sql::set_loaded(&mut tx, row.node, row.kind, fence, loaded, now).await?
            && drift::compare(&mut tx, row.node, row.kind, now).await?
        {
            changes::note(&mut tx, Topic::Config, Some(row.node)).await?;
        }
        tx.commit().await?;
    }
    if !same.0.is_empty() {
        sql::checked(&backend.pool, &same.0, &same.1, now).await?;
    }
    Ok(())
}

/// What is loaded where it is another than was verified (or is wanted); `None` where the switch
/// cannot be asked now.
async fn look(
    backend: &Backend,
    row: sql::ToCheck,
) -> Result<Option<(sql::ToCheck, i64, Option<Reason>)>, Error> {
    let Some(held) = backend.links().get(row.node) else {
        return Ok(None);
    };
    let mut said = None;
    let contents = backend.contents();
    for revision in [Some(row.verified), row.wanted].into_iter().flatten() {
        let content = contents.get(backend, row.kind, revision).await?;
        match differs(backend, &held, row.node, &content).await {
            Err(_) => return Ok(None),
            Ok(None) => return Ok(Some((row, held.fence, None))),
            Ok(Some(reason)) => said = said.or(Some(reason)),
        }
    }
    Ok(Some((row, held.fence, said)))
}

async fn differs(
    backend: &Backend,
    held: &Held,
    node: NodeId,
    content: &Content,
) -> Result<Option<Reason>, CommandError> {
    let link = &held.link;
    match content {
        Content::Acl(wanted) => {
            let located = link.run(Command::XmlLocate(ConfigName::Acl)).await?;
            if let Err(unlike) = acl::as_located(wanted, located.located()) {
                return Ok(Some(unlike.reason(backend, node).await));
            }
            // Lists are built by `reloadacl` only: the XML may be newer.
            for (asked, probe) in wanted.iter().flat_map(probes) {
                if link.run(asked).await?.yes() != probe.allowed {
                    return Ok(Some(probe.unlike().into()));
                }
            }
            Ok(None)
        }
        Content::Profiles(wanted) => {
            let located = link.run(Command::XmlLocate(ConfigName::Sofia)).await?;
            if let Err(unlike) = profiles::as_located(wanted, located.located()) {
                return Ok(Some(unlike.into()));
            }
            let mut uses = uses::of_profiles(located.located());
            uses.retain(|used| wanted.get(&used.profile).is_some());
            if uses.is_empty() {
                return Ok(None);
            }
            let located = link.run(Command::XmlLocate(ConfigName::Acl)).await?;
            let gone = uses::gone(&uses, located.located());
            Ok(gone.map(|gone| uses::vanished(gone).into()))
        }
        Content::CallRules(_) | Content::Jail(_) => Ok(None),
    }
}
