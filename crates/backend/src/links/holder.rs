//! The task that takes, renews and loses leases, and stores what is seen.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::NodeId;
use esl::{Auth, Options, Secret, Target};
use rand::Rng;
use runtime::Shutdown;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::attend::attend;
use super::held::{Entry, Held};
use super::settings;
use super::sql::{self, Row};
use super::status::{Due, Seen};
use crate::changes::{self, Topic};
use crate::{Backend, Error};

/// Links taken in one round; the next one is a moment away.
const AT_ONCE: i64 = 250;
/// Changes that come together are stored together.
const TOGETHER: Duration = Duration::from_millis(100);

/// How often what is done.
#[derive(Clone, Debug)]
pub struct Times {
    /// A replica that is gone is replaced after this.
    pub lease: Duration,
    /// Between two renewals.
    pub renew: Duration,
    /// Between two stores of what is measured.
    pub measured: Duration,
    /// Between two looks at phones and gateways.
    pub peers: Duration,
    /// Of each link.
    pub link: Options,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(12),
            renew: Duration::from_secs(3),
            measured: Duration::from_secs(10),
            peers: Duration::from_mins(1),
            link: Options::default(),
        }
    }
}

/// Holds links until shutdown.
pub fn spawn(backend: &Backend, shutdown: &Shutdown, times: Times) {
    let holder = Holder {
        backend: backend.clone(),
        replica: format!("{:032x}", rand::rng().random::<u128>()),
        times,
        changed: Arc::new(Notify::new()),
        failing: false,
        broken: Mutex::default(),
    };
    shutdown.spawn("links to switches", holder.run(shutdown.clone()));
}

struct Holder {
    backend: Backend,
    /// This process.
    replica: String,
    times: Times,
    changed: Arc<Notify>,
    failing: bool,
    /// Settings that cannot be used, told once.
    broken: Mutex<HashMap<NodeId, i64>>,
}

impl Holder {
    async fn run(mut self, shutdown: Shutdown) {
        let mut wakes = self.backend.changes().subscribe();
        let mut rounds = interval(self.times.renew);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let changed = self.changed.clone();
        loop {
            let look = tokio::select! {
                () = shutdown.stopping() => break,
                _ = rounds.tick() => true,
                wake = wakes.next() => match wake.topic {
                    Some(Topic::Links) | None => true,
                    Some(_) => continue,
                },
                () = changed.notified() => false,
            };
            if !look {
                sleep(TOGETHER).await;
            }
            let done = async {
                if look {
                    self.round().await?;
                }
                self.store().await
            };
            let done = tokio::select! {
                () = shutdown.stopping() => break,
                done = done => done,
            };
            self.tell(done);
            self.drop_expired();
        }
        self.stop().await;
    }

    /// Each failure is told once.
    fn tell(&mut self, done: Result<(), Error>) {
        if let Err(error) = &done
            && !self.failing
        {
            let source = std::error::Error::source(error).map(ToString::to_string);
            tracing::warn!(source, "leases of links are not renewed: {error}");
        }
        self.failing = done.is_err();
    }

    async fn round(&self) -> Result<(), Error> {
        let pool = &self.backend.pool;
        let until = Instant::now() + self.times.lease;
        let renewed = sql::renew(pool, &self.replica, self.times.lease).await?;
        let renewed: HashMap<NodeId, (i64, i64)> = renewed
            .into_iter()
            .map(|(node, fence, version)| (node, (fence, version)))
            .collect();
        let mut lost = Vec::new();
        let mut changed = Vec::new();
        {
            let mut held = self.backend.links().lock();
            held.retain(|node, entry| match renewed.get(node) {
                Some((fence, version)) if *fence == entry.held.fence => {
                    entry.until = until;
                    if *version != entry.version {
                        changed.push(*node);
                    }
                    true
                }
                _ => {
                    lost.push((*node, entry.held.clone()));
                    false
                }
            });
            // Ours by the table and not in our hands: what we took and could not open.
            let there: HashSet<_> = held.keys().copied().collect();
            changed.extend(renewed.keys().filter(|node| !there.contains(node)));
        }
        for (node, held) in lost {
            tracing::info!(
                node.id = node.0,
                "the link of node {node} is another console's now, or gone"
            );
            close(held);
        }
        if !changed.is_empty() {
            for row in sql::rows(pool, &self.replica, &changed).await? {
                self.start(row, until);
            }
        }
        loop {
            let until = Instant::now() + self.times.lease;
            let taken = sql::take(pool, &self.replica, self.times.lease, AT_ONCE).await?;
            let all = i64::try_from(taken.len()).unwrap_or(0) < AT_ONCE;
            for row in taken {
                self.start(row, until);
            }
            if all {
                return Ok(());
            }
        }
    }

    /// Starts a link in the place of the one before, if there is one.
    fn start(&self, row: Row, until: Instant) {
        let (node, version, fence) = (row.node, row.version, row.fence);
        let target = match target(&self.backend, &row) {
            Ok(target) => target,
            Err(error) => {
                let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
                if broken.insert(node, version) != Some(version) {
                    tracing::error!(node.id = node.0, "settings of node {node}'s link: {error}");
                }
                return;
            }
        };
        let seen = Arc::new(Mutex::new(Seen::default()));
        let held = Held::start(fence, target, self.times.link.clone());
        let entry = Entry {
            held: held.clone(),
            version,
            until,
            seen: seen.clone(),
        };
        let before = self.backend.links().lock().insert(node, entry);
        if let Some(before) = before {
            close(before.held);
        }
        let (times, changed) = (self.times.clone(), self.changed.clone());
        tokio::spawn(attend(
            self.backend.clone(),
            node,
            held,
            seen,
            times,
            changed,
        ));
    }

    /// Stores what changed, all of it in one statement.
    async fn store(&self) -> Result<(), Error> {
        let now = self.backend.clock.unix_millis();
        let entries: Vec<(NodeId, Entry)> = {
            let held = self.backend.links().lock();
            held.iter()
                .map(|(node, entry)| (*node, entry.clone()))
                .collect()
        };
        let mut due = Vec::new();
        for (node, entry) in &entries {
            let seen = entry.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let link = &entry.held.link;
            let facts = link.facts();
            let status = seen.due(
                &link.state().borrow(),
                &facts.borrow(),
                now,
                self.times.measured,
            );
            if let Some((status, told)) = status {
                due.push(Due {
                    node: *node,
                    fence: entry.held.fence,
                    status,
                    told,
                });
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        let mut tx = self.backend.begin().await?;
        let stored = sql::store(&mut *tx, &due, self.backend.clock.now()).await?;
        let told = due.iter().filter(|due| due.told).map(|due| due.node);
        let told: Vec<NodeId> = told.filter(|node| stored.contains(node)).collect();
        if !told.is_empty() {
            changes::note_nodes(&mut tx, Topic::Nodes, &told).await?;
        }
        tx.commit().await?;
        let entries: HashMap<NodeId, Entry> = entries.into_iter().collect();
        for due in due {
            let seen = &entries[&due.node].seen;
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.stored = Some((due.status, Instant::now()));
        }
        Ok(())
    }

    /// Where leases could not be renewed in time, somebody else may act by now.
    fn drop_expired(&self) {
        let now = Instant::now();
        let mut expired = Vec::new();
        self.backend.links().lock().retain(|node, entry| {
            let ours = entry.until > now;
            if !ours {
                expired.push((*node, entry.held.clone()));
            }
            ours
        });
        for (node, held) in expired {
            tracing::warn!(
                node.id = node.0,
                "the lease of node {node}'s link ran out; it is closed"
            );
            close(held);
        }
    }

    async fn stop(&self) {
        let held: Vec<Entry> = {
            let mut held = self.backend.links().lock();
            held.drain().map(|(_, entry)| entry).collect()
        };
        let stopping = held.iter().map(|entry| entry.held.link.stop());
        futures::future::join_all(stopping).await;
        if let Err(error) = sql::release(&self.backend.pool, &self.replica).await {
            tracing::debug!("leases are not given back: {error}");
        }
    }
}

/// Nobody waits for a goodbye: it is refused to everybody from now on.
fn close(held: Held) {
    tokio::spawn(async move { held.link.stop().await });
}

fn target(backend: &Backend, row: &Row) -> Result<Target, Error> {
    let wrong = || Error::Inconsistent {
        table: "node_links",
        what: format!("settings of node {}", row.node),
    };
    let password = backend
        .sealer()
        .open(&settings::context(row.node), &row.password)?;
    let password = String::from_utf8(password).map_err(|_| wrong())?;
    let password = Secret::new(password).map_err(|_| wrong())?;
    let auth = match (&row.user, &row.domain) {
        (Some(user), Some(domain)) => Auth::User {
            user: user.parse().map_err(|_| wrong())?,
            domain: domain.parse().map_err(|_| wrong())?,
            password,
        },
        _ => Auth::Password(password),
    };
    Ok(Target {
        host: row.host.parse().map_err(|_| wrong())?,
        port: u16::try_from(row.port).map_err(|_| wrong())?,
        auth,
    })
}
