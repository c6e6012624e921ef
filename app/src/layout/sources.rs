//! Whom the data on a page comes from, where its licence asks to say so.

use domain::geo::ATTRIBUTION;
use leptos::prelude::*;

use crate::request::{backend, words};

/// The foot of every page, where countries and networks are known.
#[component]
pub(super) fn Sources() -> impl IntoView {
    backend().geo().state().read_at.map(|_| {
        let links = ATTRIBUTION.map(|(text, href)| {
            view! { <a href=href rel="noopener noreferrer">{text}</a> }
        });
        view! {
            <footer class="sources">
                <span>{words().places_from()}</span>
                {links}
            </footer>
        }
    })
}
