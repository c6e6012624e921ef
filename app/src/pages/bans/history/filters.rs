//! Search and filters: one form with a GET, so that every view has an address of its own.

use backend::nodes::NodeName;
use domain::ban::BanEventKind;
use leptos::prelude::*;

use crate::pages::attacks::shown;
use crate::pages::bans::history::query::PageQuery;
use crate::request::words;
use crate::widgets::FilterChip;

#[component]
pub(super) fn Filters(
    query: PageQuery,
    nodes: Vec<NodeName>,
    /// What is wrong with the search text.
    problem: Option<String>,
) -> impl IntoView {
    let words = words();
    let kinds = BanEventKind::KNOWN
        .map(|kind| {
            let selected = query.kind == Some(kind);
            view! { <option value=kind.as_str() selected=selected>{words.ban_event(kind)}</option> }
        })
        .collect_view();
    let kept = query
        .period
        .pairs()
        .into_iter()
        .chain(query.node.map(|node| ("node", node.to_string())))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let wrong_search = problem.is_some();
    let wrong_kind = query.wrong_kind;
    view! {
        <form class="filters" method="get" action="/bans/history" data-enhance="" role="search" aria-label=words.filter()>
            <input
                type="search"
                name="search"
                class="mono"
                maxlength="64"
                value=query.search.clone()
                aria-label=words.address_or_network()
                placeholder=words.address_or_network()
                aria-invalid=wrong_search.then_some("true")
                aria-describedby=wrong_search.then_some("filter-search-problem")
            />
            <select
                name="kind"
                aria-label=words.kind()
                aria-invalid=wrong_kind.then_some("true")
                aria-describedby=wrong_kind.then_some("filter-kind-problem")
            >
                <option value="">{words.any_kind()}</option>
                {kinds}
            </select>
            {kept}
            <button class="button plain-only">{words.apply()}</button>
            <Chips query nodes/>
            {problem
                .map(|problem| view! { <p class="problem" id="filter-search-problem" role="alert">{problem}</p> })}
            {wrong_kind
                .then(|| view! { <p class="problem" id="filter-kind-problem" role="alert">{words.problem_kind()}</p> })}
        </form>
    }
}

/// What is filtered, each to be taken away with one click.
#[component]
fn Chips(query: PageQuery, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    let chip = |text: String, without: PageQuery| {
        view! { <FilterChip text without=without.url(None)/> }
    };
    let search = query.search.as_deref().map(|text| {
        let without = PageQuery {
            search: None,
            ..query.clone()
        };
        chip(shown(text), without)
    });
    let node = query.node.map(|id| {
        let name = nodes.iter().find(|node| node.id == id);
        let name = name.map_or_else(|| id.to_string(), |node| node.name.clone());
        let without = PageQuery {
            node: None,
            ..query.clone()
        };
        chip(name, without)
    });
    let kind = query.kind.map(|kind| {
        let without = PageQuery {
            kind: None,
            ..query.clone()
        };
        chip(words.ban_event(kind).to_owned(), without)
    });
    view! { <span class="chips">{search}{node}{kind}</span> }
}
