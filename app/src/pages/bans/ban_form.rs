//! Banning by hand.

use backend::nodes::NodeName;
use domain::role::Permission;
use leptos::prelude::*;

use crate::request::{FormBack, may, words};
use crate::widgets::{Field, Icon, NetworkField, ScopeFields};

/// A panel that opens without JavaScript; stays open when its form was refused.
#[component]
pub(in crate::pages) fn BanForm(
    nodes: Vec<NodeName>,
    /// Whom, unless something else is typed.
    #[prop(into, optional)]
    network: String,
    /// Open from the start.
    #[prop(optional)]
    asked: bool,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let open = asked || back.is_some();
    let label = if network.is_empty() {
        words.ban_an_address().to_owned()
    } else {
        words.ban_named(&network)
    };
    view! {
        <details class="dropdown panel" id="ban" open=open>
            <summary class="button primary"><Icon name="ban"/>{label}</summary>
            <form method="post" action="/api/ui/ban" class="dropdown-panel form" data-enhance="">
                <NetworkField value=network back=back.clone()/>
                <Field name="reason" label=words.reason() hint=words.reason_hint() max=500 back=back.clone()/>
                <ScopeFields nodes back/>
                {may(Permission::WideNetworks)
                    .then(|| {
                        view! {
                            <label class="choice">
                                <input type="checkbox" name="confirm_wide" value="true"/>
                                {words.confirm_wide()}
                            </label>
                        }
                    })}
                <button class="button primary">{words.ban_verb()}</button>
            </form>
        </details>
    }
}
