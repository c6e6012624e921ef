//! The four fields of the rules, and the number tester beside them.

use domain::cti::FormText;
use domain::role::Permission;
use leptos::prelude::*;

use crate::islands::{NumberTester, RULES_FORM};
use crate::pages::revisions::{DraftFields, Screen};
use crate::request::{FormBack, may, query, words};
use crate::widgets::{Area, Field, Hint};

#[component]
pub(super) fn Editor(
    screen: Screen,
    shown: FormText,
    /// They are checked and not saved.
    tried: bool,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let class = if screen.has_draft() {
        "button"
    } else {
        "button primary"
    };
    view! {
        <section class="card" id="editor" aria-labelledby="editor-title">
            <h2 id="editor-title">{words.rules_editor()}</h2>
            {tried.then(|| view! { <p class="warnings">{words.unsaved_shown()}</p> })}
            <form method="post" action="/api/ui/rules_save" class="form" id=RULES_FORM data-enhance="">
                // What Enter does: it looks, and saves nothing.
                <button formmethod="get" formaction="/rules" name="try" value="1" hidden></button>
                <Began screen tried/>
                <Field name="max_len" label=words.max_length() hint=words.max_length_hint() value=shown.max_len kind="text" required=true mono=true max=8 back=back.clone()/>
                <Area name="deny" label=words.denied_prefixes() hint=words.denied_prefixes_hint() value=shown.deny rows=5 back=back.clone()/>
                <Area name="allow" label=words.allowed_prefixes() hint=words.allowed_prefixes_hint() value=shown.allow rows=4 back=back.clone()/>
                <Field name="filename" label=words.log_name() hint=words.log_name_hint() value=shown.filename required=true mono=true max=255 back/>
                <div class="buttons">
                    <button class=class>{words.save_draft()}</button>
                    <button class="button" formmethod="get" formaction="/rules" name="try" value="1">
                        {words.check_unsaved()}
                    </button>
                </div>
            </form>
        </section>
    }
}

/// Which draft the editor began with. A look at what is typed keeps it, so that a slower editor is
/// still refused.
#[component]
fn Began(screen: Screen, tried: bool) -> impl IntoView {
    if !tried {
        return view! { <DraftFields screen/> }.into_any();
    }
    let node = screen.view.line.node;
    view! {
        <input type="hidden" name="version" value=query("version").unwrap_or_default() data-base=""/>
        {node.map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
    }
    .into_any()
}

#[component]
pub(super) fn Tester(screen: Screen, shown: FormText) -> impl IntoView {
    let words = words();
    let number = query("number").unwrap_or_default();
    let node = screen.view.line.node;
    // Who may not edit has a form with nothing but the number.
    let form = (!may(Permission::Configure)).then(|| {
        view! {
            <form method="get" action="/rules" id=RULES_FORM data-enhance="">
                {node.map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
            </form>
        }
    });
    view! {
        <section class="card" id="tester" aria-labelledby="tester-title">
            <h2 id="tester-title">{words.tester()}</h2>
            {form}
            <NumberTester texts=words.tester_texts() rules=shown number/>
            <Hint text=words.tester_text()/>
        </section>
    }
}
