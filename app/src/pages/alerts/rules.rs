//! The rules, and which of them are on.

use backend::alerts::{ChannelRow, RuleRow};
use backend::nodes::NodeName;
use domain::alert::{Recipients, Threshold};
use domain::role::Permission;
use leptos::prelude::*;

use crate::request::{may, words};
use crate::widgets::{Chip, Hint, Shade, grouped};
use crate::words::Words;

#[component]
pub(super) fn Rules(
    rules: Vec<RuleRow>,
    channels: Vec<ChannelRow>,
    nodes: Vec<NodeName>,
) -> impl IntoView {
    let words = words();
    let none = channels.is_empty();
    let rows = rules
        .into_iter()
        .map(|row| view! { <Row row channels=channels.clone() nodes=nodes.clone()/> })
        .collect_view();
    view! {
        <section class="card" id="rules" aria-labelledby="rules-title">
            <h2 id="rules-title">{words.alert_rules()}</h2>
            {none.then(|| view! { <Hint text=words.alert_rules_wait()/> })}
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.alert_rule()}</th>
                            <th>{words.alert_what()}</th>
                            <th>{words.rule_scope()}</th>
                            <th>{words.rule_tells()}</th>
                            <th>{words.alert_state()}</th>
                            <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Row(row: RuleRow, channels: Vec<ChannelRow>, nodes: Vec<NodeName>) -> impl IntoView {
    let words = words();
    let rule = row.rule;
    let kind = rule.kind();
    let name = words.alert_kind(kind);
    let scope = rule.scope.map(|wanted| {
        let node = nodes.iter().find(|node| node.id == wanted);
        node.map_or_else(|| format!("#{wanted}"), |node| node.name.clone())
    });
    let tells = match &rule.recipients {
        Recipients::All => words.every_channel().to_owned(),
        Recipients::Some(_) => {
            let told = channels.iter().filter(|channel| rule.tells(channel.id));
            let names: Vec<&str> = told.map(|channel| channel.name.as_str()).collect();
            if names.is_empty() {
                words.no_channel().to_owned()
            } else {
                names.join(", ")
            }
        }
    };
    let (shade, state) = match (rule.on, row.active) {
        (_, true) => (Shade::Good, words.rule_active()),
        (true, false) => (Shade::Attention, words.rule_waits()),
        (false, false) => (Shade::Grey, words.rule_off()),
    };
    let every = words.duration(i64::from(rule.cool_down.get()) * 60);
    view! {
        <tr data-key=kind.as_str()>
            <td data-label=words.alert_rule()>{name}</td>
            <td data-label=words.alert_what()>
                {says(words, rule.threshold)}
                {(!kind.is_news()).then(|| view! { <span class="muted">{words.rule_reminds(&every)}</span> })}
            </td>
            <td data-label=words.rule_scope()>{scope.unwrap_or_else(|| words.rule_scope_all().to_owned())}</td>
            <td data-label=words.rule_tells()>{tells}</td>
            <td data-label=words.alert_state()><Chip shade text=state/></td>
            <td class="row-actions">
                {may(Permission::Alerts)
                    .then(|| {
                        let href = format!("/alerts?rule={}", kind.as_str());
                        view! {
                            <a class="button small" href=href aria-label=words.rule_change_named(name)>
                                {words.rule_change()}
                            </a>
                        }
                    })}
            </td>
        </tr>
    }
}

/// How much is too much.
pub(in crate::pages) fn says(words: Words, threshold: Threshold) -> String {
    match threshold {
        Threshold::AttackRate { lines, minutes } => {
            words.rule_says_attack_rate(&grouped(lines.get().into()), minutes.get())
        }
        Threshold::NewCountry { days } => words.rule_says_new_country(days.get()),
        Threshold::NodeSilent { minutes } => words.rule_says_node_silent(minutes.get()),
        Threshold::BanNotEffective { minutes } => words.rule_says_ban_not_effective(minutes.get()),
        Threshold::DeploymentFailed => words.rule_says_deployment_failed().to_owned(),
    }
}
