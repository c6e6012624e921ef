//! The form that sets one profile.

use domain::profile::ProfileAccess;
use leptos::prelude::*;

use crate::pages::profiles::changes::acl;
use crate::pages::revisions::{DraftFields, Screen};
use crate::request::{FormBack, words};
use crate::widgets::Field;

#[component]
pub(super) fn ProfileForm(
    screen: Screen,
    #[prop(optional_no_strip)] edited: Option<ProfileAccess>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let typed = |field: &str| {
        back.as_ref()
            .and_then(|form| form.value(field))
            .map(str::to_owned)
    };
    let mode = match edited.as_ref().map(|access| access.inbound_acl.as_ref()) {
        Some(Some(acl)) if acl.is_empty() => "none",
        Some(None) => "keep",
        _ => "lists",
    };
    let mode = typed("acl_mode").unwrap_or_else(|| mode.to_owned());
    let lists = edited.as_ref().filter(|access| {
        access
            .inbound_acl
            .as_ref()
            .is_some_and(|acl| !acl.is_empty())
    });
    let lists = lists.map(|access| acl(words, access)).unwrap_or_default();
    let auth = match edited.as_ref().and_then(|access| access.auth_calls) {
        Some(true) => "on",
        Some(false) => "off",
        None => "keep",
    };
    let auth = typed("auth_calls").unwrap_or_else(|| auth.to_owned());
    let profile = edited
        .map(|access| access.profile.to_string())
        .unwrap_or_default();
    let radio = |value: &'static str, text: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="acl_mode" value=value checked=mode == value/>
                {text}
            </label>
        }
    };
    let option = |value: &'static str, text: &'static str| {
        view! { <option value=value selected=auth == value>{text}</option> }
    };
    view! {
        <section class="card" id="editor" aria-labelledby="editor-title">
            <h2 id="editor-title">{words.profile_editor()}</h2>
            <form method="post" action="/api/ui/profile_save" class="form" data-enhance="">
                <DraftFields screen back=back.clone()/>
                <Field name="profile" label=words.profile() hint=words.profile_hint() value=profile required=true mono=true max=64 back=back.clone()/>
                <fieldset class="field">
                    <legend>{words.inbound_acl()}</legend>
                    {radio("lists", words.acl_these())}
                    <Field name="lists" label=words.acl_lists() hint=words.inbound_acl_hint() value=lists mono=true max=500 back/>
                    {radio("none", words.acl_nobody())}
                    {radio("keep", words.acl_keep())}
                </fieldset>
                <div class="field">
                    <label for="auth_calls">{words.auth_calls()}</label>
                    <select id="auth_calls" name="auth_calls" aria-describedby="auth-calls-hint">
                        {option("keep", words.acl_keep())}
                        {option("on", words.auth_on())}
                        {option("off", words.auth_off())}
                    </select>
                    <p class="hint" id="auth-calls-hint">{words.auth_calls_hint()}</p>
                </div>
                <div class="buttons"><button class="button">{words.profile_save()}</button></div>
            </form>
        </section>
    }
}
