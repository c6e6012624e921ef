//! Adding a node: a name, then one command to paste.

use leptos::prelude::*;

use crate::request::{FormBack, words};
use crate::widgets::{Field, Icon};

#[component]
pub(super) fn AddForm(
    open: bool,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let open = open || back.is_some();
    view! {
        <details class="dropdown panel" open=open>
            <summary class="button primary"><Icon name="plus"/>{words.add_node()}</summary>
            <form method="post" action="/api/ui/node_add" class="dropdown-panel form" data-enhance="">
                <Field
                    name="name"
                    label=words.node_name()
                    hint=words.node_name_hint()
                    required=true
                    mono=true
                    max=63
                    back
                />
                <button class="button primary">{words.add_node()}</button>
            </form>
        </details>
    }
}
