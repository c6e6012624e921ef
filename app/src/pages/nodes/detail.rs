//! One node: every hop, its facts, its last orders, and what an admin may do to it.

use backend::config::{self, NodeKind};
use backend::links::{self, LinkView};
use backend::nodes::{self, NodeDetail, NodeRow};
use domain::health::Health;
use domain::net::Network;
use domain::role::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::nodes::configs::Configs;
use crate::pages::nodes::event_socket::EventSocketCard;
use crate::pages::nodes::hops::Hops;
use crate::pages::nodes::list::WorkerChip;
use crate::request::{FormBack, Reveal, console_url, form_back, may, require, take_flash, words};
use crate::widgets::{AddressLink, Ago, Hint, Icon, Loaded, OrderOutcome, bytes, grouped};

#[component]
pub(crate) fn NodePage() -> impl IntoView {
    let name = use_params_map()
        .read_untracked()
        .get("name")
        .unwrap_or_default();
    view! {
        <Frame title=name.clone()>
            <Loaded load=load(name) view=|found| view! { <Screen found/> }/>
        </Frame>
    }
}

struct Found {
    detail: NodeDetail,
    kinds: Vec<NodeKind>,
    link: Option<LinkView>,
    back: Option<FormBack>,
    reveal: Option<Reveal>,
}

async fn load(name: String) -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let reveal = take_flash()
        .await
        .and_then(|flash| flash.reveal)
        .filter(|reveal| reveal.node == name);
    let detail = nodes::get(&backend, &name)
        .await?
        .ok_or(AppError::NotFound)?;
    Ok(Found {
        kinds: config::node_state(&backend, detail.row.id).await?,
        link: links::get(&backend, detail.row.id).await?,
        back: form_back("link").await,
        detail,
        reveal,
    })
}

#[component]
fn Screen(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        detail,
        kinds,
        link,
        back,
        reveal,
    } = found;
    let node = detail.row.clone();
    view! {
        <header class="page-head">
            <h1 class="breaks">{node.name.clone()}</h1>
            <WorkerChip node=node.clone()/>
            {node.seen_at.map(|at| view! { <p class="muted">{words.last_seen()}" "<Ago at/></p> })}
        </header>
        {reveal.map(|reveal| view! { <EnrolCommand reveal/> })}
        <div class="columns">
            <Hops node=node.clone()/>
            <div>
                <EventSocketCard node=node.clone() link back/>
                <Facts node=node.clone() detail=detail.clone()/>
                <Configs kinds/>
                <Orders detail=detail.clone()/>
                {may(Permission::Nodes).then(|| view! { <Danger node/> })}
            </div>
        </div>
    }
}

/// The pasted command, shown once. It stays while the page refreshes itself.
#[component]
fn EnrolCommand(reveal: Reveal) -> impl IntoView {
    let words = words();
    // Restarted, since a worker that runs keeps the token it has.
    let command = format!(
        "callwarden-worker enrol --console {} --code {} && systemctl enable callwarden-worker && systemctl restart callwarden-worker",
        console_url(),
        reveal.code
    );
    view! {
        <section class="card reveal" data-keep="">
            <h2>{words.enrol_title(&reveal.node)}</h2>
            <p>{words.enrol_text()}</p>
            <pre class="mono" id="enrol-command">{command}</pre>
            <button class="button js-only" type="button" data-copy="enrol-command" data-copied=words.copied()>
                <Icon name="copy"/>
                <span>{words.copy()}</span>
            </button>
        </section>
    }
}

#[component]
fn Facts(node: NodeRow, detail: NodeDetail) -> impl IntoView {
    let words = words();
    let reported = node.health.is_some();
    let health = node.health.clone().unwrap_or_default();
    let fact = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd>{value}</dd> })
    };
    let code = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd class="mono">{value}</dd> })
    };
    let gaps = detail
        .gaps
        .into_iter()
        .map(|gap| {
            // What was rewritten in place had a length that nobody saw.
            let cause = words.gap_cause(&gap.cause);
            let text = if gap.from_byte == gap.to_byte {
                words.gap_unknown(gap.from_byte, &cause)
            } else {
                words.gap(gap.from_byte, gap.to_byte, &cause)
            };
            view! { <li><Ago at=gap.at/>" · "{text}</li> }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="card">
            <h2>{words.health()}</h2>
            <dl class="facts">
                <dt>{words.bans_here()}</dt>
                <dd><a href=format!("/bans?node={}", node.id)>{grouped(node.bans)}</a></dd>
                {fact(words.attacks_last_hour(), grouped(node.attacks_last_hour))}
                {code(words.log(), health.log_path.clone())}
                {reported.then(|| fact(words.position(), bytes(health.position)))}
                {reported.then(|| fact(words.lag(), bytes(health.lag_bytes)))}
                {fact(words.jail_settings(), jail_text(&health))}
                {fact(words.clock_offset(), clock_text(&health))}
                {fact(words.host(), health.host_name.clone())}
                <Addresses networks=health.addresses.clone()/>
                {fact(words.versions(), versions_text(&health))}
                {fact(words.odd_bans(), quoted(&health.odd_bans))}
            </dl>
            {(!gaps.is_empty())
                .then(|| {
                    view! {
                        <h3>{words.gaps_title()}</h3>
                        <Hint text=words.gaps_text()/>
                        <ul class="lines">{gaps}</ul>
                    }
                })}
        </section>
    }
}

fn jail_text(health: &Health) -> String {
    let words = words();
    health.jail.as_ref().map_or_else(String::new, |jail| {
        words.jail_settings_text(
            jail.maxretry,
            &words.duration(jail.findtime),
            &words.duration(jail.bantime),
        )
    })
}

fn clock_text(health: &Health) -> String {
    health
        .clock_offset_ms
        .map_or_else(String::new, |offset| words().milliseconds(offset))
}

#[component]
fn Addresses(networks: Vec<Network>) -> impl IntoView {
    let links = networks.into_iter().enumerate().map(|(place, network)| {
        let comma = (place > 0).then_some(", ");
        view! { {comma}<AddressLink network/> }
    });
    let links: Vec<_> = links.collect();
    (!links.is_empty()).then(|| view! { <dt>{words().addresses()}</dt><dd>{links}</dd> })
}

fn versions_text(health: &Health) -> String {
    let words = words();
    let worker =
        (!health.worker_version.is_empty()).then(|| words.worker_version(&health.worker_version));
    let fail2ban = health
        .fail2ban_version
        .as_ref()
        .map(|version| words.fail2ban_version(version));
    [worker, fail2ban]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

#[component]
fn Orders(detail: NodeDetail) -> impl IntoView {
    let words = words();
    if detail.orders.is_empty() {
        return view! {
            <section class="card"><h2>{words.recent_orders()}</h2><Hint text=words.orders_empty()/></section>
        }
        .into_any();
    }
    view! {
        <section class="card">
            <h2>{words.recent_orders()}</h2>
            <ol class="lines orders">
                {detail
                    .orders
                    .into_iter()
                    .map(|order| {
                        let network = order.network.map(|network| view! { <AddressLink network/> });
                        view! {
                            <li>
                                <Ago at=order.ordered_at/>
                                <span>{words.act(order.act)}" "<span class="breaks">{network}</span></span>
                                <span class="muted">{order.actor.clone()}</span>
                                <OrderOutcome order/>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
    .into_any()
}

/// Each asks once, in words that name the node, without JavaScript too.
#[component]
fn Danger(node: NodeRow) -> impl IntoView {
    let words = words();
    let id = node.id.to_string();
    let ask = |action: &'static str, summary: &'static str, text: &'static str, button: String| {
        view! {
            <details class="ask">
                <summary class="button">{summary}</summary>
                <form method="post" action=action data-enhance="">
                    <p>{text}</p>
                    <input type="hidden" name="name" value=node.name.clone()/>
                    <button class="button danger" name="id" value=id.clone()>{button}</button>
                </form>
            </details>
        }
    };
    view! {
        <section class="card">
            <h2>{words.actions()}</h2>
            <form method="post" action="/api/ui/node_install_jail" data-enhance="">
                <Hint text=words.install_jail_text()/>
                <button class="button" name="id" value=id.clone()>{words.install_jail()}</button>
            </form>
            <form method="post" action="/api/ui/node_code">
                <input type="hidden" name="name" value=node.name.clone()/>
                <button class="button" name="id" value=id.clone()>{words.new_code()}</button>
            </form>
            <div class="danger-zone">
            <h3>{words.danger()}</h3>
            {ask("/api/ui/node_revoke", words.revoke(), words.revoke_text(), words.revoke_named(&node.name))}
            {ask("/api/ui/node_remove", words.remove_node(), words.remove_node_text(), words.remove_node_named(&node.name))}
            </div>
        </section>
    }
}

/// Each in quotes: somebody's junk may hold commas.
fn quoted(odd: &[String]) -> String {
    let quoted: Vec<String> = odd.iter().map(|odd| format!("“{odd}”")).collect();
    quoted.join(" ")
}
