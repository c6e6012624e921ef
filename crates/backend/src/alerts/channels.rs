//! Adding, changing and removing channels.

use domain::ids::ChannelId;
use domain::role::Permission;
use serde_json::json;
use sqlx::PgConnection;

use super::form::{Checked, Secrets};
use super::sql::channels::{self as sql, Stored};
use super::{ChannelForm, To};
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, Problem, audit};

/// Most channels.
const MOST: usize = 100;

/// What a channel's secrets are sealed for.
fn context(channel: ChannelId) -> String {
    format!("alert channel {channel}")
}

/// Adds a channel.
///
/// # Errors
/// [`Error::Invalid`] on the field that is wrong.
pub async fn add(backend: &Backend, actor: &Actor, form: &ChannelForm) -> Result<ChannelId, Error> {
    require(actor)?;
    let checked = form.check(backend.alerts(), None)?;
    let mut tx = backend.begin().await?;
    if sql::count(&mut tx).await? >= MOST {
        return Err(Error::invalid("name", Problem::TooMany { max: MOST }));
    }
    let channel = sql::insert(&mut tx, &checked, backend.clock.now())
        .await
        .map_err(taken)?;
    seal(backend, &mut tx, channel, &checked.secrets).await?;
    let after = Some(shown(&checked));
    note(
        backend,
        &mut tx,
        actor,
        "add alert channel",
        (&checked, None, after),
    )
    .await?;
    tx.commit().await?;
    Ok(channel)
}

/// Changes a channel; secrets that are not typed stay.
///
/// # Errors
/// As [`add`]; [`Error::NotFound`].
pub async fn change(
    backend: &Backend,
    actor: &Actor,
    channel: ChannelId,
    form: &ChannelForm,
) -> Result<(), Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let stored = sql::lock(&mut tx, channel).await?.ok_or(Error::NotFound)?;
    let same_kind = matches!(
        (&form.to, stored.shown.is_webhook()),
        (To::Webhook(_), true) | (To::Email(_), false)
    );
    if !same_kind {
        return Err(Error::NotFound);
    }
    // Sealed with a key that is lost: whatever is secret is to be typed again.
    let old = open(backend, &stored).ok();
    let before = old.map(|secrets| (&stored.shown, secrets));
    let checked = form.check(backend.alerts(), before)?;
    sql::update(&mut tx, channel, &checked)
        .await
        .map_err(taken)?;
    seal(backend, &mut tx, channel, &checked.secrets).await?;
    let before = json!({ "name": stored.name, "to": stored.shown, "language": stored.language, "per_hour": stored.per_hour });
    let details = (&checked, Some(before), Some(shown(&checked)));
    note(backend, &mut tx, actor, "change alert channel", details).await?;
    Ok(tx.commit().await?)
}

/// Removes a channel with what waits for it, and says its name.
pub async fn remove(backend: &Backend, actor: &Actor, channel: ChannelId) -> Result<String, Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let stored = sql::lock(&mut tx, channel).await?.ok_or(Error::NotFound)?;
    sql::remove(&mut tx, channel).await?;
    let before = json!({ "to": stored.shown });
    let now = backend.clock.now();
    audit::record(
        &mut tx,
        now,
        actor,
        "remove alert channel",
        &stored.name,
        Some(before),
        None,
    )
    .await?;
    changes::note(&mut tx, Topic::Alerts, None).await?;
    tx.commit().await?;
    Ok(stored.name)
}

/// What is sealed of a channel.
pub(super) fn open(backend: &Backend, stored: &Stored) -> Result<Secrets, Error> {
    let opened = backend
        .sealer()
        .open(&context(stored.id), &stored.secrets)?;
    serde_json::from_slice(&opened).map_err(|_| Error::Inconsistent {
        table: "alert_channels",
        what: "secrets that cannot be read".to_owned(),
    })
}

async fn seal(
    backend: &Backend,
    conn: &mut PgConnection,
    channel: ChannelId,
    secrets: &Secrets,
) -> Result<(), Error> {
    let key = backend.sealer();
    let plain = serde_json::to_vec(secrets).expect("texts are JSON");
    let sealed = key.seal(&context(channel), &plain);
    Ok(sql::seal(conn, channel, &sealed, key.id()).await?)
}

/// Without secrets.
fn shown(checked: &Checked) -> serde_json::Value {
    json!({
        "name": checked.name,
        "to": checked.shown,
        "language": checked.language,
        "per_hour": checked.per_hour,
    })
}

async fn note(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    action: &str,
    (checked, before, after): (
        &Checked,
        Option<serde_json::Value>,
        Option<serde_json::Value>,
    ),
) -> Result<(), Error> {
    let (now, name) = (backend.clock.now(), checked.name.as_str());
    audit::record(conn, now, actor, action, name, before, after).await?;
    Ok(changes::note(conn, Topic::Alerts, None).await?)
}

fn taken(error: sqlx::Error) -> Error {
    let name = "alert_channels_name_key";
    match error
        .as_database_error()
        .and_then(|error| error.constraint())
    {
        Some(constraint) if constraint == name => Error::invalid("name", Problem::Taken),
        _ => error.into(),
    }
}

fn require(actor: &Actor) -> Result<(), Error> {
    if actor.role.may(Permission::Alerts) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
