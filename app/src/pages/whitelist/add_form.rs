//! Adding an entry; "whitelist my IP" is the same form, filled in.

use backend::nodes::NodeName;
use leptos::prelude::*;

use crate::request::{FormBack, query, visitor, words};
use crate::widgets::{Field, Icon, NetworkField, ScopeFields};

#[component]
pub(super) fn AddForm(
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let asked = query("network");
    let chosen = back
        .as_ref()
        .and_then(|back| back.value("expiry"))
        .unwrap_or("8h")
        .to_owned();
    let expiry = [
        ("8h", words.in_8_hours()),
        ("30d", words.in_30_days()),
        ("never", words.no_expiry()),
        ("at", words.at_a_time()),
    ]
    .map(|(value, text)| {
        view! {
            <option value=value selected=chosen == value>{text}</option>
        }
    })
    .collect_view();
    view! {
        <section class="card" id="add" aria-labelledby="add-title">
            <h2 id="add-title">{words.add_to_whitelist()}</h2>
            <form method="post" action="/api/ui/whitelist_add" class="form in-columns" data-enhance="">
                <NetworkField value=asked.unwrap_or_default() back=back.clone()/>
                <Field name="note" label=words.note() hint=words.note_hint() max=500 back=back.clone()/>
                <div class="expiry">
                    <div class="field">
                        <label for="expiry">{words.expires()}</label>
                        <select id="expiry" name="expiry">{expiry}</select>
                    </div>
                    <Field name="at" label=words.at_time() kind="datetime-local" back=back.clone()/>
                    <p class="hint plain-only">"UTC"</p>
                </div>
                <ScopeFields nodes back/>
                <button class="button primary">{words.add_to_whitelist()}</button>
            </form>
        </section>
    }
}

/// One click for whoever sits at the customer's desk.
#[component]
pub(super) fn OwnAddress() -> impl IntoView {
    let words = words();
    let own = visitor().address?.to_canonical().to_string();
    Some(view! {
        <form class="own-address" method="post" action="/api/ui/whitelist_add" data-enhance="">
            <input type="hidden" name="network" value=own.clone()/>
            <input type="hidden" name="expiry" value="8h"/>
            <button class="button" title=words.your_address(&own)>
                <Icon name="user"/>
                {words.whitelist_my_ip()}
                <span class="mono muted">{own.clone()}</span>
            </button>
        </form>
    })
}
