//! How much is kept: three limits, and what smaller ones take away.

use backend::retention::{Limits, Loss, MOST_DAYS};
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::settings::page::Asked;
use crate::request::{FormBack, may, words};
use crate::widgets::{Field, Hint, Icon, grouped};
use crate::words::Words;

#[component]
pub(super) fn Kept(
    limits: Limits,
    chosen: bool,
    #[prop(optional_no_strip)] back: Option<FormBack>,
    #[prop(optional_no_strip)] asked: Option<Asked>,
) -> impl IntoView {
    let words = words();
    let content = if may(Permission::Configure) {
        view! { <Form limits back asked/> }.into_any()
    } else {
        view! { <Facts limits/> }.into_any()
    };
    view! {
        <section class="card settings" id="kept" aria-labelledby="kept-title">
            <h2 id="kept-title">{words.kept_title()}</h2>
            <Hint text=words.kept_text()/>
            {(!chosen).then(|| view! { <Hint text=words.kept_from_file()/> })}
            {content}
        </section>
    }
}

#[component]
fn Form(
    limits: Limits,
    #[prop(optional_no_strip)] back: Option<FormBack>,
    #[prop(optional_no_strip)] asked: Option<Asked>,
) -> impl IntoView {
    let words = words();
    let class = if asked.is_some() {
        "button"
    } else {
        "button primary"
    };
    view! {
        <form method="post" action="/api/ui/retention_save" class="form" data-enhance="">
            <div class="form-columns">
                <Field name="days" label=words.kept_days() hint=words.kept_days_hint(MOST_DAYS) value=limits.days.to_string() required=true mono=true max=8 back=back.clone()/>
                <Field name="attack_rows" label=words.kept_attack_rows() hint=words.kept_attack_rows_hint() value=limits.attack_rows.to_string() required=true mono=true max=16 back=back.clone()/>
                <Field name="ban_event_rows" label=words.kept_ban_event_rows() hint=words.kept_ban_event_rows_hint() value=limits.ban_event_rows.to_string() required=true mono=true max=16 back/>
            </div>
            // Enter in a field presses the first button, which never deletes.
            <div class="buttons"><button class=class>{words.kept_save()}</button></div>
            {asked.map(|asked| view! { <Question asked/> })}
        </form>
    }
}

/// What would go. The button agrees to these limits only: with others in the fields it asks again.
#[component]
fn Question(asked: Asked) -> impl IntoView {
    let words = words();
    let parts = parts(words, asked.loss);
    if parts.is_empty() {
        return view! { <p class="hint" role="status">{words.loss_nothing()}</p> }.into_any();
    }
    let agree = words.loss_agree(&words.losses(&parts));
    view! {
        <div class="verdict attention loss" id="loss" role="alert">
            <Icon name="alert"/>
            <div>
                <p class="verdict-title">{words.loss_title()}</p>
                {parts.into_iter().map(|part| view! { <p>"– "{part}</p> }).collect_view()}
                <p>{words.loss_text()}</p>
                <button class="button danger" name="agreed" value=asked.limits.to_string()>{agree}</button>
            </div>
        </div>
    }
    .into_any()
}

fn parts(words: Words, loss: Loss) -> Vec<String> {
    let mut parts = Vec::new();
    if loss.attacks > 0 {
        parts.push(words.loss_attacks(&grouped(loss.attacks)));
    }
    if loss.ban_events > 0 {
        parts.push(words.loss_ban_events(&grouped(loss.ban_events)));
    }
    if loss.days > 0 {
        parts.push(words.loss_days(loss.days));
    }
    parts
}

/// For those who may not change them.
#[component]
fn Facts(limits: Limits) -> impl IntoView {
    let words = words();
    view! {
        <dl class="facts">
            <dt>{words.kept_days()}</dt>
            <dd>{words.kept_unit_days(limits.days.get())}</dd>
            <dt>{words.kept_attack_rows()}</dt>
            <dd>{grouped(limits.attack_rows.get().into())}</dd>
            <dt>{words.kept_ban_event_rows()}</dt>
            <dd>{grouped(limits.ban_event_rows.get().into())}</dd>
        </dl>
        <Hint text=words.kept_only_admins()/>
    }
}
