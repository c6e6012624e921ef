//! From the outbox to receivers: each message is tried until it is taken, for a day at most.
//!
//! A replica claims a message for a minute; where it dies meanwhile, another one sends the message
//! again, under the same id. What is said of one alert reaches a channel in its order; what is said of
//! others does not wait for it.

mod email;
mod outcome;
mod reach;
mod sign;
mod stream;
mod test;
mod webhook;

use std::time::Duration as Span;

use rand::Rng;
use runtime::Shutdown;
use serde::de::IgnoredAny;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use super::channels;
use super::form::Secrets;
use super::sql::channels as stored;
use super::sql::deliveries::{self, Claimed};
use super::views::DeliveryState;
use crate::changes::{self, Topic};
use crate::{Backend, Error};

pub use outcome::Outcome;
pub use test::{Tested, test};

/// How often the outbox is looked into.
const LOOK: Span = Span::from_secs(1);
/// Messages that one replica sends at once.
const AT_ONCE: usize = 16;
/// For one try, with everything.
const TRY: Span = Span::from_secs(30);
/// Longer than a try: who has claimed a message and is silent for so long is gone.
const CLAIM: Duration = Duration::MINUTE;
/// What sending gets to end at shutdown.
const FAREWELL: Span = Span::from_secs(5);

/// The first pause; each one is twice as long as the one before.
const PAUSE_MIN: Duration = Duration::seconds(10);
const PAUSE_MAX: Duration = Duration::HOUR;
/// After that nobody waits for it any more.
const GIVE_UP: Duration = Duration::DAY;

/// Sends until shutdown.
pub(crate) fn spawn(backend: &Backend, shutdown: &Shutdown) {
    let (backend, stop) = (backend.clone(), shutdown.clone());
    shutdown.spawn("send alerts", async move {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut sending = JoinSet::new();
        let mut failing = false;
        loop {
            tokio::select! {
                () = stop.stopping() => break,
                _ = looks.tick() => {}
            }
            while sending.try_join_next().is_some() {}
            match claim(&backend, AT_ONCE - sending.len()).await {
                Ok(claimed) => {
                    failing = false;
                    for message in claimed {
                        sending.spawn(attempt(backend.clone(), message));
                    }
                }
                Err(error) if !failing => {
                    let source = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(source, "cannot look for alerts to send: {error}");
                    failing = true;
                }
                Err(_) => {}
            }
        }
        // What is cut off is sent again by whoever is there.
        let rest = async { while sending.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(FAREWELL, rest).await;
    });
}

/// Sends what is due now, once, and waits for it. How many messages it were.
pub async fn deliver_due(backend: &Backend) -> Result<usize, Error> {
    let claimed = claim(backend, AT_ONCE).await?;
    let count = claimed.len();
    let all = claimed
        .into_iter()
        .map(|message| attempt(backend.clone(), message));
    futures::future::join_all(all).await;
    Ok(count)
}

async fn claim(backend: &Backend, room: usize) -> Result<Vec<Claimed>, Error> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let now = backend.clock.now();
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    Ok(deliveries::claim(&backend.pool, now, now + CLAIM, room).await?)
}

/// One try and what follows from it. Where the database is away meanwhile, the claim ends by itself.
async fn attempt(backend: Backend, message: Claimed) {
    let outcome = match send(&backend, &message).await.or_else(Outcome::instead) {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::warn!("alert {} was not sent: {error}", message.message);
            return;
        }
    };
    if let Err(error) = conclude(&backend, &message, outcome).await {
        let id = &message.message;
        tracing::warn!("what came of alert {id} is not stored: {error}; it is sent again");
    }
}

async fn send(backend: &Backend, message: &Claimed) -> Result<Outcome, Error> {
    // It went with its channel.
    let Some(channel) = stored::get(&backend.pool, message.channel).await? else {
        return Ok(Outcome::Broken);
    };
    let secrets = channels::open(backend, &channel)?;
    let is_json = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_ok();
    if channel.shown.is_webhook() && !is_json(&message.body) {
        return Ok(Outcome::Unreadable);
    }
    let letter = Letter {
        id: &message.message,
        title: &message.title,
        body: &message.body,
        now: backend.clock.now(),
        allow_private: backend.alerts().allow_private,
    };
    let sent = dispatch(&channel, &secrets, letter, false);
    let sent = tokio::time::timeout(TRY, sent).await;
    Ok(sent.map_or(Outcome::TimedOut, |answer| answer.outcome))
}

/// Both senders encrypt with ring, as everything here does.
fn use_ring() {
    // Somebody else was first: with the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What is sent, and what holds for it.
#[derive(Clone, Copy)]
struct Letter<'a> {
    id: &'a str,
    title: &'a str,
    body: &'a str,
    now: OffsetDateTime,
    allow_private: bool,
}

/// What came back.
struct Answer {
    outcome: Outcome,
    /// The beginning of what the receiver said, harmless; for the test button.
    excerpt: Option<String>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            excerpt: None,
        }
    }
}

async fn dispatch(
    channel: &stored::Stored,
    secrets: &Secrets,
    letter: Letter<'_>,
    excerpt: bool,
) -> Answer {
    match secrets {
        Secrets::Webhook { url, secret } => webhook::send(url, secret, letter, excerpt).await,
        Secrets::Email { password } => email::send(&channel.shown, password.as_deref(), letter)
            .await
            .into(),
    }
}

async fn conclude(backend: &Backend, message: &Claimed, outcome: Outcome) -> Result<(), Error> {
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    if outcome.is_accepted() {
        deliveries::end(&mut tx, message.id, DeliveryState::Sent, outcome, now).await?;
    } else {
        let jitter = rand::rng().random_range(0.75..1.25);
        let next = next_try(message.tries, message.created_at, now, jitter);
        // What cannot be read now cannot be read later.
        if let Some(next) = next.filter(|_| outcome != Outcome::Unreadable) {
            deliveries::again(&mut tx, message, outcome, next).await?;
        } else {
            let (id, tries) = (&message.message, message.tries);
            tracing::warn!("alert {id} is given up after {tries} tries: {outcome}");
            deliveries::end(&mut tx, message.id, DeliveryState::GivenUp, outcome, now).await?;
        }
    }
    changes::note(&mut tx, Topic::Alerts, None).await?;
    Ok(tx.commit().await?)
}

/// When it is tried again after `tries` that failed; `None`: it is given up.
fn next_try(
    tries: i32,
    created: OffsetDateTime,
    now: OffsetDateTime,
    jitter: f64,
) -> Option<OffsetDateTime> {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(16);
    let pause = (PAUSE_MIN * 2_i32.pow(doublings)).min(PAUSE_MAX) * jitter;
    let next = now + pause;
    (next - created <= GIVE_UP).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        let created = OffsetDateTime::UNIX_EPOCH;
        let (mut now, mut tries, mut pauses) = (created, 0, Vec::new());
        loop {
            tries += 1;
            let Some(next) = next_try(tries, created, now, 1.0) else {
                break;
            };
            pauses.push((next - now).whole_seconds());
            now = next;
        }
        assert_eq!(pauses[..5], [10, 20, 40, 80, 160]);
        assert_eq!(pauses.iter().max(), Some(&3_600));
        assert!((30..40).contains(&tries), "{tries}");
        assert!(now - created <= GIVE_UP && now - created > GIVE_UP - PAUSE_MAX);
        // Two that fail together do not come back together.
        let early = next_try(5, created, created, 0.75).unwrap();
        let late = next_try(5, created, created, 1.25).unwrap();
        assert_eq!((late - early).whole_seconds(), 80);
        assert!(next_try(i32::MAX, created, created, 1.0).is_some());
    }
}
