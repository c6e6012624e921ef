//! The mark that says whether the page is live, and the refreshing of the page itself.

use leptos::prelude::*;

use super::link::Link;

/// Live, polling or offline, in words (given by the server in the page's language).
#[island]
pub fn LiveMark(
    connecting: String,
    live: String,
    polling: String,
    offline: String,
    live_explained: String,
    polling_explained: String,
    offline_explained: String,
) -> impl IntoView {
    let (link, set_link) = signal(Link::Connecting);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| crate::islands::browser::follow(set_link));
    #[cfg(not(feature = "hydrate"))]
    let _ = set_link;
    let text = move || match link.get() {
        Link::Connecting => connecting.clone(),
        Link::Live => live.clone(),
        Link::Polling => polling.clone(),
        Link::Offline => offline.clone(),
    };
    let title = move || match link.get() {
        Link::Connecting => String::new(),
        Link::Live => live_explained.clone(),
        Link::Polling => polling_explained.clone(),
        Link::Offline => offline_explained.clone(),
    };
    let why = title.clone();
    let state = move || match link.get() {
        Link::Connecting => "connecting",
        Link::Live => "live",
        Link::Polling => "polling",
        Link::Offline => "offline",
    };
    view! {
        <span class="live-mark" role="status" data-state=state title=title>
            <span class="live-dot" aria-hidden="true"></span>
            <span>{text}</span>
            <span class="live-why">{why}</span>
        </span>
    }
}
