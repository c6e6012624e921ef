//! What each node really has: in its files and in the running jail.

use backend::config::{Content, NodeFound};
use domain::jail::JailConfig;
use leptos::prelude::*;

use crate::pages::jail::changes::span;
use crate::request::words;
use crate::widgets::{Ago, Chip, Hint, Shade};

#[component]
pub(super) fn NodeTable(nodes: Vec<NodeFound>) -> impl IntoView {
    let words = words();
    let lines = nodes.into_iter().map(|found| view! { <Node found/> });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return view! { <section class="card"><h2>{words.node_has()}</h2><Hint text=words.jail_no_node()/></section> }
            .into_any();
    }
    view! {
        <section class="card" aria-labelledby="nodes-title">
            <h2 id="nodes-title">{words.node_has()}</h2>
            <Hint text=words.node_has_text()/>
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.node()}</th>
                            <th></th>
                            <th>{words.maxretry()}</th>
                            <th>{words.findtime()}</th>
                            <th>{words.bantime()}</th>
                            <th>{words.ignoreip()}</th>
                            <th>{words.read_at()}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// One row where both agree, two where they do not.
#[component]
fn Node(found: NodeFound) -> impl IntoView {
    let words = words();
    let jail = |content: Option<Content>| match content {
        Some(Content::Jail(jail)) => Some(jail),
        _ => None,
    };
    let (file, running) = (jail(found.content), jail(found.running));
    let name = found.name;
    let at = found.found_at;
    let differs = file.is_some() && running.is_some();
    let rows = match (file, running) {
        (Some(file), None) => vec![(None, file, None)],
        (Some(file), Some(running)) => vec![
            (Some(words.in_the_file()), file.clone(), None),
            (Some(words.in_force()), running, Some(file)),
        ],
        (None, Some(running)) => vec![(Some(words.in_force()), running, None)],
        (None, None) => Vec::new(),
    };
    let problem = found.problem;
    if rows.is_empty() {
        return view! {
            <tr data-key=name.clone()>
                <td class="strong nowrap" data-label=words.node()><a href=format!("/nodes/{name}")>{name.clone()}</a></td>
                <td colspan="6">
                    {match problem {
                        Some(problem) => view! { <Chip shade=Shade::Bad text=words.because(&problem)/> }.into_any(),
                        None => view! { <span class="muted">{words.not_reported()}</span> }.into_any(),
                    }}
                </td>
            </tr>
        }
        .into_any();
    }
    rows.into_iter()
        .map(|(place, config, other)| {
            let key = format!("{name}-{}", place.unwrap_or_default());
            view! {
                <tr data-key=key>
                    <td class="strong nowrap" data-label=words.node()><a href=format!("/nodes/{name}")>{name.clone()}</a></td>
                    <td>
                        {place.map(|place| view! { <span class="muted">{place}</span> })}
                        {(differs && other.is_some())
                            .then(|| view! { <Chip shade=Shade::Attention text=words.differs() title=words.jail_differs_text()/> })}
                    </td>
                    <Values config other/>
                    <td class="nowrap" data-label=words.read_at()>{at.map(|at| view! { <Ago at/> })}</td>
                </tr>
            }
        })
        .collect_view()
        .into_any()
}

/// The four settings; marked where `other` has another.
#[component]
fn Values(
    config: JailConfig,
    #[prop(optional_no_strip)] other: Option<JailConfig>,
) -> impl IntoView {
    let words = words();
    let cell = |label: &'static str, text: String, same: bool| {
        view! {
            <td data-label=label>
                {if same {
                    view! { <span>{text}</span> }.into_any()
                } else {
                    view! { <mark>{text}</mark> }.into_any()
                }}
            </td>
        }
    };
    let same = |with: fn(&JailConfig, &JailConfig) -> bool| {
        other.as_ref().is_none_or(|other| with(&config, other))
    };
    view! {
        {cell(words.maxretry(), config.maxretry.get().to_string(), same(|a, b| a.maxretry == b.maxretry))}
        {cell(words.findtime(), span(words, config.findtime.get()), same(|a, b| a.findtime == b.findtime))}
        {cell(words.bantime(), span(words, config.bantime.get()), same(|a, b| a.bantime == b.bantime))}
        <td data-label=words.ignoreip()>
            <Ignored config=config.clone() same=same(|a, b| a.ignore == b.ignore)/>
        </td>
    }
}

#[component]
fn Ignored(config: JailConfig, same: bool) -> impl IntoView {
    let words = words();
    let count = words.networks_count(config.ignore.len());
    let list: Vec<String> = config.ignore.iter().map(ToString::to_string).collect();
    view! {
        <details>
            <summary>{if same { view! { <span>{count}</span> }.into_any() } else { view! { <mark>{count}</mark> }.into_any() }}</summary>
            <ul class="lines mono">{list.into_iter().map(|network| view! { <li>{network}</li> }).collect_view()}</ul>
        </details>
    }
}
