//! The sign-in page.

use leptos::prelude::*;

use crate::layout::Bare;
use crate::request::{form_back, query, words};
use crate::widgets::Field;

#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let words = words();
    let next = query("next").unwrap_or_default();
    view! {
        <Bare title=words.sign_in()>
            <h1>{words.sign_in()}</h1>
            <Suspense>
                {Suspend::new(async move {
                    let back = form_back("sign_in").await;
                    view! {
                        <form method="post" action="/api/ui/sign_in" class="form">
                            <input type="hidden" name="next" value=next/>
                            <Field name="name" label=words.name() required=true max=64 autocomplete="username" back=back.clone()/>
                            <Field
                                name="password"
                                label=words.password()
                                kind="password"
                                required=true
                                max=1000
                                autocomplete="current-password"
                                back
                            />
                            <button class="button primary wide">{words.sign_in()}</button>
                        </form>
                    }
                })}
            </Suspense>
        </Bare>
    }
}
