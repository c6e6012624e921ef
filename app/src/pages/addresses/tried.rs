//! Extensions and numbers it tried, and its lines. What attackers sent is only ever text here.

use backend::addresses::{Tried, Verdict};
use backend::bans::AttackRow;
use domain::net::Network;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{Ago, Chip, Shade, address, grouped};
use crate::words::Words;

#[component]
pub(super) fn TriedCard(network: Network, tried: Tried) -> impl IntoView {
    let words = words();
    let nothing = tried.extensions.is_empty() && tried.numbers.is_empty();
    let read = tried
        .more
        .then(|| view! { <p class="hint">{words.tried_lines(&grouped(tried.lines))}</p> });
    view! {
        <section class="card" aria-labelledby="tried-title">
            <h2 id="tried-title">{words.address_tried()}</h2>
            {read}
            {nothing.then(|| view! { <p class="muted">{words.tried_nothing()}</p> })}
            {(!tried.extensions.is_empty())
                .then(|| view! { <Extensions network rows=tried.extensions all=tried.all_extensions/> })}
            {(!tried.numbers.is_empty())
                .then(|| view! { <Numbers rows=tried.numbers all=tried.all_numbers/> })}
            {(!tried.agents.is_empty())
                .then(|| {
                    view! {
                        <h3>{words.tried_agents()}</h3>
                        <ul class="lines">
                            {tried
                                .agents
                                .into_iter()
                                .map(|agent| view! { <li><code>{agent}</code></li> })
                                .collect_view()}
                        </ul>
                    }
                })}
        </section>
    }
}

#[component]
fn Extensions(network: Network, rows: Vec<(String, i64)>, all: usize) -> impl IntoView {
    let words = words();
    view! {
        <div class="table-box short">
            <table class="compact">
                <thead>
                    <tr>
                        <th>{words.tried_extensions(all)}</th>
                        <th class="number">{words.address_lines()}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows
                        .into_iter()
                        .map(|(extension, lines)| {
                            let pairs = [("search", network.to_string()), ("extension", extension.clone())];
                            view! {
                                <tr>
                                    <td class="mono breaks"><a href=address("/attacks", &[], &pairs)>{extension}</a></td>
                                    <td class="number">{grouped(lines)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Numbers(rows: Vec<(String, i64, Verdict)>, all: usize) -> impl IntoView {
    let words = words();
    view! {
        <div class="table-box short">
            <table class="compact">
                <thead>
                    <tr>
                        <th>{words.tried_numbers(all)}</th>
                        <th class="number">{words.address_lines()}</th>
                        <th title=words.verdict_explained()>{words.verdict_head()}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows
                        .into_iter()
                        .map(|(number, lines, verdict)| {
                            view! {
                                <tr>
                                    <td class="mono breaks">
                                        <a href=test_url(&number) title=words.try_number(&number)>{number.clone()}</a>
                                    </td>
                                    <td class="number">{grouped(lines)}</td>
                                    <td>{verdict_chip(words, verdict)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// The tester of the call rules with this number in it.
pub(in crate::pages) fn test_url(number: &str) -> String {
    address("/rules", &[], &[("number", number.to_owned())])
}

fn verdict_chip(words: Words, verdict: Verdict) -> impl IntoView + use<> {
    let (shade, text) = match verdict {
        Verdict::Refused(rule) => (Shade::Good, words.rule_broken(&rule)),
        Verdict::NotRefused => (Shade::Attention, words.verdict_not_refused().to_owned()),
        Verdict::Unknown(text) => (Shade::Grey, text),
    };
    view! { <Chip shade text/> }
}

#[component]
pub(super) fn LastLines(lines: Vec<AttackRow>) -> impl IntoView {
    let words = words();
    (!lines.is_empty()).then(|| {
        view! {
            <details class="card">
                <summary>{words.address_last_lines()}</summary>
                <ol class="lines">
                    {lines
                        .into_iter()
                        .map(|line| {
                            view! {
                                <li>
                                    <span class="muted"><Ago at=line.at/>" · "{line.node_name}</span>
                                    <code>{line.raw}</code>
                                </li>
                            }
                        })
                        .collect_view()}
                </ol>
            </details>
        }
    })
}
