//! The four settings, each with what it means.

use domain::jail::{Advice, JailConfig, advice};
use leptos::prelude::*;

use crate::pages::jail::changes::span;
use crate::pages::jail::form::Fields;
use crate::pages::revisions::{DraftFields, Screen};
use crate::request::{FormBack, words};
use crate::widgets::{Area, Field};
use crate::words::Words;

#[component]
pub(super) fn Editor(
    screen: Screen,
    config: JailConfig,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let fields = Fields::of(&config);
    let class = if screen.has_draft() {
        "button"
    } else {
        "button primary"
    };
    view! {
        <section class="card" id="editor" aria-labelledby="editor-title">
            <h2 id="editor-title">{words.jail_editor()}</h2>
            <form method="post" action="/api/ui/jail_save" class="form jail-form" data-enhance="">
                <DraftFields screen back=back.clone()/>
                <div class="form-columns">
                    <Field name="maxretry" label=words.maxretry() hint=words.maxretry_hint() value=fields.maxretry required=true mono=true max=8 back=back.clone()/>
                    <Field name="findtime" label=words.findtime() hint=words.findtime_hint() value=fields.findtime required=true mono=true max=24 back=back.clone()/>
                    <Field name="bantime" label=words.bantime() hint=words.bantime_hint() value=fields.bantime required=true mono=true max=24 back=back.clone()/>
                </div>
                <Area name="ignore" label=words.ignoreip() hint=words.ignoreip_hint() value=fields.ignore rows=8 back/>
                <div class="buttons"><button class=class>{words.save_draft()}</button></div>
            </form>
        </section>
    }
}

/// The settings as one sentence.
#[component]
pub(super) fn Sentence(config: JailConfig) -> impl IntoView {
    let words = words();
    view! { <p>{sentence(words, &config)}" "{words.ignored_count(config.ignore.len())}</p> }
}

pub(super) fn sentence(words: Words, config: &JailConfig) -> String {
    let maxretry = config.maxretry.get();
    let findtime = span(words, config.findtime.get());
    match config.bantime.get() {
        -1 => words.jail_sentence_ever(maxretry, &findtime),
        seconds => words.jail_sentence(maxretry, &findtime, &span(words, seconds)),
    }
}

/// Allowed, but unwise.
pub(super) fn warnings(words: Words, config: &JailConfig) -> Vec<String> {
    let (bantime, findtime) = (
        span(words, config.bantime.get()),
        span(words, config.findtime.get()),
    );
    let told = advice(config).into_iter().map(|advice| match advice {
        Advice::ShorterThanWindow => words.warn_short_ban(&bantime, &findtime),
        Advice::ShortBan => words.warn_very_short(&bantime),
        Advice::ForEver => words.warn_for_ever().to_owned(),
        Advice::OneFailure => words.warn_one_failure().to_owned(),
        Advice::ManyFailures => words.warn_many_failures(config.maxretry.get()),
        Advice::WidePublic(network) => words.warn_wide_public(&network.to_string()),
    });
    told.collect()
}
