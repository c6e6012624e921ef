//! The operator's own orders of the last half minute, with their state on each node.

use std::collections::BTreeMap;

use backend::orders::{self, OrderRow};
use domain::ban::Act;
use domain::net::Network;
use leptos::prelude::*;
use time::Duration;

use crate::request::{backend, visitor, words};
use crate::widgets::OrderChip;

const SHOWN_FOR: Duration = Duration::seconds(30);
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
        <section class="recent" aria-label=words.your_actions()>
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
    // What can be undone offers Undo instead of having asked: an unban is lifted by a ban.
    let undo = match (act, networks.as_slice()) {
        (Act::Unban, [network]) => Some(("/api/ui/ban", *network, "network")),
        (Act::Ban, [network]) => Some(("/api/ui/unban", *network, "networks[]")),
        _ => None,
    };
    let more = orders.len().saturating_sub(MOST_CHIPS);
    view! {
        <div class="recent-line">
            <span class="strong">{words.act(act)}</span>
            <span class="mono">{object}</span>
            <span class="chips">
                {orders
                    .into_iter()
                    .take(MOST_CHIPS)
                    .map(|order| view! { <OrderChip order/> })
                    .collect_view()}
                {(more > 0).then(|| format!("+{more}"))}
            </span>
            {undo
                .map(|(action, network, field)| {
                    view! {
                        <form method="post" action=action data-enhance="">
                            <input type="hidden" name=field value=network.to_string()/>
                            <input type="hidden" name="scope" value="all"/>
                            <input type="hidden" name="reason" value=words.undo()/>
                            <button class="button small">{words.undo()}</button>
                        </form>
                    }
                })}
        </div>
    }
}

/// `203.0.113.9 +4`.
pub(crate) fn named(networks: &[Network]) -> String {
    match networks {
        [] => String::new(),
        [network] => network.to_string(),
        [first, others @ ..] => format!("{first} +{}", others.len()),
    }
}
