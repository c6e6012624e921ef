//! Search and filters: one form with a GET, so that every view has an address of its own.

use backend::bans::BanState;
use backend::nodes::NodeName;
use leptos::prelude::*;

use crate::pages::bans::query::{PageQuery, sort_text, state_text};
use crate::request::words;
use crate::widgets::FilterChip;

#[component]
pub(super) fn Filters(
    query: PageQuery,
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] problem: Option<String>,
) -> impl IntoView {
    let words = words();
    let states = [
        (BanState::Effective, words.effective()),
        (BanState::NotEffective, words.not_effective()),
    ]
    .map(|(state, text)| {
        let selected = query.state == Some(state);
        view! { <option value=state_text(state) selected=selected>{text}</option> }
    })
    .collect_view();
    view! {
        <form class="filters" method="get" action="/bans" data-enhance="" role="search" aria-label=words.filter()>
            <input
                type="search"
                name="search"
                class="mono"
                maxlength="64"
                value=query.search.clone()
                aria-label=words.address_or_network()
                placeholder=words.address_or_network()
                aria-invalid=problem.is_some().then_some("true")
            />
            {query.node.map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
            <select name="state" aria-label=words.filter_state()>
                <option value="">{words.any_state()}</option>
                {states}
            </select>
            {query.sort.map(|sort| view! { <input type="hidden" name="sort" value=sort_text(sort)/> })}
            {query.ascending.then(|| view! { <input type="hidden" name="order" value="up"/> })}
            <button class="button plain-only">{words.apply()}</button>
            <Chips query nodes/>
        </form>
        {problem.map(|problem| view! { <p class="problem" role="alert">{problem}</p> })}
    }
}

/// What is filtered, each to be taken away with one click.
#[component]
fn Chips(query: PageQuery, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    let chip = |text: String, without: PageQuery| {
        view! { <FilterChip text without=without.restart().url()/> }
    };
    let search = query.search.clone().map(|text| {
        chip(
            text,
            PageQuery {
                search: None,
                ..query.clone()
            },
        )
    });
    let node = query.node.map(|id| {
        let name = nodes
            .iter()
            .find(|node| node.id == id)
            .map(|node| node.name.clone());
        chip(
            name.unwrap_or_else(|| id.to_string()),
            PageQuery {
                node: None,
                ..query.clone()
            },
        )
    });
    let state = query.state.map(|state| {
        let text = match state {
            BanState::Effective => words.effective(),
            BanState::NotEffective => words.not_effective(),
        };
        chip(
            text.to_owned(),
            PageQuery {
                state: None,
                ..query.clone()
            },
        )
    });
    view! { <span class="chips">{search}{node}{state}</span> }
}
