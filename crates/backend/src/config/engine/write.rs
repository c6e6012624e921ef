//! Steps are stored in batches: what ended within the same few milliseconds is one transaction, for 500
//! nodes as for one.

use std::collections::HashMap;
use std::time::Duration;

use domain::config::{Kind, Step};
use domain::ids::{DeploymentId, NodeId};
use domain::reason::Reason;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::super::{Reply, drift, sql};
use crate::changes::{self, Topic};
use crate::{Backend, Error};

/// Waiting at most.
const QUEUE: usize = 4_096;
/// Of one transaction.
const BATCH: usize = 1_000;
/// How long is waited for company.
const TOGETHER: Duration = Duration::from_millis(5);

/// A step of a try, under the lease that allows it.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub node: NodeId,
    pub deployment: DeploymentId,
    pub attempt: i32,
    pub fence: i64,
    pub step: Step,
    pub reason: Option<Reason>,
    pub replies: Vec<Reply>,
    pub confirmed: bool,
    pub confirm_tried: bool,
}

/// Where steps are put.
#[derive(Clone)]
pub(super) struct Writes(mpsc::Sender<(Write, Option<oneshot::Sender<()>>)>);

impl Writes {
    /// Soon; perhaps with the next one of the same try.
    pub fn write(&self, write: Write) {
        // A full queue loses what the last word of the try says again.
        let _ = self.0.try_send((write, None));
    }

    /// Returns when it is stored, or is not going to be: what the table says then holds.
    pub async fn write_through(&self, write: Write) {
        let (done, stored) = oneshot::channel();
        if self.0.send((write, Some(done))).await.is_ok() {
            let _ = stored.await;
        }
    }
}

pub(super) fn channel(backend: Backend) -> (Writes, impl Future<Output = ()>) {
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    let writer = async move {
        let mut batch: Vec<(Write, Option<oneshot::Sender<()>>)> = Vec::new();
        // Ends with the last sender.
        while receiver.recv_many(&mut batch, BATCH).await > 0 {
            sleep(TOGETHER).await;
            while batch.len() < BATCH {
                let Ok(more) = receiver.try_recv() else { break };
                batch.push(more);
            }
            let (writes, done): (Vec<_>, Vec<Option<oneshot::Sender<()>>>) =
                batch.drain(..).unzip();
            if let Err(error) = store(&backend, merged(writes)).await {
                // The steps are taken again from what is stored.
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(source, "steps of deployments are not stored: {error}");
            }
            for done in done.into_iter().flatten() {
                let _ = done.send(());
            }
        }
    };
    (Writes(sender), writer)
}

/// The last of each try; that the confirmation was tried, and that the switch had loaded it, stay said.
fn merged(writes: Vec<Write>) -> Vec<(Write, bool)> {
    let mut last: HashMap<(DeploymentId, NodeId), (Write, bool)> = HashMap::new();
    for mut write in writes {
        let key = (write.deployment, write.node);
        let mut reloaded = matches!(write.step, Step::Reloaded | Step::Verified);
        if let Some((before, was_reloaded)) = last.remove(&key)
            && before.attempt == write.attempt
        {
            write.confirm_tried |= before.confirm_tried;
            reloaded |= was_reloaded;
        }
        last.insert(key, (write, reloaded));
    }
    let mut writes: Vec<_> = last.into_values().collect();
    writes.sort_by_key(|(write, _)| (write.node, write.deployment));
    writes
}

async fn store(backend: &Backend, writes: Vec<(Write, bool)>) -> Result<(), Error> {
    let now = backend.clock.now();
    let nodes: Vec<NodeId> = writes.iter().map(|(write, _)| write.node).collect();
    let mut tx = backend.begin().await?;
    sql::lock_nodes(&mut tx, &nodes).await?;
    let moved = sql::store_steps(&mut tx, &writes, now).await?;
    if moved.is_empty() {
        return Ok(());
    }
    let verified: Vec<_> = moved
        .iter()
        .filter(|moved| moved.step == Step::Verified)
        .collect();
    let confirmed: Vec<NodeId> = verified
        .iter()
        .filter(|moved| moved.kind == Kind::Acl)
        .map(|moved| moved.node)
        .collect();
    sql::set_verified(&mut tx, &verified, now).await?;
    for moved in moved
        .iter()
        .filter(|moved| moved.step.is_over() && !moved.same)
    {
        drift::compare(&mut tx, moved.node, moved.kind, now).await?;
    }
    if !confirmed.is_empty() {
        sql::bump(&mut tx, &confirmed).await?;
        changes::note_nodes(&mut tx, Topic::Desired, &confirmed).await?;
    }
    changes::note(&mut tx, Topic::Config, None).await?;
    tx.commit().await?;
    Ok(())
}
