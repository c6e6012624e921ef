//! After an ACL change the console proves that it can still get in: on a new connection, since the one
//! that stands stays open whatever the lists say. Without that proof the worker puts the old file back.

use domain::config::Step;
use domain::reason::{DeployReason, Reason, SwitchReason};
use tokio::time::sleep;

use super::attempt::{Attempt, Stop};
use super::write::Write;

/// Returns when a new connection was made, or the try is given up: then the worker's report decides, and
/// only where that does not come the try fails here.
pub(super) async fn confirm(attempt: &mut Attempt) -> Result<(), Stop> {
    if attempt.due.confirmed {
        return Ok(());
    }
    let mut told = false;
    loop {
        let error = match attempt.held.check_new_connection().await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let reason = Reason::from(SwitchReason::NoNewConnection(error.into()));
        if !told {
            attempt.writes.write(Write {
                confirm_tried: true,
                ..attempt.write(Step::Reloaded, Some(reason.clone()))
            });
            told = true;
        }
        if attempt.backend.clock.now() - attempt.due.delivered_at > attempt.times.confirm {
            return Err(reason.and(DeployReason::NotToldBack.into()).into());
        }
        sleep(attempt.times.confirm_again).await;
    }
}
