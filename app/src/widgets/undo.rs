//! One click that takes back what was just done.

use leptos::prelude::*;

use crate::request::{Undo, words};

#[component]
pub(crate) fn UndoButton(undo: Undo) -> impl IntoView {
    view! {
        <form method="post" action=undo.action data-enhance="">
            <input type="hidden" name="id" value=undo.id/>
            <button class="button small">{words().undo()}</button>
        </form>
    }
}
