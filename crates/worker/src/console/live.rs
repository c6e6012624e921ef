//! Tells the console at once what the outbox holds; the backlog of log lines never stands before it.
//!
//! What is refused together is told part by part, so that a ban list too large for some proxy holds
//! up neither answers nor the health report, which says so.

use std::collections::VecDeque;

use domain::wire::Receipt;
use runtime::Shutdown;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::outbox::{Outbox, Sending};
use super::token::Token;
use super::{Client, ConsoleError, Refusals};

/// Runs until stopped, or fenced off by another worker.
pub async fn run(
    client: Client,
    token: Token,
    outbox: Outbox,
    refusals: Refusals,
    shutdown: Shutdown,
) {
    let mut backoff = Backoff::default();
    let mut list_backoff = Backoff::default();
    let mut list_at = Instant::now();
    let mut parts: VecDeque<Sending> = VecDeque::new();
    loop {
        let with_list = Instant::now() >= list_at;
        let Some(mut sending) = parts.pop_front().or_else(|| outbox.take(with_list)) else {
            tokio::select! {
                () = outbox.changed() => continue,
                () = tokio::time::sleep_until(list_at), if !with_list => continue,
                () = shutdown.stopping() => return,
            }
        };
        let answer = tokio::select! {
            answer = client.report(&token, &sending.report) => answer,
            () = shutdown.stopping() => return,
        };
        let has_list = sending.report.ban_list.is_some();
        match answer {
            Ok(Receipt {
                ban_list, resync, ..
            }) => {
                backoff.reset();
                if has_list {
                    list_backoff.reset();
                    refusals.bans(None);
                }
                outbox.sent(sending, ban_list, resync);
                continue;
            }
            Err(ConsoleError::Fenced) => return shutdown.stopping().await,
            Err(ConsoleError::TooLarge | ConsoleError::Refused(_)) if sending.parts() > 1 => {
                parts = sending.split().into();
                continue;
            }
            Err(ConsoleError::TooLarge) if sending.without_texts() => {
                parts.push_front(sending);
                continue;
            }
            Err(error @ (ConsoleError::TooLarge | ConsoleError::Refused(_))) if has_list => {
                // Made anew from what is held then.
                tracing::error!("the ban list is told later: {error}");
                refusals.bans(Some(&error));
                list_at = Instant::now() + list_backoff.pause();
                continue;
            }
            Err(ConsoleError::Refused(reason)) => {
                // Never accepted as it is; the orders come again, the states are made anew.
                tracing::error!("the console refuses a report: {reason}; it is given up");
            }
            Err(error) => {
                tracing::debug!("a report is told later: {error}");
                for sending in parts.drain(..).rev().chain([sending]) {
                    outbox.not_sent(sending);
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.pause()) => {}
            () = shutdown.stopping() => return,
        }
    }
}
