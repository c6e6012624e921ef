//! Nodes as the pages show them.

use domain::ids::NodeId;
use sqlx::{PgConnection, PgExecutor};
use time::{Duration, OffsetDateTime};

use super::{CONNECTED_SECONDS, NodeDetail, NodeName, NodeRow, rows, sql};
use crate::whitelist::Scope;
use crate::{Backend, Error, Problem, orders};

/// Every node, by name.
pub async fn list(backend: &Backend) -> Result<Vec<NodeRow>, Error> {
    Ok(all(&backend.pool, backend.clock.now()).await?)
}

/// As [`list`], on this connection.
pub(crate) async fn all(
    conn: impl PgExecutor<'_>,
    now: OffsetDateTime,
) -> Result<Vec<NodeRow>, sqlx::Error> {
    load(conn, None, now).await
}

/// Every node by name, to choose from: without the counts of [`list`].
pub async fn names(backend: &Backend) -> Result<Vec<NodeName>, Error> {
    let seen = backend.clock.now() - Duration::seconds(CONNECTED_SECONDS);
    Ok(rows::names(&backend.pool, seen).await?)
}

/// One node's page; `None` where there is no such node.
pub async fn get(backend: &Backend, name: &str) -> Result<Option<NodeDetail>, Error> {
    // A name from a URL: Postgres text holds no NUL, and nothing is called so.
    if name.contains('\0') {
        return Ok(None);
    }
    let now = backend.clock.now();
    let Some(row) = load(&backend.pool, Some(name), now).await?.pop() else {
        return Ok(None);
    };
    let node = row.id;
    Ok(Some(NodeDetail {
        gaps: rows::gaps(&backend.pool, node, 50).await?,
        orders: orders::of_node(backend, node, 20).await?,
        cursors: sql::cursors(&backend.pool, node).await?,
        row,
    }))
}

async fn load(
    conn: impl PgExecutor<'_>,
    name: Option<&str>,
    now: OffsetDateTime,
) -> Result<Vec<NodeRow>, sqlx::Error> {
    let seen = now - Duration::seconds(CONNECTED_SECONDS);
    rows::nodes(conn, name, seen, now - Duration::HOUR).await
}

/// The enrolled nodes of a scope.
///
/// # Errors
/// [`Error::Invalid`] on `scope`: [`Problem::Gone`] where one is unknown or revoked,
/// [`Problem::NoNodes`] where there is none at all, [`Problem::Missing`] where none is chosen.
pub(crate) async fn in_scope(conn: &mut PgConnection, scope: &Scope) -> Result<Vec<NodeId>, Error> {
    let all = sql::enrolled(conn).await?;
    if matches!(scope, Scope::All) && all.is_empty() {
        return Err(Error::invalid("scope", Problem::NoNodes));
    }
    let nodes = match scope {
        Scope::All => all,
        Scope::Nodes(wanted) => {
            let mut wanted = wanted.clone();
            wanted.sort_unstable();
            wanted.dedup();
            if !wanted.iter().all(|node| all.contains(node)) {
                return Err(Error::invalid("scope", Problem::Gone));
            }
            wanted
        }
    };
    if nodes.is_empty() {
        return Err(Error::invalid("scope", Problem::Missing));
    }
    Ok(nodes)
}
