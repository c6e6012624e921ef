//! The test button: one message, at once, and what came back.

use std::time::Instant;

use domain::ids::ChannelId;
use domain::role::Permission;
use time::OffsetDateTime;

use super::super::message::{Parts, Written};
use super::super::outbox;
use super::super::sql::channels::{self as stored, Stored};
use super::super::sql::deliveries::{self, New};
use super::super::{channels, views::DeliveryState};
use super::{Answer, CLAIM, Letter, Outcome, TRY, dispatch};
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, audit};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The channel's name.
    pub channel: String,
    /// In short.
    pub outcome: Outcome,
    /// Milliseconds that it took.
    pub took: u128,
    /// The beginning of what the receiver answered; harmless, and for the admin alone.
    pub excerpt: Option<String>,
}

/// Sends a test message over a channel, once. It is written down as every message.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`]; that nobody took it is no error.
pub async fn test(backend: &Backend, actor: &Actor, channel: ChannelId) -> Result<Tested, Error> {
    if !actor.role.may(Permission::Alerts) {
        return Err(Error::Forbidden);
    }
    let (id, now) = (outbox::new_id(), backend.clock.now());
    let mut tx = backend.begin().await?;
    let stored = stored::lock(&mut tx, channel)
        .await?
        .ok_or(Error::NotFound)?;
    let parts = Parts {
        id: &id,
        at: now,
        console: backend.alerts().console.as_deref(),
        language: stored.language,
        said: &[],
        suppressed: 0,
        test: Some(&stored.name),
    };
    let written = parts.write();
    let new = New {
        message: &id,
        channel,
        test: true,
        title: &written.title,
        body: outbox::body(&stored, &written),
        about: &[],
        now,
        // Ours: nobody else sends it.
        claimed_until: Some(now + CLAIM),
    };
    let row = deliveries::insert(&mut tx, new).await?;
    let action = "test alert channel";
    audit::record(&mut tx, now, actor, action, &stored.name, None, None).await?;
    changes::note(&mut tx, Topic::Alerts, None).await?;
    tx.commit().await?;
    // In a task of its own: where the admin leaves the page it is ended all the same, and not sent again
    // when its time as ours is over.
    let backend = backend.clone();
    let sent = tokio::spawn(async move { send(&backend, row, &stored, &written, &id, now).await });
    match sent.await {
        Ok(done) => done,
        Err(died) => std::panic::resume_unwind(died.into_panic()),
    }
}

async fn send(
    backend: &Backend,
    row: i64,
    stored: &Stored,
    written: &Written,
    id: &str,
    now: OffsetDateTime,
) -> Result<Tested, Error> {
    let letter = Letter {
        id,
        title: &written.title,
        body: outbox::body(stored, written),
        now,
        allow_private: backend.alerts().allow_private,
    };
    let started = Instant::now();
    let answer = match channels::open(backend, stored) {
        Ok(secrets) => {
            let sent = dispatch(stored, &secrets, letter, true);
            let sent = tokio::time::timeout(TRY, sent).await;
            sent.unwrap_or_else(|_| Answer::from(Outcome::TimedOut))
        }
        Err(error) => Outcome::instead(error)?.into(),
    };
    let took = started.elapsed().as_millis();
    let state = if answer.outcome.is_accepted() {
        DeliveryState::Sent
    } else {
        DeliveryState::GivenUp
    };
    let mut tx = backend.begin().await?;
    let now = backend.clock.now();
    deliveries::end(&mut tx, row, state, answer.outcome, now).await?;
    changes::note(&mut tx, Topic::Alerts, None).await?;
    tx.commit().await?;
    Ok(Tested {
        channel: stored.name.clone(),
        outcome: answer.outcome,
        took,
        excerpt: answer.excerpt,
    })
}
