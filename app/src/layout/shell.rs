//! The HTML document.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::request::{narrow_navigation, theme, words};
use crate::routes::App;

/// The document around [`App`]. Its Content-Security-Policy is set by the server, which also gives
/// the nonce that the one inline script carries.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let words = words();
    view! {
        <!DOCTYPE html>
        <html
            lang=words.tag()
            data-theme=theme().as_str()
            data-navigation=narrow_navigation().then_some("narrow")
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <HydrationScripts options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
