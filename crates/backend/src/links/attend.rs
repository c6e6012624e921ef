//! Beside each link: sees it come and go, and asks the switch once a minute whom it has business with.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::NodeId;
use esl::LinkState;
use rand::Rng;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::held::Held;
use super::holder::Times;
use super::peers;
use super::status::Seen;
use crate::Backend;

/// Until the link is stopped.
pub(super) async fn attend(
    backend: Backend,
    node: NodeId,
    held: Held,
    seen: Arc<Mutex<Seen>>,
    times: Times,
    changed: Arc<Notify>,
) {
    let mut states = held.link.state();
    let mut before = None;
    loop {
        let state = states.borrow_and_update().clone();
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let why = match &state {
                LinkState::Connecting => seen.why,
                LinkState::Up(_) => None,
                LinkState::Down { why, .. } => Some(*why),
            };
            if seen.why != why || seen.since == 0 || state.up().is_some() {
                seen.since = backend.clock.unix_millis();
            }
            seen.why = why;
        }
        changed.notify_one();
        let up = state.up().is_some();
        if up {
            backend.links().came_up(node);
        }
        let asking = async {
            let console = held.source().await;
            let before_that = {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::replace(&mut seen.console, console)
            };
            if before_that != console {
                changed.notify_one();
            }
            if !up {
                std::future::pending::<()>().await;
            }
            loop {
                let stored =
                    peers::refresh(&backend, (node, held.fence), &held.link, &seen, &mut before);
                if let Err(error) = stored.await {
                    tracing::debug!("peers of node {node} are not stored: {error}");
                }
                changed.notify_one();
                // Not all switches in the same second.
                let pause = times.peers.mul_f64(rand::rng().random_range(0.75..=1.25));
                sleep(pause).await;
            }
        };
        tokio::select! {
            still = states.changed() => if still.is_err() {
                return;
            },
            () = asking => {}
        }
    }
}
