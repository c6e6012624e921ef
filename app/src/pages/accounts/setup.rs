//! The first visit of an empty database.

use leptos::prelude::*;

use crate::layout::Bare;
use crate::request::{form_back, words};
use crate::widgets::Field;

#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let words = words();
    view! {
        <Bare title=words.setup_title()>
            <h1>{words.setup_title()}</h1>
            <p>{words.setup_text()}</p>
            <Suspense>
                {Suspend::new(async move {
                    let back = form_back("setup").await;
                    view! {
                        <form method="post" action="/api/ui/setup" class="form">
                            <Field name="token" label=words.setup_token() required=true mono=true back=back.clone()/>
                            <Field name="name" label=words.name() required=true max=64 autocomplete="username" back=back.clone()/>
                            <Field
                                name="password"
                                label=words.password()
                                hint=words.password_hint()
                                kind="password"
                                required=true
                                max=1000
                                autocomplete="new-password"
                                back
                            />
                            <button class="button primary wide">{words.setup_submit()}</button>
                        </form>
                    }
                })}
            </Suspense>
        </Bare>
    }
}
