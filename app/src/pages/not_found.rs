//! No such page.

use axum::http::StatusCode;
use leptos::prelude::*;

use crate::layout::Frame;
use crate::request::words;
use crate::widgets::Icon;

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
    let words = words();
    view! {
        <Frame title=words.not_found_title()>
            <section class="empty">
                <Icon name="question"/>
                <h1>{words.not_found_title()}</h1>
                <p>{words.not_found_text()}</p>
                <p><a class="button" href="/">{words.to_dashboard()}</a></p>
            </section>
        </Frame>
    }
}
