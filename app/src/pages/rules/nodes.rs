//! What each node has now, and what goes into its file.

use backend::config::{Content, NodeFound};
use domain::cti::{CallRules, file};
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{Ago, Chip, Hint, Shade};

#[component]
pub(super) fn NodeTable(nodes: Vec<NodeFound>) -> impl IntoView {
    let words = words();
    if nodes.is_empty() {
        return view! { <section class="card"><h2>{words.node_has()}</h2><Hint text=words.rules_no_node()/></section> }
            .into_any();
    }
    let rows = nodes.into_iter().map(|found| view! { <Node found/> });
    view! {
        <section class="card" aria-labelledby="nodes-title">
            <h2 id="nodes-title">{words.node_has()}</h2>
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.node()}</th>
                            <th>{words.call_rules()}</th>
                            <th>{words.log_name()}</th>
                            <th>{words.read_at()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Node(found: NodeFound) -> impl IntoView {
    let words = words();
    let rules = match found.content {
        Some(Content::CallRules(rules)) => Some(rules),
        _ => None,
    };
    let log = rules.as_ref().map(|rules| rules.filename.to_string());
    let said = match (rules, found.problem) {
        (_, Some(problem)) => {
            view! { <Chip shade=Shade::Bad text=words.because(&problem)/> }.into_any()
        }
        (Some(rules), None) => words.rules_sentence(&rules).into_any(),
        (None, None) if found.found_at.is_some() => {
            view! { <span class="muted">{words.rules_absent()}</span> }.into_any()
        }
        (None, None) => view! { <span class="muted">{words.not_reported()}</span> }.into_any(),
    };
    let name = found.name;
    view! {
        <tr data-key=name.clone()>
            <td class="strong" data-label=words.node()><a href=format!("/nodes/{name}")>{name.clone()}</a></td>
            <td data-label=words.call_rules()>{said}</td>
            <td class="mono breaks" data-label=words.log_name()>{log}</td>
            <td class="nowrap" data-label=words.read_at()>{found.found_at.map(|at| view! { <Ago at/> })}</td>
        </tr>
    }
}

/// The section as it is written, also of rules that are not saved.
#[component]
pub(super) fn SectionText(rules: CallRules) -> impl IntoView {
    let words = words();
    let text = file::write(b"", &rules).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    view! {
        <details class="card" id="section">
            <summary>{words.rules_preview()}</summary>
            <Hint text=words.rules_preview_text()/>
            <pre class="file" tabindex="0">{text}</pre>
        </details>
    }
}
