//! Search and filters: one form with a GET, so that every view has an address of its own.

use backend::nodes::NodeName;
use domain::attack::Kind;
use leptos::prelude::*;

use crate::pages::attacks::query::{PageQuery, shown};
use crate::request::words;
use crate::widgets::{FilterChip, Icon};

#[component]
pub(super) fn Filters(query: PageQuery, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    let kinds = Kind::ALL
        .map(|kind| {
            let selected = query.kind == Some(kind);
            view! { <option value=kind.as_str() selected=selected>{words.attack_kind(kind)}</option> }
        })
        .collect_view();
    let countries = words
        .countries()
        .map(|(code, name)| view! { <option value=code>{name}</option> })
        .collect_view();
    let period = query
        .period
        .pairs()
        .into_iter()
        .chain(query.node.map(|node| ("node", node.to_string())))
        .chain(query.paused.map(|at| ("paused", at.to_string())))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let field = |name: &'static str, label: &'static str, value: Option<String>, max: usize| {
        let mistyped = query.mistyped(name);
        let problem = mistyped.is_some().then(|| match name {
            "country" => words.problem_country(),
            _ => words.problem_asn(),
        });
        let problem_id = format!("filter-{name}-problem");
        view! {
            <div class="field">
                <label for=format!("filter-{name}")>{label}</label>
                <input
                    id=format!("filter-{name}")
                    class="mono"
                    name=name
                    maxlength=max.to_string()
                    autocomplete="off"
                    list=(name == "country").then_some("countries")
                    value=mistyped.or(value)
                    aria-invalid=problem.is_some().then_some("true")
                    aria-describedby=problem.is_some().then(|| problem_id.clone())
                />
                {problem.map(|problem| view! { <p class="problem" id=problem_id role="alert">{problem}</p> })}
            </div>
        }
    };
    view! {
        <form class="filters" method="get" action="/attacks" data-enhance="" role="search" aria-label=words.filter()>
            <input
                type="search"
                name="search"
                class="mono"
                maxlength="100"
                value=query.search.clone()
                aria-label=words.attacks_search()
                placeholder=words.attacks_search()
            />
            <select name="kind" aria-label=words.kind()>
                <option value="">{words.any_kind()}</option>
                {kinds}
            </select>
            {period}
            <details class="dropdown panel" id="more-filters" open=!query.wrong.is_empty()>
                <summary class="button"><Icon name="filter"/>{words.more_filters()}</summary>
                <div class="dropdown-panel form">
                    {field("extension", words.extension(), query.extension.clone(), 100)}
                    {field("prefix", words.prefix_tried(), query.prefix.clone(), 20)}
                    {field("country", words.country_code(), query.country.clone(), 60)}
                    <datalist id="countries">{countries}</datalist>
                    {field("asn", words.network_asn(), query.asn.map(|asn| asn.to_string()), 60)}
                    <button class="button primary">{words.apply()}</button>
                </div>
            </details>
            <button class="button plain-only">{words.apply()}</button>
            <Chips query nodes/>
        </form>
    }
}

/// What is filtered, each to be taken away with one click.
#[component]
fn Chips(query: PageQuery, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    let chip = |text: String, without: &dyn Fn(&mut PageQuery)| {
        let mut other = query.clone();
        without(&mut other);
        view! { <FilterChip text without=other.restart().url()/> }.into_any()
    };
    let named = |name: &str, value: &str| format!("{name}: {}", shown(value));
    let mut chips = Vec::new();
    if let Some(text) = &query.search {
        chips.push(chip(shown(text), &|query| query.search = None));
    }
    if let Some(id) = query.node {
        let name = nodes.iter().find(|node| node.id == id);
        let name = name.map_or_else(|| id.to_string(), |node| node.name.clone());
        chips.push(chip(name, &|query| query.node = None));
    }
    if let Some(kind) = query.kind {
        let text = words.attack_kind(kind).to_owned();
        chips.push(chip(text, &|query| query.kind = None));
    }
    if let Some(text) = &query.extension {
        let text = named(words.extension(), text);
        chips.push(chip(text, &|query| query.extension = None));
    }
    if let Some(text) = &query.prefix {
        let text = named(words.prefix(), text);
        chips.push(chip(text, &|query| query.prefix = None));
    }
    if let Some(text) = &query.country {
        let text = named(words.country(), text);
        chips.push(chip(text, &|query| query.country = None));
    }
    if let Some(asn) = query.asn {
        chips.push(chip(format!("AS{asn}"), &|query| query.asn = None));
    }
    view! { <span class="chips">{chips}</span> }
}
