//! Waiting while another worker acts for the node: two that both come back at once would take turns
//! for ever, so the one that was fenced off returns only when the console has not heard of the other
//! for a while (the console decides that).

use std::time::Duration;

use domain::wire::Report;
use tokio::time::Instant;

use super::token::Token;
use super::{Client, ConsoleError};

/// When to ask.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often.
    pub every: Duration,
    /// How long the console must have been there without a break: after an outage of its own the
    /// other worker needs longer to be back than the pause between its tries.
    pub reached: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(15),
            reached: Duration::from_secs(45),
        }
    }
}

/// Returns when this node's worker may act again.
pub async fn until_alone(client: &Client, token: &Token, patience: Patience) {
    let mut reached: Option<Instant> = None;
    loop {
        tokio::time::sleep(patience.every).await;
        // Changes nothing, and says whether the console is there and we are fenced off still.
        match client.report(token, &Report::default()).await {
            Ok(_) => return,
            Err(ConsoleError::Fenced) => {
                let since = *reached.get_or_insert_with(Instant::now);
                if since.elapsed() >= patience.reached && client.orders(token).await.is_ok() {
                    return;
                }
            }
            Err(_) => reached = None,
        }
    }
}
