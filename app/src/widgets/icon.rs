//! Icons from one sprite (`public/icons.svg`); always beside a word or under an `aria-label`.

use leptos::prelude::*;

#[component]
pub(crate) fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}
