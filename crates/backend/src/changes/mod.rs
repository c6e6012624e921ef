//! What changed, told to browsers and worker streams on every replica.
//!
//! The table `changes` is the transport; NOTIFY and [`Hub`] only say "look now". A [`Cursor`] never
//! passes over a row whose transaction was still running when its neighbours were read.

mod cursor;
mod hub;
mod journal;
mod sql;
#[cfg(test)]
mod tests;

use domain::ids::NodeId;

use crate::{Backend, Error};

pub use cursor::Cursor;
pub use hub::{Hub, Subscription, Wake};
pub(crate) use journal::Journal;
pub use sql::trim;

/// More nodes than this are told of as "all".
const MANY: usize = 64;

/// What a page shows and what it listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Ban lists and ban events.
    Bans,
    /// Attack lines.
    Attacks,
    /// Whitelist entries and their proofs.
    Whitelist,
    /// Nodes: added, enrolled, health, seen.
    Nodes,
    /// Orders given and answered.
    Orders,
    /// Users and sessions.
    Accounts,
    /// Drafts, revisions, deployments, drift.
    Config,
    /// What workers are sent as configuration; for their streams, not for pages.
    Desired,
    /// Settings of connections to switches; for whoever holds them, not for pages.
    Links,
    /// Rules, channels, what is open and what was sent.
    Alerts,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 10] = [
        Self::Bans,
        Self::Attacks,
        Self::Whitelist,
        Self::Nodes,
        Self::Orders,
        Self::Accounts,
        Self::Config,
        Self::Desired,
        Self::Links,
        Self::Alerts,
    ];

    /// As stored and as sent to browsers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bans => "bans",
            Self::Attacks => "attacks",
            Self::Whitelist => "whitelist",
            Self::Nodes => "nodes",
            Self::Orders => "orders",
            Self::Accounts => "accounts",
            Self::Config => "config",
            Self::Desired => "desired",
            Self::Links => "links",
            Self::Alerts => "alerts",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}

/// One topic of one node, or of no node in particular, has something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    /// What.
    pub topic: Topic,
    /// Where.
    pub node: Option<NodeId>,
}

/// The answer of [`since`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Each once, in no order.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub cursor: Cursor,
    /// The cursor is from before the oldest row that is kept (or from another database): everything
    /// may have changed.
    pub everything: bool,
    /// There is more, or more is about to be readable: ask again soon.
    pub more: bool,
}

/// Says that something changed, in the transaction that changes it.
pub async fn note(
    conn: &mut sqlx::PgConnection,
    topic: Topic,
    node: Option<NodeId>,
) -> Result<(), sqlx::Error> {
    sql::insert(conn, topic, node).await
}

/// Says it of many nodes at once: each by itself, or one word for all.
pub(crate) async fn note_nodes(
    conn: &mut sqlx::PgConnection,
    topic: Topic,
    nodes: &[NodeId],
) -> Result<(), sqlx::Error> {
    if nodes.len() > MANY {
        return note(conn, topic, None).await;
    }
    sql::insert_nodes(conn, topic, nodes).await
}

/// Where reading starts for somebody who has just read the state itself.
pub async fn head(backend: &Backend) -> Result<Cursor, Error> {
    Ok(sql::head(&backend.pool).await?)
}

/// What changed after `cursor`.
pub async fn since(backend: &Backend, cursor: Cursor) -> Result<Since, Error> {
    Ok(sql::since(&backend.pool, cursor).await?)
}

/// As [`since`], as of a moment ago; for what asks again and again. All of this process share the asking.
pub async fn lately(backend: &Backend, cursor: Cursor) -> Result<Since, Error> {
    Ok(backend.journal.since(&backend.pool, cursor).await?)
}
