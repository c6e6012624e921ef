//! A link as its node's page shows it.

use domain::ids::NodeId;
use time::OffsetDateTime;

use super::{LinkStatus, sql};
use crate::{Backend, Error};

/// Settings and status of a link, without its password.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkView {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: i32,
    /// `user@domain`; empty: the password of `event_socket.conf`.
    pub user: String,
    /// A replica holds it.
    pub held: bool,
    /// As the holder last saw it.
    pub status: Option<LinkStatus>,
    /// When that was stored.
    pub status_at: Option<OffsetDateTime>,
}

/// The link of a node; `None` where nothing is set.
pub async fn get(backend: &Backend, node: NodeId) -> Result<Option<LinkView>, Error> {
    let stored = sql::stored(&backend.pool, node).await?;
    Ok(stored.map(|stored| LinkView {
        host: stored.host,
        port: stored.port,
        user: stored
            .user
            .zip(stored.domain)
            .map(|(user, domain)| format!("{user}@{domain}"))
            .unwrap_or_default(),
        held: stored.held,
        status: stored.status,
        status_at: stored.status_at,
    }))
}

/// Nodes whose switch is not connected although the console has its settings.
pub async fn down(backend: &Backend) -> Result<Vec<NodeId>, Error> {
    Ok(sql::down(&backend.pool).await?)
}
