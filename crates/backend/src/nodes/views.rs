//! What pages and workers get to see of a node.

use std::net::IpAddr;

use domain::health::Health;
use domain::ids::NodeId;
use domain::wire::{Cursor, Source};
use time::OffsetDateTime;

use crate::orders::OrderRow;

/// A line of the list of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRow {
    /// Row number.
    pub id: NodeId,
    /// Its name; in URLs too.
    pub name: String,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// A worker holds a token for it.
    pub enrolled: bool,
    /// Its token was taken away.
    pub revoked: bool,
    /// The last time its worker was heard.
    pub seen_at: Option<OffsetDateTime>,
    /// Where the worker's requests come from.
    pub address: Option<IpAddr>,
    /// Heard within the last [`super::CONNECTED_SECONDS`].
    pub connected: bool,
    /// The newest report of its hops.
    pub health: Option<Health>,
    /// When that came.
    pub health_at: Option<OffsetDateTime>,
    /// Networks its jail holds.
    pub bans: i64,
    /// Attack lines of the last 60 minutes.
    pub attacks_last_hour: i64,
    /// Orders its worker has not answered.
    pub waiting_orders: i64,
}

/// A node to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeName {
    /// Row number.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// Heard within the last [`super::CONNECTED_SECONDS`].
    pub connected: bool,
}

/// One node's page.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDetail {
    /// As in the list.
    pub row: NodeRow,
    /// The newest 50 losses of log bytes.
    pub gaps: Vec<GapRow>,
    /// The newest 20 orders.
    pub orders: Vec<OrderRow>,
    /// How far its logs are stored.
    pub cursors: Vec<Cursor>,
}

/// Bytes of a log that vanished before they could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRow {
    /// Which log.
    pub source: Source,
    /// Which file of it.
    pub generation: i64,
    /// First byte not read.
    pub from_byte: i64,
    /// Past the last one.
    pub to_byte: i64,
    /// What the worker saw.
    pub cause: String,
    /// When it was reported.
    pub at: OffsetDateTime,
}

impl GapRow {
    /// Bytes lost.
    pub fn bytes(&self) -> i64 {
        self.to_byte.saturating_sub(self.from_byte)
    }
}

/// The one-time code that makes a host this node. Shown once: only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolCode {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Secret.
    pub code: String,
    /// Until when it can be used.
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The code stays out of logs.
        f.debug_struct("EnrolCode")
            .field("node", &self.node)
            .field("name", &self.name)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeAuth {
    /// The only node this token works for.
    pub id: NodeId,
    /// Its name.
    pub name: String,
}
