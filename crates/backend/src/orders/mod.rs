//! Instructions to workers: one row for each act on one node, waiting until the worker has answered.

mod give;
mod rows;
mod sql;

use domain::ban::{Act, Order};
use domain::ids::{NodeId, OrderId, UserId};
use domain::net::Network;
use domain::reason::Reason;
use time::OffsetDateTime;

use crate::{Backend, Error};

pub(crate) use give::{Give, close_waiting, give, lock, new_batch};
pub(crate) use rows::{about, latest_for_networks, latest_of_network};
pub(crate) use sql::{finish, insert_jail_order, to_undo};

/// Most rows of one list.
const PAGE: i64 = 500;

/// The reason of an unban because of a whitelist entry.
pub const WHITELISTED: &str = "whitelisted";

/// Orders given with one click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// For [`batch`].
    pub id: i64,
    /// How many: one for each node and network.
    pub orders: usize,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// The worker has not answered yet (it may be away).
    Waiting,
    /// Done and read back.
    Done,
    /// It was so already.
    AlreadySo,
    /// The worker's own guard refused.
    Refused,
    /// fail2ban or the firewall did not do it.
    Failed,
    /// An opposite order came later, or the node is gone.
    Superseded,
}

impl OrderState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Done,
        Self::AlreadySo,
        Self::Refused,
        Self::Failed,
        Self::Superseded,
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::AlreadySo => "already_so",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }

    /// The inverse of [`OrderState::as_str`]; the table admits nothing else.
    pub(crate) fn from_text(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .unwrap_or(Self::Failed)
    }
}

/// One order and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// Row number.
    pub id: OrderId,
    /// The click it came from.
    pub batch: i64,
    /// Who shall do it.
    pub node: NodeId,
    /// Its name.
    pub node_name: String,
    /// What.
    pub act: Act,
    /// To whom; `None` for acts that concern the jail.
    pub network: Option<Network>,
    /// The operator's words.
    pub reason: Option<String>,
    /// Login name.
    pub actor: String,
    /// When it was given.
    pub ordered_at: OffsetDateTime,
    /// How far it is.
    pub state: OrderState,
    /// The worker's words where it was refused or failed.
    pub detail: Option<Reason>,
    /// When it ended.
    pub finished_at: Option<OffsetDateTime>,
}

/// The orders of one click, those included that were waiting already.
pub async fn batch(backend: &Backend, id: i64) -> Result<Vec<OrderRow>, Error> {
    Ok(rows::batch(&backend.pool, id).await?)
}

/// The newest orders that a user gave or joined after `since`.
pub async fn own(
    backend: &Backend,
    user: UserId,
    since: OffsetDateTime,
) -> Result<Vec<OrderRow>, Error> {
    Ok(rows::own(&backend.pool, user, since, PAGE).await?)
}

/// The newest orders of a node, at most `limit`.
pub async fn of_node(backend: &Backend, node: NodeId, limit: i64) -> Result<Vec<OrderRow>, Error> {
    Ok(rows::latest_of_node(&backend.pool, node, limit.clamp(1, PAGE)).await?)
}

/// Clicks of at most so many orders for a node overtake larger ones.
const SMALL: i64 = 25;

/// What of [`waiting`] somebody waits for behind a bulk: small batches, where their order does not
/// matter, at most `limit`.
///
/// # Errors
/// [`Error::Database`].
pub async fn overtaking(backend: &Backend, node: NodeId, limit: i64) -> Result<Vec<Order>, Error> {
    Ok(sql::overtaking(&backend.pool, node, SMALL, limit).await?)
}

/// What a node's worker has not answered yet, oldest first, at most `limit`.
pub async fn waiting(backend: &Backend, node: NodeId, limit: i64) -> Result<Vec<Order>, Error> {
    Ok(sql::waiting(&backend.pool, node, limit).await?)
}
