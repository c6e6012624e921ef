//! What nodes need their ACL lists for: gateways that call, and the way in for the console.

use domain::acl::checks::{EventSocket, Gateway, Surroundings};
use domain::ids::NodeId;

use crate::links::{self, LinkWord};
use crate::{Backend, Error};

/// What is known of these nodes' switches now. A switch that is not connected has told nothing.
pub async fn surroundings(
    backend: &Backend,
    nodes: &[(NodeId, String)],
) -> Result<Surroundings, Error> {
    let ids: Vec<_> = nodes.iter().map(|(node, _)| *node).collect();
    let name = |id| {
        let found = nodes.iter().find(|(node, _)| *node == id);
        found.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let (statuses, gateways) = links::around(&backend.pool, &ids).await?;
    let sockets = statuses
        .into_iter()
        .filter(|(_, status)| status.state == LinkWord::Up)
        .filter_map(|(node, status)| {
            Some(EventSocket {
                node: name(node),
                lists: status.inbound_acl,
                console: status.console?,
            })
        });
    let gateways = gateways
        .into_iter()
        .map(|(node, address, gateway)| Gateway {
            node: name(node),
            name: gateway,
            address,
        });
    Ok(Surroundings {
        gateways: gateways.collect(),
        event_sockets: sockets.collect(),
    })
}
