//! The most of something, as a table with bars.

use leptos::prelude::*;

use super::share::{Change, share};
use crate::request::words;
use crate::widgets::grouped;

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Rank {
    /// What it is.
    pub name: String,
    /// Said beside the name.
    pub note: Option<String>,
    /// To what it counts.
    pub href: String,
    /// How many.
    pub events: i64,
    /// How many in the period before.
    pub before: i64,
}

/// The most first. `whole` is what shares are of; `head` what the names are.
#[component]
pub(crate) fn Ranks(
    ranks: Vec<Rank>,
    whole: i64,
    head: &'static str,
    empty: &'static str,
) -> impl IntoView {
    let words = words();
    if ranks.is_empty() {
        return view! { <p class="muted">{empty}</p> }.into_any();
    }
    let most = ranks
        .iter()
        .map(|rank| rank.events)
        .max()
        .unwrap_or(1)
        .max(1);
    let rows = ranks
        .into_iter()
        .map(|rank| {
            let width = format!(
                "{}%",
                (i128::from(rank.events) * 100 / i128::from(most)).max(1)
            );
            view! {
                <tr data-key=rank.name.clone()>
                    <th scope="row" class="rank">
                        <svg class="rank-bar" aria-hidden="true" width="100%" height="100%">
                            <rect width=width height="100%" rx="3"></rect>
                        </svg>
                        <a class="mono" href=rank.href data-enhance="">{rank.name.clone()}</a>
                        {rank.note.map(|note| view! { " "<span class="muted">{note}</span> })}
                    </th>
                    <td class="number">{grouped(rank.events)}</td>
                    <td class="number muted">{share(rank.events, whole)}</td>
                    <td class="number"><Change now=rank.events before=rank.before/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="compact ranks">
            <thead>
                <tr>
                    <th>{head}</th>
                    <th class="number">{words.count()}</th>
                    <th class="number">{words.share()}</th>
                    <th class="number" title=words.change_explained()>{words.change()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
