//! All lists, one of them open.

use domain::acl::{AclList, AclLists, Action, ListName};
use leptos::prelude::*;

use crate::pages::acl::address::list_address;
use crate::request::words;
use crate::widgets::{Chip, Empty, Shade};

#[component]
pub(super) fn Lists(
    lists: AclLists,
    #[prop(optional_no_strip)] open: Option<ListName>,
) -> impl IntoView {
    let words = words();
    if lists.is_empty() {
        return view! { <Empty icon="list" title=words.acl_empty_title() text=words.acl_empty_text()/> }
            .into_any();
    }
    let lists: Vec<AclList> = lists.into();
    view! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.acl_list()}</th>
                        <th>{words.acl_default()}</th>
                        <th class="number">{words.entries()}</th>
                        <th class="number">{words.allow()}</th>
                        <th class="number">{words.deny()}</th>
                    </tr>
                </thead>
                <tbody>
                    {lists
                        .into_iter()
                        .map(|list| {
                            let current = open.as_ref() == Some(&list.name);
                            view! { <Row list current/> }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(list: AclList, current: bool) -> impl IntoView {
    let words = words();
    let allowing = list
        .entries
        .iter()
        .filter(|entry| entry.action == Action::Allow)
        .count();
    let all = list.entries.len();
    let name = list.name.to_string();
    view! {
        <tr data-key=name.clone()>
            <td class="mono strong breaks" data-label=words.acl_list()>
                <a href=list_address(&name, "") aria-current=current.then_some("true")>{name.clone()}</a>
            </td>
            <td data-label=words.acl_default()>
                <span class="chips">
                    <ActionChip action=list.default text=words.acl_default_word(list.default)/>
                    {list.adopted.then(|| view! { <Chip shade=Shade::Grey icon="copy" text=words.adopted_chip() title=words.adopt_hint()/> })}
                </span>
            </td>
            <td class="number" data-label=words.entries()>{all}</td>
            <td class="number" data-label=words.allow()>{allowing}</td>
            <td class="number" data-label=words.deny()>{all - allowing}</td>
        </tr>
    }
}

/// Allow or deny: a sign and a word.
#[component]
pub(super) fn ActionChip(
    action: Action,
    #[prop(optional)] text: Option<&'static str>,
) -> impl IntoView {
    let text = text.unwrap_or_else(|| words().acl_action_word(action));
    match action {
        Action::Allow => view! { <Chip shade=Shade::Good text/> },
        Action::Deny => view! { <Chip shade=Shade::Grey icon="ban" text/> },
    }
}
