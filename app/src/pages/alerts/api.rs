//! Server functions of the page of alerts.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes each field of its form"
)]

use backend::alerts::{self, ChannelForm, EmailForm, RuleForm, Tested, To, WebhookForm};
use backend::{Actor, Backend, Error};
use domain::alert::Kind;
use domain::ids::{ChannelId, NodeId};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::{Typed, answer, refuse};
use crate::request::{Flash, flash, go, require, words};

const PAGE: &str = "/alerts";

/// Adds a webhook (without `id`), or changes one.
#[server(prefix = "/api/ui", endpoint = "alert_webhook_save")]
async fn alert_webhook_save(
    #[server(default)] id: Option<i64>,
    name: String,
    language: String,
    per_hour: String,
    #[server(default)] url: String,
    #[server(default)] secret: String,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Alerts)?;
    // The address may be a secret: it is not shown again either.
    let typed = vec![
        ("name", name.clone()),
        ("language", language.clone()),
        ("per_hour", per_hour.clone()),
    ];
    let form = ChannelForm {
        name,
        language,
        per_hour,
        to: To::Webhook(WebhookForm { url, secret }),
    };
    save(&backend, &actor, id, form, typed).await
}

/// Adds a mail channel (without `id`), or changes one.
#[server(prefix = "/api/ui", endpoint = "alert_email_save")]
async fn alert_email_save(
    #[server(default)] id: Option<i64>,
    name: String,
    language: String,
    per_hour: String,
    host: String,
    port: String,
    security: String,
    #[server(default)] user: String,
    #[server(default)] password: String,
    from: String,
    recipients: String,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Alerts)?;
    let typed = vec![
        ("name", name.clone()),
        ("language", language.clone()),
        ("per_hour", per_hour.clone()),
        ("host", host.clone()),
        ("port", port.clone()),
        ("security", security.clone()),
        ("user", user.clone()),
        ("from", from.clone()),
        ("recipients", recipients.clone()),
    ];
    let to = To::Email(EmailForm {
        host,
        port,
        security,
        user,
        password,
        from,
        recipients,
    });
    let form = ChannelForm {
        name,
        language,
        per_hour,
        to,
    };
    save(&backend, &actor, id, form, typed).await
}

async fn save(
    backend: &Backend,
    actor: &Actor,
    id: Option<i64>,
    form: ChannelForm,
    typed: Vec<(&str, String)>,
) -> Result<(), AppError> {
    let saved = match id {
        Some(id) => alerts::change(backend, actor, ChannelId(id), &form).await,
        None => alerts::add(backend, actor, &form).await.map(drop),
    };
    let text = words().channel_saved(form.name.trim());
    done(saved, text, ("channel", typed)).await
}

/// Removes a channel.
#[server(prefix = "/api/ui", endpoint = "alert_channel_remove")]
async fn alert_channel_remove(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Alerts)?;
    match alerts::remove(&backend, &actor, ChannelId(id)).await {
        Ok(name) => {
            done(
                Ok(()),
                words().channel_removed(&name),
                ("remove", Vec::new()),
            )
            .await
        }
        Err(error) => refuse(error, PAGE, ("remove", Vec::new())).await,
    }
}

/// Sends a test message and says what came back.
#[server(prefix = "/api/ui", endpoint = "alert_channel_test")]
async fn alert_channel_test(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Alerts)?;
    let tested = alerts::test(&backend, &actor, ChannelId(id)).await;
    answer(tested, PAGE, ("test", Vec::new()), said).await
}

fn said(tested: Tested) -> Flash {
    let words = words();
    let outcome = words.outcome(tested.outcome);
    let mut text = words.test_done(&tested.channel, &outcome, tested.took);
    if let Some(excerpt) = tested.excerpt {
        text.push_str(&words.test_said(&excerpt));
    }
    if tested.outcome.is_accepted() {
        Flash::good(text)
    } else {
        Flash::bad(text)
    }
}

/// Sets a rule.
#[server(prefix = "/api/ui", endpoint = "alert_rule_save")]
async fn alert_rule_save(
    kind: String,
    #[server(default)] on: bool,
    #[server(default)] scope: Option<i64>,
    #[server(default)] lines: String,
    #[server(default)] minutes: String,
    #[server(default)] days: String,
    cool_down: String,
    #[server(default)] tells: String,
    #[server(default)] channels: Vec<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Alerts)?;
    let kind = Kind::from_text(&kind).ok_or_else(|| AppError::Malformed.told())?;
    let mut typed = vec![
        ("on", on.to_string()),
        (
            "scope",
            scope.map(|node| node.to_string()).unwrap_or_default(),
        ),
        ("lines", lines.clone()),
        ("minutes", minutes.clone()),
        ("days", days.clone()),
        ("cool_down", cool_down.clone()),
        ("tells", tells.clone()),
    ];
    typed.extend(channels.iter().map(|id| ("channels[]", id.to_string())));
    let form = RuleForm {
        on,
        scope: scope.map(NodeId),
        lines,
        minutes,
        days,
        cool_down,
        all_channels: tells != "some",
        channels: channels.into_iter().map(ChannelId).collect(),
    };
    let saved = alerts::set_rule(&backend, &actor, kind, &form).await;
    let text = words().rule_saved(words().alert_kind(kind));
    done(saved, text, ("rule", typed)).await
}

/// Back to the page without the form; or to the form with what is wrong.
async fn done(saved: Result<(), Error>, text: String, form: Typed<'_>) -> Result<(), AppError> {
    match saved {
        Ok(()) => {
            flash(Flash::good(text)).await;
            go(PAGE);
            Ok(())
        }
        Err(error) => refuse(error, PAGE, form).await,
    }
}
