//! What may be banned by hand (the guard of product 4.4); the worker asks it again.

use std::collections::{BTreeMap, BTreeSet};

use domain::guard::{self, Guarded};
use domain::ids::NodeId;
use domain::net::Network;
use sqlx::PgConnection;

use super::{Scope, guard::never_ban, sql};
use crate::{Backend, Error, Problem, links, nodes};

/// Why nobody may ban this network on all nodes, as it is now; `None`: an admin may.
///
/// # Errors
/// [`Error::Database`].
pub async fn protection(backend: &Backend, network: Network) -> Result<Option<Problem>, Error> {
    let mut conn = backend.pool.acquire().await?;
    Ok(protections(backend, &mut conn, &[network])
        .await?
        .pop()
        .flatten())
}

/// [`protection`] of each of these.
pub(crate) async fn protections(
    backend: &Backend,
    conn: &mut PgConnection,
    networks: &[Network],
) -> Result<Vec<Option<Problem>>, Error> {
    let nodes = match nodes::in_scope(conn, &Scope::All).await {
        Ok(nodes) => nodes,
        Err(Error::Invalid { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let each = |network: &Network| {
        nodes
            .iter()
            .map(|node| (*node, *network))
            .collect::<Vec<_>>()
    };
    let targets: Vec<_> = networks.iter().flat_map(each).collect();
    let check = Check::load(backend, conn, &targets).await?;
    let problem = |network: &Network| {
        let alone = check.network(*network, true);
        alone.and_then(|()| check.together(&each(network))).err()
    };
    Ok(networks.iter().map(problem).collect())
}

/// The never-ban list of some nodes, and what they hold.
pub(super) struct Check {
    never_ban: Vec<Guarded>,
    /// Single addresses left out; none where only such are asked about.
    held: Vec<(NodeId, Network)>,
}

impl Check {
    /// As it is now, for these; the order lock is held.
    pub(super) async fn load(
        backend: &Backend,
        conn: &mut PgConnection,
        targets: &[(NodeId, Network)],
    ) -> Result<Self, Error> {
        let nodes: BTreeSet<NodeId> = targets.iter().map(|(node, _)| *node).collect();
        let nodes = Vec::from_iter(nodes);
        // All bans of the nodes are walked for it: not for a click on one address.
        let held = if targets.iter().any(|(_, network)| !network.is_host()) {
            sql::networks_on(conn, &nodes).await?
        } else {
            Vec::new()
        };
        let mut never_ban = never_ban(backend, conn, Some(&nodes)).await?;
        never_ban.extend(links::touching(conn, targets).await?);
        Ok(Self { never_ban, held })
    }

    /// One network for itself; `confirmed`: it may be wide.
    pub(super) fn network(&self, network: Network, confirmed: bool) -> Result<(), Problem> {
        if network.prefix_len() < 8 {
            return Err(Problem::Everybody);
        }
        guard::may_ban(network, &self.never_ban).map_err(Problem::Protected)?;
        if network.is_wide() && !confirmed {
            return Err(Problem::Wide);
        }
        Ok(())
    }

    /// All that one click bans, with what is banned already.
    pub(super) fn together(&self, targets: &[(NodeId, Network)]) -> Result<(), Problem> {
        let mut added = BTreeMap::<NodeId, Vec<Network>>::new();
        for (node, network) in targets.iter().filter(|(_, network)| !network.is_host()) {
            added.entry(*node).or_default().push(*network);
        }
        for (node, added) in added {
            let held = self.held.iter().filter(|(holder, _)| *holder == node);
            let held: Vec<_> = held.map(|(_, network)| *network).collect();
            // One of each family: the sums are of its family.
            for family in [true, false] {
                let mut added = added.iter().filter(|net| net.address().is_ipv4() == family);
                let Some(first) = added.next() else { continue };
                let all = held.iter().chain(added).copied();
                if guard::covers_too_much(*first, all) {
                    return Err(Problem::TooMuch);
                }
            }
        }
        Ok(())
    }
}
