//! Adding a list, changing its name and default, taking it out.

use domain::acl::{AclList, Action};
use leptos::prelude::*;

use crate::pages::acl::entries::ActionField;
use crate::pages::revisions::{DraftFields, Screen};
use crate::request::{FormBack, words};
use crate::widgets::{Field, Hint};

#[component]
pub(super) fn AddList(
    screen: Screen,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    view! {
        <section class="card" id="add-list" aria-labelledby="add-list-title">
            <h2 id="add-list-title">{words.add_list()}</h2>
            <form method="post" action="/api/ui/acl_list_save" class="form" data-enhance="">
                <DraftFields screen back=back.clone()/>
                <div class="form-columns">
                    <Field name="name" label=words.list_name() hint=words.list_name_hint() required=true mono=true max=64 back=back.clone()/>
                    <ActionField name="default" label=words.acl_default() action=Action::Deny default=true back=back.clone()/>
                </div>
                <Adopt adopted=false back/>
                <div class="buttons"><button class="button">{words.add_list()}</button></div>
            </form>
        </section>
    }
}

/// Of the open list; the fields are named as those of [`AddList`], whose ids stand first.
#[component]
pub(super) fn ChangeList(
    list: AclList,
    screen: Screen,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let name = list.name.to_string();
    let open = back.is_some();
    let typed = |field: &str| {
        back.as_ref()
            .and_then(|form| form.value(field))
            .map(str::to_owned)
    };
    let problem = back
        .as_ref()
        .filter(|form| form.field == "name")
        .map(|form| form.problem.clone());
    let shown_name = typed("name").unwrap_or_else(|| name.clone());
    let default = typed("default")
        .and_then(|word| word.parse().ok())
        .unwrap_or(list.default);
    let option = |action: Action| {
        view! {
            <option value=action.as_str() selected=default == action>{words.acl_default_word(action)}</option>
        }
    };
    view! {
        <details class="card more" open=open>
            <summary>{words.change_list()}" · "<span class="mono">{name.clone()}</span></summary>
            <form method="post" action="/api/ui/acl_list_save" class="form" data-enhance="">
                <input type="hidden" name="list" value=name.clone()/>
                <DraftFields screen=screen.clone() back=back.clone()/>
                <div class="form-columns">
                    <div class="field">
                        <label for="list-name">{words.list_name()}</label>
                        <input id="list-name" name="name" class="mono" maxlength="64" required=true autocomplete="off" spellcheck="false" value=shown_name aria-invalid=problem.is_some().then_some("true")/>
                        {problem.map(|problem| view! { <p class="problem" role="alert">{problem}</p> })}
                    </div>
                    <div class="field">
                        <label for="list-default">{words.acl_default()}</label>
                        <select id="list-default" name="default">{option(Action::Allow)}{option(Action::Deny)}</select>
                        <p class="hint">{words.acl_default_hint()}</p>
                    </div>
                </div>
                <Adopt adopted=list.adopted back/>
                <div class="buttons"><button class="button">{words.save_draft()}</button></div>
            </form>
            <form method="post" action="/api/ui/acl_list_remove" class="form" data-enhance="">
                <input type="hidden" name="list" value=name.clone()/>
                <DraftFields screen/>
                <Hint text=words.remove_list_text()/>
                <div class="buttons"><button class="button danger">{words.remove_list_named(&name)}</button></div>
            </form>
        </details>
    }
}

#[component]
fn Adopt(adopted: bool, #[prop(optional_no_strip)] back: Option<FormBack>) -> impl IntoView {
    let words = words();
    let adopted = back.map_or(adopted, |form| form.value("adopted").is_some());
    view! {
        <div class="field">
            <label class="choice">
                <input type="checkbox" name="adopted" value="on" checked=adopted/>
                {words.adopt()}
            </label>
            <p class="hint">{words.adopt_hint()}</p>
        </div>
    }
}
