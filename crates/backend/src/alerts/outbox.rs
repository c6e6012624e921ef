//! Writing messages into the outbox, within what a channel may get in an hour.

use rand::Rng;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::message::{Parts, Said, Written};
use super::sql::channels::{self, Stored};
use super::sql::deliveries::{self, New};
use crate::{Backend, Error};

/// What "so many messages an hour" is about.
const HOUR: Duration = Duration::HOUR;

/// May the channel get another message now?
async fn has_room(
    conn: &mut PgConnection,
    channel: &Stored,
    now: OffsetDateTime,
) -> Result<bool, Error> {
    let sent = deliveries::count(conn, channel.id, now - HOUR).await?;
    Ok(sent < i64::from(channel.per_hour.get()))
}

/// Writes one message to each of the channels, or counts it where there is no room.
pub(super) async fn tell(
    backend: &Backend,
    conn: &mut PgConnection,
    channels: &mut [&mut Stored],
    said: &[Said],
) -> Result<(), Error> {
    let now = backend.clock.now();
    for channel in channels {
        let suppressed = if has_room(conn, channel, now).await? {
            write(backend, conn, channel, said).await?;
            0
        } else {
            channel.suppressed + 1
        };
        if suppressed != channel.suppressed {
            channels::set_suppressed(conn, channel.id, suppressed).await?;
            channel.suppressed = suppressed;
        }
    }
    Ok(())
}

/// Tells a channel that was passed over what is open now, as soon as it may hear of it.
pub(super) async fn catch_up(
    backend: &Backend,
    conn: &mut PgConnection,
    channel: &mut Stored,
    open: &[Said],
) -> Result<bool, Error> {
    if channel.suppressed == 0 || !has_room(conn, channel, backend.clock.now()).await? {
        return Ok(false);
    }
    write(backend, conn, channel, open).await?;
    channels::set_suppressed(conn, channel.id, 0).await?;
    channel.suppressed = 0;
    Ok(true)
}

async fn write(
    backend: &Backend,
    conn: &mut PgConnection,
    channel: &Stored,
    said: &[Said],
) -> Result<(), Error> {
    let (id, now) = (new_id(), backend.clock.now());
    let parts = Parts {
        id: &id,
        at: now,
        console: backend.alerts().console.as_deref(),
        language: channel.language,
        said,
        suppressed: channel.suppressed,
        test: None,
    };
    let written = parts.write();
    let about: Vec<String> = said.iter().map(Said::about).collect();
    let new = New {
        message: &id,
        channel: channel.id,
        test: false,
        title: &written.title,
        body: body(channel, &written),
        about: &about,
        now,
        claimed_until: None,
    };
    deliveries::insert(conn, new).await?;
    Ok(())
}

/// As this channel takes it.
pub(super) fn body<'a>(channel: &Stored, written: &'a Written) -> &'a str {
    if channel.shown.is_webhook() {
        &written.json
    } else {
        &written.text
    }
}

/// 128 random bits, in hexadecimal.
pub(super) fn new_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}
