//! One look for all streams of this process: what each compares itself with is read in one statement,
//! of the nodes that something was said of at once, and of all each second, so that a lost wake-up
//! costs a second at most. A stream asks for itself only what is new for it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::NodeId;
use futures::FutureExt;
use runtime::Shutdown;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{desired, sql};
use crate::changes::{Topic, Wake};
use crate::{Backend, Error};

/// How often all nodes are read without a wake-up.
const LOOK: Duration = Duration::from_secs(1);
/// … and what no wake-up tells: a session that ended by itself, a node that moved.
const NOTICE: Duration = Duration::from_secs(5);

/// What comes together is looked at together.
const TOGETHER: Duration = Duration::from_millis(4);

/// How a node stands; each number only rises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Number of its newest stream.
    pub stream: i64,
    /// Version of what it shall be like.
    pub desired: i64,
    /// How often the console's own addresses have changed, which no version tells.
    pub console: u64,
    /// Version of its configuration.
    pub config: i64,
    /// The oldest and the newest order that waits for its worker.
    pub orders: Option<(i64, i64)>,
}

/// The nodes whose worker has a token, as they were read last.
pub type View = HashMap<NodeId, Standing>;

/// The view of this process; clones belong together.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<watch::Sender<View>>);

impl Watch {
    /// Changes from now on; fed by [`crate::jobs`].
    pub fn subscribe(&self) -> watch::Receiver<View> {
        self.0.subscribe()
    }
}

/// What is to be read.
#[derive(Default)]
struct Due {
    all: bool,
    nodes: BTreeSet<NodeId>,
    moving: bool,
}

impl Due {
    fn add(&mut self, wake: Wake) {
        match wake.topic {
            Some(Topic::Orders | Topic::Nodes | Topic::Desired | Topic::Whitelist) => {
                self.nodes.extend(wake.node);
                self.all |= wake.node.is_none();
            }
            Some(Topic::Accounts) | None => {
                self.moving = true;
                self.all = true;
            }
            Some(Topic::Bans | Topic::Attacks | Topic::Config | Topic::Links | Topic::Alerts) => {}
        }
    }

    fn is_empty(&self) -> bool {
        !self.all && self.nodes.is_empty()
    }
}

/// Keeps the view until shutdown.
pub(crate) async fn run(backend: Backend, shutdown: Shutdown) {
    let mut wakes = backend.changes().subscribe();
    let [mut looks, mut notices] = [LOOK, NOTICE].map(|period| {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    });
    let mut due = Due::default();
    let mut failing = false;
    loop {
        tokio::select! {
            () = shutdown.stopping() => return,
            wake = wakes.next() => due.add(wake),
            _ = looks.tick() => due.all = true,
            _ = notices.tick() => {
                due.all = true;
                due.moving = true;
            }
        }
        // One look answers all that comes together: a deployment wakes for each of its nodes.
        sleep(TOGETHER).await;
        while let Some(wake) = wakes.next().now_or_never() {
            due.add(wake);
        }
        if due.is_empty() {
            continue;
        }
        let done = tokio::select! {
            () = shutdown.stopping() => return,
            done = round(&backend, &due) => done,
        };
        match done {
            Ok(()) => due = Due::default(),
            Err(error) if !failing => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(source, "cannot look what is new for the nodes: {error}");
                failing = true;
                continue;
            }
            Err(_) => continue,
        }
        failing = false;
    }
}

async fn round(backend: &Backend, due: &Due) -> Result<(), Error> {
    if due.moving {
        desired::notice(backend).await?;
    }
    let asked: Vec<i64> = due.nodes.iter().map(|node| node.0).collect();
    let rows = sql::rows(&backend.pool, (!due.all).then_some(&asked)).await?;
    let (console, _) = backend.console_known();
    let rows = rows.into_iter().map(|row| {
        let standing = Standing {
            stream: row.stream,
            desired: row.desired,
            console,
            config: row.config,
            orders: row.oldest.zip(row.newest),
        };
        (NodeId(row.node), standing)
    });
    let read: View = rows.collect();
    backend.watch().0.send_if_modified(|view| {
        if due.all {
            let changed = *view != read;
            *view = read;
            return changed;
        }
        let mut changed = false;
        for node in &due.nodes {
            let now = read.get(node);
            changed |= view.get(node) != now;
            match now {
                Some(now) => view.insert(*node, *now),
                None => view.remove(node),
            };
        }
        changed
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use runtime::Clock;
    use sqlx::PgPool;

    use super::*;
    use crate::{Actor, nodes};

    async fn enrolled(backend: &Backend, name: &str) -> NodeId {
        let code = nodes::add(backend, &Actor::console(), name).await.unwrap();
        let asked = domain::wire::Enrol {
            version: domain::wire::VERSION,
            code: code.code,
            host_name: "host.example".to_owned(),
            worker_version: "test".to_owned(),
            event_socket: None,
        };
        let peer = "192.0.2.1".parse().unwrap();
        nodes::enrol(backend, &asked, peer).await.unwrap();
        code.node
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn only_what_is_new_is_told(pool: PgPool) {
        let backend = Backend::new(pool, Clock::system());
        let mut views = backend.watch().subscribe();
        let one = enrolled(&backend, "fs-1").await;
        let two = enrolled(&backend, "fs-2").await;
        let all = Due {
            all: true,
            moving: true,
            ..Due::default()
        };
        round(&backend, &all).await.unwrap();
        assert_eq!(views.borrow_and_update().len(), 2);
        round(&backend, &all).await.unwrap();
        assert!(!views.has_changed().unwrap());

        let mut conn = backend.pool.acquire().await.unwrap();
        nodes::bump_own(&mut conn, one).await.unwrap();
        let mut due = Due::default();
        due.add(Wake::from_payload(&format!("nodes {two}")));
        round(&backend, &due).await.unwrap();
        assert!(!views.has_changed().unwrap());
        due.add(Wake::from_payload(&format!("nodes {one}")));
        round(&backend, &due).await.unwrap();
        let view = views.borrow_and_update().clone();
        assert!(view[&one].desired > view[&two].desired);

        nodes::bump(&mut conn).await.unwrap();
        backend.set_console_addresses(vec!["192.0.2.80".parse().unwrap()]);
        round(&backend, &all).await.unwrap();
        let newer = views.borrow_and_update().clone();
        for node in [one, two] {
            assert!(newer[&node].desired > view[&one].desired);
            assert!(newer[&node].console > view[&node].console);
        }

        nodes::revoke(&backend, &Actor::console(), one)
            .await
            .unwrap();
        round(&backend, &due).await.unwrap();
        assert!(!views.borrow_and_update().contains_key(&one));
    }
}
