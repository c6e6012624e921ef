//! Taking lists over from a file.

use domain::ids::NodeId;
use leptos::prelude::*;

use crate::pages::revisions::{DraftFields, Screen};
use crate::request::{FormBack, words};
use crate::widgets::{Area, Field};

#[component]
pub(super) fn BringIn(
    screen: Screen,
    /// Whose files can be taken from.
    nodes: Vec<(NodeId, String)>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let open = back.is_some();
    view! {
        <details class="card more" id="import" open=open>
            <summary>{words.import_title()}</summary>
            <form method="post" action="/api/ui/acl_import" class="form" data-enhance="">
                <DraftFields screen back=back.clone()/>
                <div class="field">
                    <label for="from_node">{words.import_from()}</label>
                    <select id="from_node" name="from_node">
                        <option value="">{words.import_pasted()}</option>
                        {nodes
                            .into_iter()
                            .map(|(node, name)| view! { <option value=node.to_string()>{name}</option> })
                            .collect_view()}
                    </select>
                </div>
                <Area name="file" label=words.import_file() hint=words.import_hint() rows=8 max=1_000_000 back=back.clone()/>
                <Field name="only" label=words.import_only() hint=words.import_only_hint() mono=true max=64 back/>
                <div class="buttons"><button class="button">{words.import_do()}</button></div>
            </form>
        </details>
    }
}
