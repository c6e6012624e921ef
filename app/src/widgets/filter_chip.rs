//! A filter that is set.

use leptos::prelude::*;

use crate::request::words;
use crate::widgets::Icon;

/// Taken away with one click: `without` is the page without it.
#[component]
pub(crate) fn FilterChip(text: String, without: String) -> impl IntoView {
    view! {
        <a
            class="chip removable"
            href=without
            data-enhance=""
            aria-label=words().remove_filter(&text)
        >
            <span class="cut">{text.clone()}</span>
            <Icon name="x"/>
        </a>
    }
}
