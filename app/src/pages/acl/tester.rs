//! "Would this address be let in?": live in the browser, and as a plain form without JavaScript.

use domain::acl::{AclList, Action};
use leptos::prelude::*;

use crate::islands::{AclTester, AclTexts};
use crate::request::{scope, words};

/// Entries that are sent to the browser for the live answer; longer lists are asked by the form.
const LIVE: usize = 1_000;

#[component]
pub(super) fn Tester(
    list: AclList,
    #[prop(optional_no_strip)] test: Option<String>,
) -> impl IntoView {
    let words = words();
    let name = list.name.to_string();
    let texts = AclTexts {
        label: words.test_address().to_owned(),
        allowed: words.test_allowed().to_owned(),
        denied: words.test_denied().to_owned(),
        by: words.test_by().to_owned(),
        default: words.test_default().to_owned(),
        not_address: words.test_not_address().to_owned(),
        allow: words.allow().to_owned(),
        deny: words.deny().to_owned(),
    };
    let live = list.entries.len() <= LIVE;
    let typed = test.unwrap_or_default();
    let answer = (!live && !typed.is_empty()).then(|| texts.answer(&list, &typed));
    let sent = AclList {
        // Comments stay: the deciding entry is shown with its own.
        entries: if live {
            list.entries.clone()
        } else {
            Vec::new()
        },
        ..list.clone()
    };
    let default = match list.default {
        Action::Allow => words.default_allow(),
        Action::Deny => words.default_deny(),
    };
    view! {
        <section class="card" id="tester" aria-labelledby="tester-title">
            <h2 id="tester-title">{words.acl_tester()}</h2>
            <p class="muted">{words.acl_tester_text(&name)}" ("{default}")"</p>
            <form method="get" action="/acl#tester" class="form tester">
                {scope().map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
                <input type="hidden" name="list" value=name/>
                {if live {
                    view! { <AclTester list=sent texts typed/> }.into_any()
                } else {
                    view! {
                        <div class="field">
                            <label for="address">{words.test_address()}</label>
                            <input id="address" name="address" class="mono" maxlength="64" autocomplete="off" spellcheck="false" value=typed/>
                        </div>
                        <p role="status" data-test="verdict">{answer.map(|answer| answer.text)}</p>
                    }
                    .into_any()
                }}
                <div class=if live { "buttons plain-only" } else { "buttons" }>
                    <button class="button">{words.acl_test()}</button>
                </div>
            </form>
        </section>
    }
}
