//! The links that this replica holds, for whoever wants to ask a switch something.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::NodeId;
use esl::{Command, CommandError, DownReason, Link, Options, Target};
use tokio::net::{UdpSocket, lookup_host};
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout};

use super::status::Seen;

/// Links that came up and were not heard of yet, at most.
const UPS: usize = 1_024;

const LOOK_UP_WITHIN: Duration = Duration::from_secs(2);

/// The links of this replica; clones belong together.
#[derive(Clone, Debug)]
pub struct Links(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    held: Mutex<HashMap<NodeId, Entry>>,
    ups: broadcast::Sender<NodeId>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub held: Held,
    /// Of the settings that it was started with.
    pub version: i64,
    /// The lease is ours until then at least.
    pub until: Instant,
    pub seen: Arc<Mutex<Seen>>,
}

/// A link, and the right to act on it.
#[derive(Clone, Debug)]
pub struct Held {
    /// To be named by every write that is made because of this link, see [`super::hold`].
    pub fence: i64,
    /// The link; perhaps down.
    pub link: Link,
    target: Target,
    options: Options,
}

impl Held {
    pub(super) fn start(fence: i64, target: Target, options: Options) -> Self {
        let (link, _) = Link::start(target.clone(), options.clone());
        Self {
            fence,
            link,
            target,
            options,
        }
    }

    /// Opens another connection and has the switch say who it is: the proof that it lets the console in
    /// now, which the connection that stands does not give.
    ///
    /// # Errors
    /// Why it does not. An account that may not ask was let in all the same.
    pub async fn check_new_connection(&self) -> Result<(), CommandError> {
        match esl::run_once(&self.target, Command::Hostname, &self.options).await {
            Ok(_) | Err(CommandError::Denied { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Held {
    /// The address that this host would send from, found without sending anything.
    pub(super) async fn source(&self) -> Option<IpAddr> {
        let to = (self.target.host.as_str(), self.target.port);
        let found = timeout(LOOK_UP_WITHIN, lookup_host(to)).await.ok()?.ok()?;
        for address in found {
            let any = match address {
                SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
                SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
            };
            let Ok(socket) = UdpSocket::bind((any, 0)).await else {
                continue;
            };
            if socket.connect(address).await.is_ok()
                && let Ok(ours) = socket.local_addr()
            {
                return Some(ours.ip().to_canonical());
            }
        }
        None
    }
}

impl Default for Links {
    fn default() -> Self {
        Self(Arc::new(Inner {
            held: Mutex::default(),
            ups: broadcast::channel(UPS).0,
        }))
    }
}

impl Links {
    /// The node's link, where this replica holds it.
    pub fn get(&self, node: NodeId) -> Option<Held> {
        let held = self.lock();
        let entry = held.get(&node).filter(|entry| entry.until > Instant::now());
        entry.map(|entry| entry.held.clone())
    }

    /// The nodes whose links this replica holds.
    pub fn nodes(&self) -> Vec<NodeId> {
        let now = Instant::now();
        let held = self.lock();
        let ours = held.iter().filter(|(_, entry)| entry.until > now);
        ours.map(|(node, _)| *node).collect()
    }

    /// See [`Held::check_new_connection`].
    ///
    /// # Errors
    /// As there; [`DownReason::Stopped`] where this replica does not hold the link.
    pub async fn check_new_connection(&self, node: NodeId) -> Result<(), CommandError> {
        match self.get(node) {
            Some(held) => held.check_new_connection().await,
            None => Err(CommandError::NotUp(DownReason::Stopped)),
        }
    }

    /// Tells of links of this replica that came up, from now on: what the switch had loaded before is
    /// not known any more.
    pub fn ups(&self) -> Ups {
        Ups(self.0.ups.subscribe())
    }

    pub(super) fn came_up(&self, node: NodeId) {
        // Nobody listening is fine.
        let _ = self.0.ups.send(node);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<NodeId, Entry>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Links::ups`].
#[derive(Debug)]
pub struct Ups(broadcast::Receiver<NodeId>);

impl Ups {
    /// The next node; `None`: any may have come up, too many did to tell. Cancel safe; never returns
    /// when there is nothing more to come.
    pub async fn next(&mut self) -> Option<NodeId> {
        match self.0.recv().await {
            Ok(node) => Some(node),
            Err(broadcast::error::RecvError::Lagged(_)) => None,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
