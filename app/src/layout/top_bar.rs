//! Scope, search, live mark, language, theme, account.

use leptos::prelude::*;

use crate::layout::scope::ScopeMenu;
use crate::request::{Theme, theme, visitor, words};
use crate::widgets::Icon;
use crate::words::Words;

#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let words = words();
    let user = visitor().user;
    view! {
        <header class="top">
            <a class="icon-button menu-button" href="#navigation" aria-label=words.menu()>
                <Icon name="menu"/>
            </a>
            <ScopeMenu/>
            <form class="search" role="search" action="/search" method="get">
                <Icon name="search"/>
                <input
                    type="search"
                    name="q"
                    id="search"
                    maxlength="100"
                    aria-label=words.search()
                    placeholder=words.search_hint()
                    title=words.shortcuts()
                />
            </form>
            <crate::islands::LiveMark
                connecting=words.connecting().to_owned()
                live=words.live().to_owned()
                polling=words.polling().to_owned()
                offline=words.offline().to_owned()
                live_explained=words.live_explained().to_owned()
                polling_explained=words.polling_explained().to_owned()
                offline_explained=words.offline_explained().to_owned()
            />
            <LanguageForm/>
            {user
                .map(|user| {
                    view! {
                        <details class="dropdown">
                            <summary aria-label=format!("{}: {}", words.account(), user.name)>
                                <Icon name="user"/>
                                <span class="wide-only">{user.name.clone()}</span>
                            </summary>
                            <div class="dropdown-panel">
                                <p class="strong">{user.name.clone()}</p>
                                <p class="muted">{words.role(user.role)}</p>
                                <ThemeForm/>
                                <form method="post" action="/api/ui/sign_out">
                                    <button class="button wide">{words.sign_out()}</button>
                                </form>
                            </div>
                        </details>
                    }
                })}
        </header>
    }
}

/// Language and theme, for pages without a top bar.
#[component]
pub(crate) fn Preferences() -> impl IntoView {
    view! {
        <div class="buttons">
            <ThemeForm/>
            <LanguageForm/>
        </div>
    }
}

/// Each theme is a button of a plain form that sets a cookie.
#[component]
fn ThemeForm() -> impl IntoView {
    let words = words();
    let chosen = theme();
    let theme_button = |theme: Theme, icon: &'static str, text: &'static str| {
        view! {
            <button
                class="icon-button"
                name="theme"
                value=theme.as_str()
                aria-label=text
                title=text
                aria-pressed=if theme == chosen { "true" } else { "false" }
            >
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <form class="preferences" method="post" action="/api/ui/set_theme" aria-label=words.theme()>
            {theme_button(Theme::System, "monitor", words.theme_system())}
            {theme_button(Theme::Light, "sun", words.theme_light())}
            {theme_button(Theme::Dark, "moon", words.theme_dark())}
        </form>
    }
}

/// The other language, in its own words.
#[component]
fn LanguageForm() -> impl IntoView {
    let other = match words() {
        Words::En => Words::Zh,
        Words::Zh => Words::En,
    };
    view! {
        <form method="post" action="/api/ui/set_language">
            <button class="button quiet" name="language" value=other.tag() lang=other.tag()>
                {other.own_name()}
            </button>
        </form>
    }
}
