//! A node's hops, bounded and made harmless before they are stored.

use domain::health::Health;
use domain::ids::NodeId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{check, sql};
use crate::Error;

const HOPS: usize = 32;
const ADDRESSES: usize = 256;
const ODD_BANS: usize = 100;

pub(super) async fn store(
    conn: &mut PgConnection,
    node: NodeId,
    health: &Health,
    now: OffsetDateTime,
) -> Result<(), Error> {
    Ok(sql::set_health(conn, node, &harmless(health), now).await?)
}

fn harmless(health: &Health) -> Health {
    let text = |text: &str| check::short(text).into_owned();
    Health {
        worker_version: text(&health.worker_version),
        fail2ban_version: health.fail2ban_version.as_deref().map(text),
        host_name: text(&health.host_name),
        addresses: health.addresses.iter().take(ADDRESSES).copied().collect(),
        hops: health.hops.iter().take(HOPS).cloned().collect(),
        log_path: text(&health.log_path),
        odd_bans: health
            .odd_bans
            .iter()
            .take(ODD_BANS)
            .map(|odd| text(odd))
            .collect(),
        ..health.clone()
    }
}
