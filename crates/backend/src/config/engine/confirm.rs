//! After an ACL change the console proves that it can still get in: on a new connection, since the one
//! that stands stays open whatever the lists say. Without that proof the worker puts the old file back.

use domain::config::Step;
use esl::CommandError;
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
            Err(CommandError::NotUp(why)) => why.to_string(),
            Err(error) => error.to_string(),
        };
        let reason = format!("a new connection of the console fails: {error}");
        if !told {
            attempt.writes.write(Write {
                confirm_tried: true,
                ..attempt.write(Step::Reloaded, Some(reason.clone()))
            });
            told = true;
        }
        if attempt.backend.clock.now() - attempt.due.delivered_at > attempt.times.confirm {
            return Err(Stop::Fail(format!(
                "{reason}; the worker has not told that the old lists are back"
            )));
        }
        sleep(attempt.times.confirm_again).await;
    }
}
