//! Times: relative in words, exact on hover (the browser puts the title into its own zone).

use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::request::{backend, words};

fn exact(time: OffsetDateTime) -> String {
    time.replace_nanosecond(0)
        .unwrap_or(time)
        .format(&Rfc3339)
        .unwrap_or_default()
}

/// `3 min ago`.
#[component]
pub(crate) fn Ago(at: OffsetDateTime) -> impl IntoView {
    let text = words().ago(at, backend().clock.now());
    view! { <time datetime=exact(at) title=exact(at)>{text}</time> }
}

/// `next try in 3 min`.
#[component]
pub(crate) fn NextTry(at: OffsetDateTime) -> impl IntoView {
    let words = words();
    let text = words.delivery_next(&words.ahead(at, backend().clock.now()));
    view! { <time datetime=exact(at) title=exact(at)>{text}</time> }
}

/// `23 h left`; `None` is for ever.
#[component]
pub(crate) fn Left(until: Option<OffsetDateTime>) -> impl IntoView {
    let text = words().left(until, backend().clock.now());
    match until {
        Some(until) => {
            view! { <time datetime=exact(until) title=exact(until)>{text}</time> }.into_any()
        }
        None => view! { <span>{text}</span> }.into_any(),
    }
}
