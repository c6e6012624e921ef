//! The operator's own orders of the last seconds, with their state on each node.

use std::collections::{BTreeMap, HashSet};

use backend::orders::{self, OrderRow, OrderState};
use domain::ban::Act;
use domain::net::Network;
use leptos::prelude::*;
use time::Duration;

use crate::request::{Undo, backend, visitor, words};
use crate::widgets::{AddressLink, Icon, OrderChips, UndoButton};

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
    let own = visitor().user.map(|user| user.name);
    let mut acted_since = HashSet::new();
    let batches = batches.into_iter().rev().take(MOST_BATCHES);
    let lines = batches.map(|(batch, orders)| {
        // What can be undone offers Undo instead of having asked: not what the whitelist freed, nor
        // somebody else's order that one's own click joined, nor what a later click was about.
        let undoable = orders.iter().any(|order| {
            matches!(order.act, Act::Ban | Act::Unban)
                && matches!(order.state, OrderState::Waiting | OrderState::Done)
                && order.reason.as_deref() != Some(orders::WHITELISTED)
                && Some(&order.actor) == own.as_ref()
                && !acted_since.contains(&(order.node, order.network))
        });
        acted_since.extend(orders.iter().map(|order| (order.node, order.network)));
        let undo = undoable.then(|| Undo {
            action: "/api/ui/undo".into(),
            id: batch,
        });
        view! { <BatchLine batch orders undo/> }
    });
    view! {
        <section class="recent" aria-label=words.your_actions() aria-live="polite">
            {lines.collect_view()}
        </section>
    }
}

#[component]
fn BatchLine(batch: i64, orders: Vec<OrderRow>, undo: Option<Undo>) -> impl IntoView {
    let words = words();
    let act = orders.first().map_or(Act::Unknown, |order| order.act);
    let mut networks: Vec<_> = orders.iter().filter_map(|order| order.network).collect();
    networks.sort_unstable();
    networks.dedup();
    view! {
        <div class="recent-line" data-key=batch>
            <div class="recent-what">
                <span class="strong">{words.act(act)}</span>
                <First networks/>
                <OrderChips orders most=MOST_CHIPS/>
            </div>
            {undo.map(|undo| view! { <UndoButton undo/> })}
            <button class="icon-button js-only" type="button" data-dismiss="" aria-label=words.dismiss()>
                <Icon name="x"/>
            </button>
        </div>
    }
}

/// `203.0.113.9 +4`.
#[component]
fn First(networks: Vec<Network>) -> impl IntoView {
    let (first, others) = networks.split_first()?;
    let more = (!others.is_empty()).then(|| format!(" +{}", others.len()));
    Some(view! { <span><AddressLink network=*first/>{more}</span> })
}
