//! Adding, changing and removing a channel. What is secret is never shown again.

use backend::alerts::{ChannelRow, Shown};
use domain::alert::{Language, PerHour, Security};
use leptos::prelude::*;

use crate::request::{FormBack, words};
use crate::widgets::Field;

#[component]
pub(super) fn ChannelEditor(
    webhook: bool,
    row: Option<ChannelRow>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let (action, adding) = if webhook {
        ("/api/ui/alert_webhook_save", words.channel_add_webhook())
    } else {
        ("/api/ui/alert_email_save", words.channel_add_email())
    };
    let title = match &row {
        Some(row) => words.channel_change_named(&row.name),
        None => adding.to_owned(),
    };
    let name = row.as_ref().map(|row| row.name.clone());
    let id = row.as_ref().map(|row| row.id.to_string());
    let known = row.is_some();
    let per_hour = row.as_ref().map_or(PerHour::of::<20>(), |row| row.per_hour);
    let language = row.as_ref().map_or(words.language(), |row| row.language);
    let fields = if webhook {
        view! { <WebhookFields known back=back.clone()/> }.into_any()
    } else {
        let shown = row.map(|row| row.shown);
        view! { <EmailFields shown back=back.clone()/> }.into_any()
    };
    let remove = name.clone().zip(id.clone()).map(|(name, id)| {
        view! {
            <details class="ask">
                <summary class="button">{words.channel_remove()}</summary>
                <form method="post" action="/api/ui/alert_channel_remove" data-enhance="">
                    <p>{words.channel_remove_text()}</p>
                    <button class="button danger" name="id" value=id>{words.channel_remove_named(&name)}</button>
                </form>
            </details>
        }
    });
    view! {
        <section class="card" id="edit" aria-labelledby="edit-title">
            <h2 id="edit-title">{title}</h2>
            <form method="post" action=action class="form" data-enhance="" autocomplete="off">
                {id.map(|id| view! { <input type="hidden" name="id" value=id/> })}
                <Field name="name" label=words.channel_name() value=name.unwrap_or_default() required=true max=60 back=back.clone()/>
                {fields}
                <LanguageField language back=back.clone()/>
                <Field
                    name="per_hour"
                    label=words.channel_per_hour()
                    value=per_hour.get().to_string()
                    required=true
                    max=3
                    back
                />
                <div class="buttons">
                    <button class="button primary">{words.channel_save()}</button>
                    <a class="button" href="/alerts">{words.cancel_form()}</a>
                </div>
            </form>
            {remove}
        </section>
    }
}

#[component]
fn WebhookFields(known: bool, #[prop(optional_no_strip)] back: Option<FormBack>) -> impl IntoView {
    let words = words();
    let (url, secret) = if known {
        (words.channel_url_stays(), words.channel_secret_stays())
    } else {
        (words.channel_url_hint(), words.channel_secret_hint())
    };
    view! {
        <Field
            name="url"
            label=words.channel_url()
            hint=url
            required=!known
            mono=true
            max=2000
            back=back.clone()
        />
        <Field
            name="secret"
            label=words.channel_secret()
            hint=secret
            kind="password"
            required=!known
            max=200
            autocomplete="new-password"
            back
        />
    }
}

#[component]
fn EmailFields(
    shown: Option<Shown>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let known = shown.is_some();
    let (host, port, security, user, from, to) = match shown {
        Some(Shown::Email {
            host,
            port,
            security,
            user,
            from,
            to,
        }) => (
            host,
            port.to_string(),
            security,
            user.unwrap_or_default(),
            from,
            to.join(", "),
        ),
        _ => (
            String::new(),
            "587".to_owned(),
            Security::Starttls,
            String::new(),
            String::new(),
            String::new(),
        ),
    };
    let password = if known {
        words.mail_password_stays()
    } else {
        words.link_password_hint()
    };
    view! {
        <Field name="host" label=words.mail_host() value=host required=true mono=true max=253 back=back.clone()/>
        <Field name="port" label=words.mail_port() value=port required=true mono=true max=5 back=back.clone()/>
        <SecurityField security back=back.clone()/>
        <Field name="user" label=words.mail_user() hint=words.mail_user_hint() value=user mono=true back=back.clone()/>
        <Field
            name="password"
            label=words.mail_password()
            hint=password
            kind="password"
            autocomplete="new-password"
            back=back.clone()
        />
        <Field name="from" label=words.mail_from() value=from required=true mono=true max=254 back=back.clone()/>
        <Field
            name="recipients"
            label=words.mail_recipients()
            hint=words.mail_recipients_hint()
            value=to
            required=true
            mono=true
            max=5000
            back
        />
    }
}

#[component]
fn SecurityField(
    security: Security,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let typed = back.and_then(|form| Security::from_text(form.value("security")?));
    let chosen = typed.unwrap_or(security);
    let options = [Security::Starttls, Security::Tls, Security::None].map(|security| {
        view! {
            <option value=security.as_str() selected=security == chosen>{words.security(security)}</option>
        }
    });
    view! {
        <div class="field">
            <label for="security">{words.mail_security()}</label>
            <select id="security" name="security">{options.collect_view()}</select>
        </div>
    }
}

#[component]
fn LanguageField(
    language: Language,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let typed = back.and_then(|form| Language::from_text(form.value("language")?));
    let chosen = typed.unwrap_or(language);
    let options = [(Language::En, "English"), (Language::Zh, "中文")].map(|(language, name)| {
        view! { <option value=language.as_str() selected=language == chosen>{name}</option> }
    });
    view! {
        <div class="field">
            <label for="language">{words().channel_language()}</label>
            <select id="language" name="language">{options.collect_view()}</select>
        </div>
    }
}
