//! The channels.

use backend::alerts::{ChannelRow, Shown};
use domain::role::Permission;
use leptos::prelude::*;

use crate::request::{may, words};
use crate::widgets::{Chip, Hint, Icon, Shade};

#[component]
pub(super) fn Channels(channels: Vec<ChannelRow>) -> impl IntoView {
    let words = words();
    let admin = may(Permission::Alerts);
    let content = if channels.is_empty() {
        view! { <Hint text=words.alert_channels_none()/> }.into_any()
    } else {
        let rows = channels.into_iter().map(|row| view! { <Row row/> });
        view! {
            {admin.then(|| {
                view! { <form id="channel-test" method="post" action="/api/ui/alert_channel_test" data-enhance=""></form> }
            })}
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.channel()}</th>
                            <th>{words.channel_to()}</th>
                            <th>{words.channel_limits()}</th>
                            <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let add = |kind: &str, text| {
        view! { <a class="button" href=format!("/alerts?add={kind}")><Icon name="plus"/>{text}</a> }
    };
    view! {
        <section class="card" id="channels" aria-labelledby="channels-title">
            <h2 id="channels-title">{words.alert_channels()}</h2>
            {content}
            {admin.then(|| {
                view! {
                    <p class="buttons">
                        {add("webhook", words.channel_add_webhook())}
                        {add("email", words.channel_add_email())}
                    </p>
                }
            })}
        </section>
    }
}

#[component]
fn Row(row: ChannelRow) -> impl IntoView {
    let words = words();
    let id = row.id.to_string();
    let (kind, to) = match &row.shown {
        Shown::Webhook { origin } => (words.channel_webhook(), origin.clone()),
        Shown::Email { to, .. } => (words.channel_email(), to.join(", ")),
    };
    let actions = may(Permission::Alerts).then(|| {
        view! {
            <button
                class="button small"
                form="channel-test"
                name="id"
                value=id.clone()
                aria-label=words.channel_test_named(&row.name)
            >
                {words.channel_test()}
            </button>
            <a
                class="button small"
                href=format!("/alerts?channel={id}")
                aria-label=words.channel_change_named(&row.name)
            >
                {words.channel_change()}
            </a>
        }
    });
    view! {
        <tr data-key=id.clone()>
            <td data-label=words.channel()>{row.name.clone()}" "<span class="muted">{kind}</span></td>
            <td class="mono breaks" data-label=words.channel_to()>{to}</td>
            <td data-label=words.channel_limits()>
                {words.channel_per_hour_of(row.per_hour.get())}
                {(row.suppressed > 0)
                    .then(|| view! { " "<Chip shade=Shade::Attention text=words.channel_suppressed(row.suppressed)/> })}
            </td>
            <td class="row-actions">{actions}</td>
        </tr>
    }
}
