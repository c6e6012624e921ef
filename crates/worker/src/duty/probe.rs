//! Asks fail2ban how it is. On its own, so that a fail2ban that hangs does not hold up the report
//! that says so.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::reason::Fail2banReason;
use runtime::Shutdown;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::fail2ban::{Fail2ban, Fail2banError, JailInfo};
use crate::tail::watch::lock;

/// How often.
const PERIOD: Duration = Duration::from_secs(5);

/// What fail2ban last answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// When it answered last, or failed to.
    pub at: Option<Instant>,
    /// Version, or why there is no answer.
    pub version: Option<Result<String, Fail2banReason>>,
    /// The jail, or why there is none.
    pub jail: Option<Result<JailInfo, Fail2banReason>>,
    /// The socket, for the report.
    pub socket: PathBuf,
}

/// Asks until stopped; `changed` is told when an answer differs from the one before.
pub async fn run(
    fail2ban: Fail2ban,
    answers: Arc<Mutex<Answers>>,
    changed: Arc<Notify>,
    shutdown: Shutdown,
) {
    loop {
        let version = told(fail2ban.version().await);
        let jail = match &version {
            Ok(_) => Some(told(fail2ban.jail().await)),
            Err(_) => None,
        };
        let new = Answers {
            at: Some(Instant::now()),
            version: Some(version),
            jail,
            socket: fail2ban.config().socket.clone(),
        };
        let differs = {
            let mut answers = lock(&answers);
            let differs = answers.version != new.version || answers.jail != new.jail;
            *answers = new;
            differs
        };
        if differs {
            changed.notify_one();
        }
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = shutdown.stopping() => return,
        }
    }
}

fn told<T>(answer: Result<T, Fail2banError>) -> Result<T, Fail2banReason> {
    answer.map_err(|error| (&error).into())
}
