//! The entries of the open list, one form to add or change one, one to add many.

use domain::acl::{AclList, Action, Entry};
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::acl::address::{Address, PAGE, list_address};
use crate::pages::acl::edit::told;
use crate::pages::acl::lists::ActionChip;
use crate::pages::revisions::{DraftFields, Screen};
use crate::request::{FormBack, may, words};
use crate::widgets::{AddressLink, Area, Field, Hint, NetworkField};

#[component]
pub(super) fn Entries(
    list: AclList,
    screen: Screen,
    address: Address,
    #[prop(optional_no_strip)] back: Option<FormBack>,
    #[prop(optional_no_strip)] paste_back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let name = list.name.to_string();
    let all = list.entries.len();
    let from = if address.from < all { address.from } else { 0 };
    let to = all.min(from + PAGE);
    let configures = may(Permission::Configure);
    let rows = (from..to)
        .map(|index| view! { <Row list=list.clone() index configures/> })
        .collect_view();
    let table = if all == 0 {
        view! { <p class="muted">{words.no_entries()}</p> }.into_any()
    } else {
        view! {
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.acl_action()}</th>
                            <th>{words.address_or_network()}</th>
                            <th>{words.comment()}</th>
                            <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(all > PAGE).then(|| view! { <Pages name=name.clone() from to all/> })}
        }
        .into_any()
    };
    let forms = configures.then(|| {
        let edited = address.edit.filter(|index| *index < all);
        let (screen, list) = (screen.clone(), list.clone());
        view! {
            <EntryForm list=list.clone() screen=screen.clone() edited back/>
            <PasteForm list screen back=paste_back/>
        }
    });
    view! {
        <section class="card" id="entries" aria-labelledby="entries-title">
            <h2 id="entries-title">{words.entries_of(&name, all)}</h2>
            <Hint text=words.entry_order()/>
            <form id="entry-remove" method="post" action="/api/ui/acl_entry_remove" data-enhance="">
                <input type="hidden" name="list" value=name.clone()/>
                <DraftFields screen/>
            </form>
            {table}
            {forms}
        </section>
    }
}

#[component]
fn Row(list: AclList, index: usize, configures: bool) -> impl IntoView {
    let words = words();
    let Entry {
        action, comment, ..
    } = list.entries[index].clone();
    let network = list.entries[index].network().to_string();
    let edit = list_address(list.name.as_str(), &format!("&edit={index}#entry"));
    view! {
        <tr data-key=told(&list, index)>
            <td data-label=words.acl_action()><ActionChip action/></td>
            <td class="mono breaks" data-label=words.address_or_network()><AddressLink network=list.entries[index].network()/></td>
            <td class="breaks" data-label=words.comment()>{comment.to_string()}</td>
            <td class="row-actions">
                {configures
                    .then(|| {
                        view! {
                            <a class="button small" href=edit aria-label=words.edit_named(&network)>{words.edit_short()}</a>
                            " "
                            <button
                                class="button small"
                                form="entry-remove"
                                name="entry"
                                value=told(&list, index)
                                aria-label=words.remove_named(&network)
                            >
                                {words.remove()}
                            </button>
                        }
                    })}
            </td>
        </tr>
    }
}

#[component]
fn Pages(name: String, from: usize, to: usize, all: usize) -> impl IntoView {
    let words = words();
    let page = |from: usize| list_address(&name, &format!("&from={from}#entries"));
    view! {
        <p class="buttons">
            {(from > 0)
                .then(|| view! { <a class="button small" href=page(from.saturating_sub(PAGE))>{words.previous_page()}</a> })}
            <span class="muted">{words.more_entries(from + 1, to, all)}</span>
            {(to < all).then(|| view! { <a class="button small" href=page(to)>{words.next_page()}</a> })}
        </p>
    }
}

#[component]
fn EntryForm(
    list: AclList,
    screen: Screen,
    #[prop(optional_no_strip)] edited: Option<usize>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let name = list.name.to_string();
    let entry = edited.map(|index| list.entries[index].clone());
    let network = entry
        .as_ref()
        .map(|entry| entry.network().to_string())
        .unwrap_or_default();
    let comment = entry
        .as_ref()
        .map(|entry| entry.comment.to_string())
        .unwrap_or_default();
    // In a list that keeps out, an entry usually lets in.
    let usual = if list.default == Action::Deny {
        Action::Allow
    } else {
        Action::Deny
    };
    let action = entry.as_ref().map_or(usual, |entry| entry.action);
    let title = match edited {
        Some(_) => words.change_entry(&network),
        None => words.add_entry_to(&name),
    };
    view! {
        <h3 id="entry">{title}</h3>
        <form method="post" action="/api/ui/acl_entry_save" class="form in-columns" data-enhance="">
            <input type="hidden" name="list" value=name.clone()/>
            <input type="hidden" name="entry" value=edited.map(|index| told(&list, index)).unwrap_or_default()/>
            <DraftFields screen back=back.clone()/>
            <ActionField name="action" label=words.acl_action() action back=back.clone()/>
            <NetworkField value=network back=back.clone()/>
            <Field name="comment" label=words.comment() value=comment max=120 back/>
            <button class="button">
                {if edited.is_some() { words.save_entry() } else { words.add_entry() }}
            </button>
            {edited.map(|_| view! { <a class="button quiet" href=list_address(&name, "")>{words.cancel()}</a> })}
        </form>
    }
}

#[component]
fn PasteForm(
    list: AclList,
    screen: Screen,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let open = back.is_some();
    let replace = back
        .as_ref()
        .is_some_and(|form| form.value("replace").is_some());
    view! {
        <details class="more" open=open>
            <summary>{words.paste_title()}</summary>
            <form method="post" action="/api/ui/acl_paste" class="form" data-enhance="">
                <input type="hidden" name="list" value=list.name.to_string()/>
                <DraftFields screen back=back.clone()/>
                <Area name="lines" label=words.paste_lines() hint=words.paste_hint() rows=8 max=500_000 back=back.clone()/>
                <ActionField name="paste_action" label=words.acl_action() action=Action::Allow back/>
                <label class="choice">
                    <input type="checkbox" name="replace" value="on" checked=replace/>
                    {words.paste_replace()}
                </label>
                <div class="buttons"><button class="button">{words.paste_add()}</button></div>
            </form>
        </details>
    }
}

/// Allow or deny.
#[component]
pub(super) fn ActionField(
    name: &'static str,
    #[prop(into)] label: String,
    action: Action,
    /// As the default of a list.
    #[prop(optional)]
    default: bool,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let typed = back
        .as_ref()
        .and_then(|form| form.value(name))
        .and_then(|typed| typed.parse().ok());
    let chosen = typed.unwrap_or(action);
    let option = |action: Action| {
        let text = if default {
            words.acl_default_word(action)
        } else {
            words.acl_action_word(action)
        };
        view! { <option value=action.as_str() selected=chosen == action>{text}</option> }
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{option(Action::Allow)}{option(Action::Deny)}</select>
        </div>
    }
}
