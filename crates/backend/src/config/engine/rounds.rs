//! Which nodes have something to be done, and one task for each at a time.

use std::collections::HashMap;
use std::time::Duration;

use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId};
use domain::reason::SwitchReason;
use futures::FutureExt;
use runtime::Shutdown;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::super::{Content, drift, sql};
use super::Times;
use super::attempt::Attempt;
use super::write::Writes;
use crate::changes::{self, Topic};
use crate::{Backend, Error};

/// What comes together is looked at together.
const TOGETHER: Duration = Duration::from_millis(4);

/// A node that is being worked on.
struct Busy {
    tries: Vec<(DeploymentId, i32)>,
    stop: CancellationToken,
}

pub(super) async fn run(backend: Backend, shutdown: Shutdown, times: Times, writes: Writes) {
    let mut wakes = backend.changes().subscribe();
    let mut ups = backend.links().ups();
    let mut looks = interval(times.look);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rounds = Rounds {
        busy: HashMap::new(),
        tasks: JoinSet::new(),
        backend,
        times,
        writes,
    };
    let mut failing = false;
    loop {
        tokio::select! {
            () = shutdown.stopping() => break,
            wake = wakes.next() => if wake.topic.is_some_and(|topic| topic != Topic::Config) {
                continue;
            },
            _ = ups.next() => {}
            _ = looks.tick() => {}
            Some(ended) = rounds.tasks.join_next() => {
                if let Ok(node) = ended {
                    rounds.busy.remove(&node);
                }
            }
        }
        sleep(TOGETHER).await;
        // One look answers all that has come meanwhile.
        while wakes.next().now_or_never().is_some() {}
        while ups.next().now_or_never().is_some() {}
        while let Some(ended) = rounds.tasks.try_join_next() {
            if let Ok(node) = ended {
                rounds.busy.remove(&node);
            }
        }
        let done = tokio::select! {
            () = shutdown.stopping() => break,
            done = rounds.round() => done,
        };
        if let Err(error) = &done
            && !failing
        {
            let source = std::error::Error::source(error).map(ToString::to_string);
            tracing::warn!(source, "deployments wait: {error}");
        }
        failing = done.is_err();
    }
}

struct Rounds {
    backend: Backend,
    times: Times,
    writes: Writes,
    busy: HashMap<NodeId, Busy>,
    tasks: JoinSet<NodeId>,
}

impl Rounds {
    async fn round(&mut self) -> Result<(), Error> {
        self.without_settings().await?;
        let held = self.backend.links().nodes();
        if held.is_empty() {
            return Ok(());
        }
        let mut due: HashMap<NodeId, Vec<sql::Due>> = HashMap::new();
        for row in sql::due(&self.backend.pool, &held).await? {
            due.entry(row.node).or_default().push(row);
        }
        let reloads = sql::reloads_due(&self.backend.pool, &held).await?;
        for (node, _) in &reloads {
            due.entry(*node).or_default();
        }
        for (node, mut rows) in due {
            let reloads: Vec<_> = reloads.iter().filter(|(at, _)| *at == node).collect();
            let reloads: Vec<_> = reloads.into_iter().map(|(_, kind)| *kind).collect();
            if let Some(busy) = self.busy.get(&node) {
                let new = |row: &sql::Due| !busy.tries.contains(&(row.deployment, row.attempt));
                if !reloads.is_empty() || rows.iter().any(new) {
                    busy.stop.cancel();
                }
                continue;
            }
            let Some(held) = self
                .backend
                .links()
                .get(node)
                .filter(|held| held.link.is_up())
            else {
                continue;
            };
            // In the order in which a switch takes them: a list stands before a profile names it.
            rows.sort_by_key(|row| row.kind);
            let tries = rows
                .iter()
                .map(|row| (row.deployment, row.attempt))
                .collect();
            let mut attempts = Vec::new();
            let profiles_wait = rows.iter().any(|row| row.kind == Kind::Profiles);
            for due in rows {
                if let Some(attempt) = self.attempt(held.clone(), due, profiles_wait).await? {
                    attempts.push(attempt);
                }
            }
            if attempts.is_empty() && reloads.is_empty() {
                continue;
            }
            let stop = CancellationToken::new();
            let backend = self.backend.clone();
            self.busy.insert(
                node,
                Busy {
                    tries,
                    stop: stop.clone(),
                },
            );
            self.tasks.spawn(async move {
                let work = async {
                    for kind in reloads {
                        super::attempt::reload_again(&backend, &held, node, kind).await;
                    }
                    for attempt in attempts {
                        attempt.run().await;
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = work => {}
                }
                node
            });
        }
        Ok(())
    }

    /// `None` where the worker has yet to tell that its files hold it.
    async fn attempt(
        &self,
        held: crate::links::Held,
        due: sql::Due,
        profiles_wait: bool,
    ) -> Result<Option<Attempt>, Error> {
        let contents = self.backend.contents();
        let content = contents.get(&self.backend, due.kind, due.revision).await?;
        let found = due.found.clone();
        let found = found.map(|json| Content::from_json(due.kind, "node_configs", json));
        let agrees = due.same
            || found
                .transpose()?
                .is_some_and(|found| content.agrees(&found));
        let late = self.backend.clock.now() - due.delivered_at > self.times.found;
        if !agrees && !late {
            return Ok(None);
        }
        Ok(Some(Attempt {
            backend: self.backend.clone(),
            times: self.times.clone(),
            writes: self.writes.clone(),
            replies: Vec::new(),
            held,
            due,
            content,
            agrees,
            profiles_wait,
        }))
    }

    /// Nobody can ask a switch whose address is not known.
    async fn without_settings(&self) -> Result<(), Error> {
        let nodes = sql::without_settings(&self.backend.pool).await?;
        if nodes.is_empty() {
            return Ok(());
        }
        let now = self.backend.clock.now();
        let mut tx = self.backend.begin().await?;
        sql::lock_nodes(&mut tx, &nodes).await?;
        let reason = SwitchReason::NoSettings.into();
        for (node, kind) in sql::fail_without_settings(&mut tx, &nodes, &reason, now).await? {
            drift::compare(&mut tx, node, kind, now).await?;
        }
        changes::note(&mut tx, Topic::Config, None).await?;
        tx.commit().await?;
        Ok(())
    }
}
