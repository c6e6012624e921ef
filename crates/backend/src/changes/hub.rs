//! Wake-ups inside one process.

use domain::ids::NodeId;
use tokio::sync::broadcast;

use super::Topic;

/// How many wake-ups a slow subscriber may be behind before they become one "look at everything".
const CAPACITY: usize = 4096;

/// A hint that a table has something new. May come twice, or late; what counts is in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// `None`: anything may have changed.
    pub topic: Option<Topic>,
    /// `None`: no node in particular.
    pub node: Option<NodeId>,
}

impl Wake {
    /// Anything may have changed.
    pub const EVERYTHING: Self = Self {
        topic: None,
        node: None,
    };

    /// Can it concern this topic of this node?
    pub fn concerns(self, topic: Topic, node: NodeId) -> bool {
        self.topic.is_none_or(|changed| changed == topic)
            && self.node.is_none_or(|changed| changed == node)
    }

    /// From the payload of a notification: `topic` or `topic node`.
    pub(crate) fn from_payload(payload: &str) -> Self {
        let (topic, node) = payload.split_once(' ').unwrap_or((payload, ""));
        match Topic::parse(topic) {
            None => Self::EVERYTHING,
            topic => Self {
                topic,
                node: node.parse().ok().map(NodeId),
            },
        }
    }
}

/// Hands wake-ups to every stream of this process; clones belong together.
#[derive(Clone, Debug)]
pub struct Hub(broadcast::Sender<Wake>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }
}

impl Hub {
    /// From now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.0.subscribe())
    }

    pub(crate) fn wake(&self, wake: Wake) {
        // Nobody listening is fine.
        let _ = self.0.send(wake);
    }
}

/// One stream's wake-ups.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Wake>);

impl Subscription {
    /// Waits for the next one. Cancel safe. A subscriber that fell behind gets
    /// [`Wake::EVERYTHING`]; without a [`Hub`] left it never returns.
    pub async fn next(&mut self) -> Wake {
        match self.0.recv().await {
            Ok(wake) => wake,
            Err(broadcast::error::RecvError::Lagged(_)) => Wake::EVERYTHING,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_hints() {
        let bans = Wake {
            topic: Some(Topic::Bans),
            node: None,
        };
        assert_eq!(Wake::from_payload("bans"), bans);
        assert_eq!(
            Wake::from_payload("bans 7"),
            Wake {
                node: Some(NodeId(7)),
                ..bans
            }
        );
        assert_eq!(Wake::from_payload("from a newer console"), Wake::EVERYTHING);
        assert_eq!(Wake::from_payload(""), Wake::EVERYTHING);
        assert!(bans.concerns(Topic::Bans, NodeId(3)));
        assert!(!Wake::from_payload("bans 7").concerns(Topic::Bans, NodeId(3)));
        assert!(Wake::EVERYTHING.concerns(Topic::Orders, NodeId(3)));
    }

    #[tokio::test]
    async fn who_falls_behind_looks_at_everything() {
        let hub = Hub::default();
        let mut subscription = hub.subscribe();
        for _ in 0..=CAPACITY {
            hub.wake(Wake::from_payload("bans"));
        }
        assert_eq!(subscription.next().await, Wake::EVERYTHING);
        assert_eq!(subscription.next().await, Wake::from_payload("bans"));
    }
}
