//! Tells the node's health: at once when a hop changed, and every few seconds.

use std::sync::Arc;
use std::time::Duration;

use domain::health::{Health, HopName, HopState};
use runtime::Shutdown;
use tokio::time::Instant;

use crate::config::Config;
use crate::health::Seen;
use crate::shared::Shared;
use crate::spool::Spool;
use crate::tail::watch::{Tail, lock};

/// How often is looked.
const HEALTH_LOOK: Duration = Duration::from_millis(500);
/// How often is told without a change.
const HEALTH_PERIOD: Duration = Duration::from_secs(5);

/// Looks and tells until stopped.
pub(crate) async fn run(
    config: Arc<Config>,
    shared: Arc<Shared>,
    attacks: Tail,
    bans_log: Tail,
    shutdown: Shutdown,
) {
    let mut told: Option<(Instant, Vec<(HopName, HopState)>)> = None;
    loop {
        let health = look(&config, &shared, &attacks, &bans_log);
        let states: Vec<_> = health
            .hops
            .iter()
            .map(|hop| (hop.name, hop.state))
            .collect();
        let due = told
            .as_ref()
            .is_none_or(|(at, before)| at.elapsed() >= HEALTH_PERIOD || *before != states);
        if due {
            told = Some((Instant::now(), states));
            shared.outbox.health(health);
        }
        tokio::select! {
            () = shared.health_changed.notified() => {}
            () = tokio::time::sleep(HEALTH_LOOK) => {}
            () = shutdown.stopping() => return,
        }
    }
}

fn look(config: &Config, shared: &Shared, attacks: &Tail, bans_log: &Tail) -> Health {
    let spool_bytes = lock(&shared.spool).as_ref().map_or(0, Spool::waiting_bytes);
    let (attacks, bans_log) = (attacks.state(), bans_log.state());
    let spool_error = lock(&shared.spool_error).clone();
    let seen = Seen {
        config,
        attacks: Some(&lock(&attacks)),
        bans_log: Some(&lock(&bans_log)),
        spool_error: spool_error.as_ref(),
        spool_bytes,
        refusal: shared.refusals.reason(),
        answers: &lock(&shared.answers),
        bans: &lock(&shared.bans),
        clock_offset_ms: shared.clock_offset(),
    };
    seen.report()
}
