//! Changing a rule.

use backend::alerts::{ChannelRow, RuleRow};
use backend::nodes::NodeName;
use domain::alert::{Kind, Recipients, Rule, Threshold};
use leptos::prelude::*;

use crate::request::{FormBack, words};
use crate::widgets::Field;

#[component]
pub(super) fn RuleEditor(
    row: RuleRow,
    nodes: Vec<NodeName>,
    channels: Vec<ChannelRow>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let rule = row.rule;
    let kind = rule.kind();
    let on = chosen(back.as_ref(), "on", &rule.on.to_string()) == "true";
    view! {
        <section class="card" id="edit" aria-labelledby="edit-title">
            <h2 id="edit-title">{words.rule_change_named(words.alert_kind(kind))}</h2>
            <form method="post" action="/api/ui/alert_rule_save" class="form" data-enhance="">
                <input type="hidden" name="kind" value=kind.as_str()/>
                <label class="choice">
                    <input type="checkbox" name="on" value="true" checked=on/>
                    {words.rule_on()}
                </label>
                <Thresholds rule=rule.clone() back=back.clone()/>
                {(!kind.is_news())
                    .then(|| {
                        view! { <Number name="cool_down" label=words.rule_cool_down() value=rule.cool_down.get() back=back.clone()/> }
                    })}
                {kind.is_news()
                    .then(|| view! { <input type="hidden" name="cool_down" value=rule.cool_down.get().to_string()/> })}
                <ScopeField rule=rule.clone() nodes back=back.clone()/>
                <Recipients rule channels back/>
                <div class="buttons">
                    <button class="button primary">{words.rule_save()}</button>
                    <a class="button" href="/alerts">{words.cancel_form()}</a>
                </div>
            </form>
        </section>
    }
}

/// What was typed, else what is set.
fn chosen(back: Option<&FormBack>, field: &str, set: &str) -> String {
    let typed = back.map(|form| form.value(field).unwrap_or_default());
    typed.unwrap_or(set).to_owned()
}

#[component]
fn Number(
    name: &'static str,
    label: &'static str,
    value: u32,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    view! { <Field name label value=value.to_string() required=true max=7 back/> }
}

#[component]
fn Thresholds(rule: Rule, #[prop(optional_no_strip)] back: Option<FormBack>) -> impl IntoView {
    let words = words();
    let minutes = |label, value: u32, back| {
        view! { <Number name="minutes" label value back/> }
    };
    match rule.threshold {
        Threshold::AttackRate {
            lines,
            minutes: within,
        } => view! {
            <Number name="lines" label=words.rule_lines() value=lines.get() back=back.clone()/>
            {minutes(words.rule_minutes_window(), within.get(), back)}
        }
        .into_any(),
        Threshold::NewCountry { days } => view! {
            <Number name="days" label=words.rule_days() value=days.get() back/>
        }
        .into_any(),
        Threshold::NodeSilent { minutes: long } | Threshold::BanNotEffective { minutes: long } => {
            minutes(words.rule_minutes_long(), long.get(), back).into_any()
        }
        Threshold::DeploymentFailed => ().into_any(),
    }
}

#[component]
fn ScopeField(
    rule: Rule,
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let set = rule.scope.map(|node| node.to_string()).unwrap_or_default();
    let chosen = chosen(back.as_ref(), "scope", &set);
    let problem = back
        .filter(|form| form.field == "scope")
        .map(|form| form.problem);
    let described = problem.is_some().then_some("scope-problem");
    let all = match rule.kind() {
        // Together, not each.
        Kind::AttackRate | Kind::NewCountry => words.rule_scope_together(),
        _ => words.rule_scope_all(),
    };
    let options = nodes.into_iter().map(|node| {
        let id = node.id.to_string();
        let selected = id == chosen;
        view! { <option value=id selected=selected>{node.name}</option> }
    });
    view! {
        <div class="field">
            <label for="scope">{words.rule_scope()}</label>
            <select id="scope" name="scope" aria-describedby=described>
                <option value="">{all}</option>
                {options.collect_view()}
            </select>
            {problem.map(|problem| view! { <p class="problem" id="scope-problem" role="alert">{problem}</p> })}
        </div>
    }
}

#[component]
fn Recipients(
    rule: Rule,
    channels: Vec<ChannelRow>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let set = match rule.recipients {
        Recipients::All => "all",
        Recipients::Some(_) => "some",
    };
    let some = chosen(back.as_ref(), "tells", set) == "some";
    let problem = back
        .as_ref()
        .filter(|form| form.field == "channels")
        .map(|form| form.problem.clone());
    let described = problem.is_some().then_some("channels-problem");
    let each = channels.into_iter().map(|channel| {
        let id = channel.id.to_string();
        let ticked = match &back {
            Some(form) => form.has("channels[]", &id),
            None => some && rule.tells(channel.id),
        };
        view! {
            <label class="choice">
                <input type="checkbox" name="channels[]" value=id checked=ticked/>
                {channel.name}
            </label>
        }
    });
    view! {
        <fieldset class="field" aria-describedby=described>
            <legend>{words.rule_tells()}</legend>
            <label class="choice">
                <input type="radio" name="tells" value="all" checked=!some/>
                {words.every_channel()}
            </label>
            <label class="choice">
                <input type="radio" name="tells" value="some" checked=some/>
                {words.rule_to_some()}
            </label>
            <div class="choices scope-nodes">{each.collect_view()}</div>
            {problem.map(|problem| view! { <p class="problem" id="channels-problem" role="alert">{problem}</p> })}
        </fieldset>
    }
}
