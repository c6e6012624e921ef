//! The operator's own orders of the last seconds, with their state on each node.

use std::collections::BTreeMap;

use backend::orders::{self, OrderRow};
use domain::ban::Act;
use domain::net::Network;
use leptos::prelude::*;
use time::Duration;

use crate::request::{backend, visitor, words};
use crate::widgets::{Icon, OrderChips};

const SHOWN_FOR: Duration = Duration::seconds(20);
const MOST_BATCHES: usize = 3;
const MOST_CHIPS: usize = 12;

#[component]
pub(crate) fn RecentOrders() -> impl IntoView {
    let user = visitor().user;
    view! {
        <Suspense>
            {Suspend::new(async move {
                let user = user?;
                let backend = backend();
                let since = backend.clock.now() - SHOWN_FOR;
                let orders = orders::own(&backend, user.id, since).await.ok()?;
                (!orders.is_empty()).then(|| view! { <Batches orders/> })
            })}
        </Suspense>
    }
}

#[component]
fn Batches(orders: Vec<OrderRow>) -> impl IntoView {
    let words = words();
    let mut batches = BTreeMap::<i64, Vec<OrderRow>>::new();
    for order in orders {
        batches.entry(order.batch).or_default().push(order);
    }
    let batches = batches.into_values().rev().take(MOST_BATCHES);
    view! {
        <section class="recent" aria-label=words.your_actions() aria-live="polite">
            {batches.map(|orders| view! { <BatchLine orders/> }).collect_view()}
        </section>
    }
}

#[component]
fn BatchLine(orders: Vec<OrderRow>) -> impl IntoView {
    let words = words();
    let act = orders.first().map_or(Act::Unknown, |order| order.act);
    let mut networks: Vec<_> = orders.iter().filter_map(|order| order.network).collect();
    networks.sort_unstable();
    networks.dedup();
    let object = named(&networks);
    let batch = orders.first().map(|order| order.batch.to_string());
    let by_whitelist = orders
        .iter()
        .any(|order| order.reason.as_deref() == Some("whitelisted"));
    let mut nodes: Vec<_> = orders.iter().map(|order| order.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    // What can be undone offers Undo instead of having asked: an unban is lifted by a ban.
    let undo = match (act, networks.as_slice()) {
        // What the whitelist freed may not be banned.
        (Act::Unban, [_]) if by_whitelist => None,
        (Act::Unban, [network]) => Some(("/api/ui/ban", *network, "network")),
        (Act::Ban, [network]) => Some(("/api/ui/unban", *network, "networks[]")),
        _ => None,
    };
    view! {
        <div class="recent-line" data-key=batch>
            <span class="strong">{words.act(act)}</span>
            <span class="mono">{object}</span>
            <OrderChips orders most=MOST_CHIPS/>
            {undo
                .map(|(action, network, field)| {
                    view! {
                        <form method="post" action=action data-enhance="">
                            <input type="hidden" name=field value=network.to_string()/>
                            <input type="hidden" name="scope" value="nodes"/>
                            {nodes
                                .into_iter()
                                .map(|node| view! { <input type="hidden" name="nodes[]" value=node.to_string()/> })
                                .collect_view()}
                            <input type="hidden" name="reason" value=words.undo()/>
                            <button class="button small">{words.undo()}</button>
                        </form>
                    }
                })}
            <button class="icon-button js-only" type="button" data-dismiss="" aria-label=words.dismiss()>
                <Icon name="x"/>
            </button>
        </div>
    }
}

/// `203.0.113.9 +4`.
fn named(networks: &[Network]) -> String {
    match networks {
        [] => String::new(),
        [network] => network.to_string(),
        [first, others @ ..] => format!("{first} +{}", others.len()),
    }
}
