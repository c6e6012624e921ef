//! The two pages about bans lead to each other.

use leptos::prelude::*;

use crate::request::{scoped, words};

/// `history`: that one is shown.
#[component]
pub(super) fn Tabs(history: bool) -> impl IntoView {
    let words = words();
    let tab = |path: &str, text: &'static str, shown: bool| {
        view! { <a href=scoped(path) aria-current=shown.then_some("page")>{text}</a> }
    };
    view! {
        <nav class="tabs" aria-label=words.bans_views()>
            {tab("/bans", words.bans_now(), !history)}
            {tab("/bans/history", words.ban_history(), history)}
        </nav>
    }
}
