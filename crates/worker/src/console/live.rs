//! Tells the console at once what the outbox holds; the backlog of log lines never stands before it.

use domain::wire::Receipt;
use runtime::Shutdown;

use super::backoff::Backoff;
use super::outbox::Outbox;
use super::token::Token;
use super::{Client, ConsoleError};

/// Runs until stopped, or fenced off by another worker.
pub async fn run(client: Client, token: Token, outbox: Outbox, shutdown: Shutdown) {
    let mut backoff = Backoff::default();
    loop {
        let Some(sending) = outbox.take() else {
            tokio::select! {
                () = outbox.changed() => continue,
                () = shutdown.stopping() => return,
            }
        };
        let answer = tokio::select! {
            answer = client.report(&token, &sending.report) => answer,
            () = shutdown.stopping() => return,
        };
        match answer {
            Ok(Receipt {
                ban_list, resync, ..
            }) => {
                backoff.reset();
                outbox.sent(sending, ban_list, resync);
                continue;
            }
            Err(ConsoleError::Fenced) => return shutdown.stopping().await,
            Err(ConsoleError::Refused(status)) => {
                // Never accepted as it is; the orders come again, the states are made anew.
                tracing::error!("the console refuses a report ({status}); it is given up");
                drop(sending);
            }
            Err(error) => {
                tracing::debug!("a report is told later: {error}");
                outbox.not_sent(sending);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.pause()) => {}
            () = shutdown.stopping() => return,
        }
    }
}
