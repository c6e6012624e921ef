//! One field of a form: label, input, hint, and after a refusal what was typed and what is wrong.

use backend::nodes::NodeName;
use leptos::prelude::*;

use crate::request::{FormBack, words};

/// A labelled input. `back` is the refused form, if any.
#[component]
pub(crate) fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(into, optional)] value: String,
    #[prop(optional)] required: bool,
    #[prop(default = 200)] max: usize,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] mono: bool,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let problem = back
        .as_ref()
        .filter(|form| form.field == name)
        .map(|form| form.problem.clone());
    let typed = back
        .as_ref()
        .and_then(|form| form.value(name))
        .map(ToOwned::to_owned);
    let hint_id = format!("{name}-hint");
    let problem_id = format!("{name}-problem");
    let described = match (problem.is_some(), hint.is_empty()) {
        (true, _) => Some(problem_id.clone()),
        (false, false) => Some(hint_id.clone()),
        (false, true) => None,
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                class=mono.then_some("mono")
                value=typed.unwrap_or(value)
                required=required
                maxlength=max.to_string()
                autocomplete=autocomplete
                spellcheck="false"
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described
            />
            {match problem {
                Some(problem) => {
                    view! { <p class="problem" id=problem_id role="alert">{problem}</p> }.into_any()
                }
                None if !hint.is_empty() => {
                    view! { <p class="hint" id=hint_id>{hint}</p> }.into_any()
                }
                None => ().into_any(),
            }}
        </div>
    }
}

/// A labelled text of several lines. `back` is the refused form, if any.
#[component]
pub(crate) fn Area(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] value: String,
    #[prop(default = 5)] rows: usize,
    #[prop(default = 64_000)] max: usize,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let problem = back
        .as_ref()
        .filter(|form| form.field == name)
        .map(|form| form.problem.clone());
    let typed = back.as_ref().and_then(|form| form.value(name));
    // The framework writes the text of this element as it is; and the parser drops a line end right
    // after the tag.
    let text = typed.unwrap_or(&value).replace('&', "&amp;");
    let text = format!("\n{}", text.replace('<', "&lt;"));
    let described = if problem.is_some() { "problem" } else { "hint" };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <textarea
                id=name
                name=name
                class="mono"
                rows=rows.to_string()
                maxlength=max.to_string()
                spellcheck="false"
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=format!("{name}-{described}")
            >
                {text}
            </textarea>
            {match problem {
                Some(problem) => {
                    view! { <p class="problem" id=format!("{name}-problem") role="alert">{problem}</p> }.into_any()
                }
                None => view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> }.into_any(),
            }}
        </div>
    }
}

/// Where a form asks for an address or network.
#[component]
pub(crate) fn NetworkField(
    #[prop(into, optional)] value: String,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    view! {
        <Field
            name="network"
            label=words.address_or_network()
            hint=words.address_hint()
            value
            required=true
            mono=true
            max=64
            back
        />
    }
}

/// A line of explanation.
#[component]
pub(crate) fn Hint(#[prop(into)] text: String) -> impl IntoView {
    view! { <p class="hint">{text}</p> }
}

/// "All nodes" or some of them. After a refusal the same ones are chosen: what was meant for one
/// node must not go to all.
#[component]
pub(crate) fn ScopeFields(
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let some = back
        .as_ref()
        .is_some_and(|form| form.value("scope") == Some("nodes"));
    let problem = back
        .as_ref()
        .filter(|form| form.field == "scope")
        .map(|form| form.problem.clone());
    let described = problem.is_some().then_some("scope-problem");
    let ticked = move |node: &NodeName| {
        let id = node.id.to_string();
        back.as_ref().is_some_and(|form| form.has("nodes[]", &id))
    };
    view! {
        <fieldset class="field" aria-describedby=described>
            <legend>{words.where_scope()}</legend>
            <label class="choice">
                <input type="radio" name="scope" value="all" checked=!some/>
                {words.all_nodes()}
            </label>
            <label class="choice">
                <input type="radio" name="scope" value="nodes" checked=some/>
                {words.these_nodes()}
            </label>
            <div class="choices scope-nodes">
                {nodes
                    .into_iter()
                    .map(|node| {
                        view! {
                            <label class="choice">
                                <input
                                    type="checkbox"
                                    name="nodes[]"
                                    value=node.id.to_string()
                                    checked=ticked(&node)
                                />
                                {node.name}
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
            {problem.map(|problem| view! { <p class="problem" id="scope-problem" role="alert">{problem}</p> })}
        </fieldset>
    }
}
