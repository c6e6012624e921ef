//! Who did what, from where: written in the transaction of the change, never altered afterwards.

mod sql;

use std::net::IpAddr;

use domain::ids::UserId;
use serde_json::Value;
use time::OffsetDateTime;

use crate::{Backend, Error};

pub(crate) use sql::about;
pub use sql::record;

/// Most rows of one page.
const PAGE: i64 = 500;

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Rises with time; [`list`] pages by it.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// Who; `None` for the command line and the console itself.
    pub user: Option<UserId>,
    /// Their name at that time.
    pub actor: String,
    /// From where.
    pub address: Option<IpAddr>,
    /// What was done: a short verb phrase such as `sign in`.
    pub action: String,
    /// To what: a network, a node's or user's name.
    pub object: String,
    /// State before, where there was one.
    pub before: Option<Value>,
    /// State after.
    pub after: Option<Value>,
}

/// The newest `limit` rows, older than row `before` when given.
pub async fn list(
    backend: &Backend,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRow>, Error> {
    Ok(sql::list(&backend.pool, before, limit.clamp(1, PAGE)).await?)
}
