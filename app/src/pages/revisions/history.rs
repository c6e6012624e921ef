//! Every revision of a line, the newest first.

use backend::config::RevisionRow;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::revisions::kinds::page;
use crate::pages::revisions::screen::Screen;
use crate::request::{may, query, scope, words};
use crate::widgets::{Ago, Chip, Hint, Shade};

/// As many as one page of the history has.
const PAGE: usize = 100;

#[component]
pub(super) fn History(screen: Screen) -> impl IntoView {
    let words = words();
    let rows = screen.revisions.clone();
    if rows.is_empty() {
        return ().into_any();
    }
    let path = page(screen.kind);
    let older = rows.last().filter(|_| rows.len() >= PAGE);
    let older = older.map(|row| link(path, &[("before", row.number.to_string())], "history"));
    // The two newest, unless others were chosen.
    let newest = if screen.has_draft() {
        "draft".to_owned()
    } else {
        rows[0].id.to_string()
    };
    let second = rows
        .get(usize::from(!screen.has_draft()))
        .unwrap_or(&rows[0]);
    let from = query("from").unwrap_or_else(|| second.id.to_string());
    let to = query("to").unwrap_or(newest);
    let draft = screen.has_draft().then(|| {
        view! {
            <tr data-key="draft">
                <td class="pick"><Pick name="from" value="draft".to_owned() chosen=from == "draft" said=words.compare_old(words.draft())/></td>
                <td class="pick"><Pick name="to" value="draft".to_owned() chosen=to == "draft" said=words.compare_new(words.draft())/></td>
                <td data-label=words.revision()>{words.draft()}</td>
                <td colspan="5"></td>
            </tr>
        }
    });
    let deployed = screen
        .view
        .deployed
        .as_ref()
        .map(|deployed| deployed.row.clone());
    let lines = rows.iter().enumerate().map(|(place, row)| {
        let before = rows.get(place + 1).map(|before| before.id);
        let deployed = deployed.clone();
        let changed = before.map(|before| {
            link(
                path,
                &[("from", before.to_string()), ("to", row.id.to_string())],
                "compare",
            )
        });
        view! { <Row row=row.clone() deployed changed from=from.clone() to=to.clone() path/> }
    });
    view! {
        <section class="card" id="history" aria-labelledby="history-title">
            <h2 id="history-title">{words.history_of_line()}</h2>
            <Hint text=words.compare_hint()/>
            <form method="get" action=format!("{path}#compare")>
                {scope().map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
                <div class="table-box">
                    <table class="revisions">
                        <thead>
                            <tr>
                                <th class="tick">{words.side_from()}</th>
                                <th class="tick">{words.side_to()}</th>
                                <th>{words.revision()}</th>
                                <th>{words.message()}</th>
                                <th>{words.author()}</th>
                                <th>{words.time()}</th>
                                <th>{words.deployed_where()}</th>
                                <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                            </tr>
                        </thead>
                        <tbody>{draft}{lines.collect_view()}</tbody>
                    </table>
                </div>
                <div class="table-foot">
                    <button class="button">{words.compare()}</button>
                    <span class="pager">
                        {query("before").map(|_| view! { <a class="button" href=link(path, &[], "history")>{words.newest()}</a> })}
                        {older.map(|href| view! { <a class="button" href=href>{words.older()}</a> })}
                    </span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Row(
    row: RevisionRow,
    #[prop(optional_no_strip)] deployed: Option<RevisionRow>,
    #[prop(optional_no_strip)] changed: Option<String>,
    from: String,
    to: String,
    path: &'static str,
) -> impl IntoView {
    let words = words();
    let id = row.id.to_string();
    let name = words.revision_number(row.number);
    let back = deployed
        .filter(|deployed| row.number < deployed.number && may(Permission::Configure))
        .map(|deployed| {
            link(
                path,
                &[("from", deployed.id.to_string()), ("to", id.clone())],
                "compare",
            )
        });
    let place = match row.nodes {
        0 => view! { <span class="muted">{words.on_no_node()}</span> }.into_any(),
        1 => view! { <Chip shade=Shade::Good text=words.on_one_node()/> }.into_any(),
        nodes => view! { <Chip shade=Shade::Good text=words.on_nodes(nodes)/> }.into_any(),
    };
    view! {
        <tr data-key=id.clone()>
            <td class="pick"><Pick name="from" value=id.clone() chosen=from == id said=words.compare_old(&name)/></td>
            <td class="pick"><Pick name="to" value=id.clone() chosen=to == id said=words.compare_new(&name)/></td>
            <td class="nowrap strong" data-label=words.revision()>{row.number.to_string()}</td>
            <td data-label=words.message()><span class="clamp" title=row.message.clone()>{row.message.clone()}</span></td>
            <td class="nowrap" data-label=words.author()>{row.actor}</td>
            <td class="nowrap" data-label=words.time()><Ago at=row.created_at/></td>
            <td class="nowrap" data-label=words.deployed_where()>{place}</td>
            <td class="row-actions">
                {changed.map(|href| view! { <a class="button small quiet" href=href>{words.what_changed()}</a> })}
                {back.map(|href| view! { <a class="button small" href=href>{words.roll_back()}" "<span class="visually-hidden">{name.clone()}</span></a> })}
            </td>
        </tr>
    }
}

/// One of the two to compare.
#[component]
fn Pick(name: &'static str, value: String, chosen: bool, said: String) -> impl IntoView {
    view! { <input type="radio" name=name value=value checked=chosen aria-label=said/> }
}

/// This page with other parameters, at one of its parts.
fn link(path: &str, parameters: &[(&str, String)], part: &str) -> String {
    let node = scope().map(|node| ("node", node.to_string()));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(node.iter().chain(parameters));
    let query = query.finish();
    if query.is_empty() {
        format!("{path}#{part}")
    } else {
        format!("{path}?{query}#{part}")
    }
}
