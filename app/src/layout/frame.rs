//! Navigation at the left, top bar, content; and the bare frame of the sign-in pages.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::layout::sources::Sources;
use crate::layout::toasts::Toasts;
use crate::layout::top_bar::TopBar;
use crate::request::{may, narrow_navigation, navigated, path, words};
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
                <Sources/>
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
    let path = path();
    let link = move |page: &'static str, icon: &'static str, text: &'static str| {
        let current = if page == "/" {
            path == "/"
        } else {
            path.starts_with(page)
        };
        let href = match page {
            "/nodes" | "/audit" | "/alerts" | "/settings" | "/deployments" => page.to_owned(),
            page => navigated(page),
        };
        view! {
            <li>
                <a href=href title=text aria-current=current.then_some("page")>
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
                {link("/attacks", "activity", words.attacks())}
                {link("/bans", "ban", words.bans())}
                {link("/whitelist", "check", words.whitelist())}
                {link("/rules", "phone", words.call_rules())}
                {link("/acl", "list", words.acl_lists())}
                {link("/jail", "lock", words.jail_page())}
                {link("/deployments", "send", words.deployments())}
                {link("/nodes", "server", words.nodes())}
                {link("/alerts", "bell", words.alerts())}
                {link("/settings", "sliders", words.settings())}
                {may(Permission::Audit).then(|| link("/audit", "list", words.audit()))}
            </ul>
            <FoldButton/>
        </nav>
    }
}

/// Folds the navigation to its icons, or unfolds it; a plain form that sets a cookie.
#[component]
fn FoldButton() -> impl IntoView {
    let words = words();
    let (to, icon, text) = if narrow_navigation() {
        ("wide", "right", words.unfold_navigation())
    } else {
        ("narrow", "left", words.fold_navigation())
    };
    view! {
        <form class="fold" method="post" action="/api/ui/set_navigation">
            <button class="button quiet" name="width" value=to title=text>
                <Icon name=icon/>
                <span>{text}</span>
            </button>
        </form>
    }
}
