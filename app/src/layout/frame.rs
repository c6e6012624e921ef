//! Navigation at the left, top bar, content; and the bare frame of the sign-in pages.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::layout::toasts::Toasts;
use crate::layout::top_bar::TopBar;
use crate::request::{may, parts, words};
use crate::widgets::Icon;
use domain::role::Permission;

/// A page inside the console. `title` is the page's name.
#[component]
pub(crate) fn Frame(#[prop(into)] title: String, children: Children) -> impl IntoView {
    let words = words();
    view! {
        <Title text=format!("{title} · {}", words.product())/>
        <a class="skip" href="#main">{words.skip_to_content()}</a>
        <div class="frame">
            <SideNav/>
            <TopBar/>
            <main id="main" tabindex="-1">
                <Toasts/>
                {children()}
            </main>
        </div>
        <crate::islands::Behaviour/>
    }
}

/// A page before sign-in: one card in the middle.
#[component]
pub(crate) fn Bare(#[prop(into)] title: String, children: Children) -> impl IntoView {
    let words = words();
    view! {
        <Title text=format!("{title} · {}", words.product())/>
        <main id="main" class="bare">
            <div class="card bare-card">
                <p class="brand"><Icon name="shield"/>{words.product()}</p>
                <p class="muted">{words.tagline()}</p>
                <Toasts/>
                {children()}
            </div>
            <crate::layout::top_bar::Preferences/>
        </main>
    }
}

#[component]
fn SideNav() -> impl IntoView {
    let words = words();
    let path = parts().uri.path().to_owned();
    let link = move |href: &'static str, icon: &'static str, text: &'static str| {
        let current = if href == "/" {
            path == "/"
        } else {
            path.starts_with(href)
        };
        view! {
            <li>
                <a href=href aria-current=current.then_some("page")>
                    <Icon name=icon/>
                    <span>{text}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav class="side" id="navigation" aria-label=words.main_navigation()>
            <a class="brand" href="/"><Icon name="shield"/><span>{words.product()}</span></a>
            <ul>
                {link("/", "gauge", words.dashboard())}
                {link("/bans", "ban", words.bans())}
                {link("/whitelist", "check", words.whitelist())}
                {link("/nodes", "server", words.nodes())}
                {may(Permission::Audit).then(|| link("/audit", "list", words.audit()))}
            </ul>
        </nav>
    }
}
