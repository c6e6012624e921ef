//! Chips: a colour, always with an icon and a word.

use backend::orders::{OrderRow, OrderState};
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::Icon;

/// Meaning of a colour, the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shade {
    /// Proven.
    Good,
    /// Look at it.
    Attention,
    /// Attack or failure.
    Bad,
    /// Unknown or away.
    Grey,
}

impl Shade {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "chip good",
            Self::Attention => "chip attention",
            Self::Bad => "chip bad",
            Self::Grey => "chip grey",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Good => "check",
            Self::Attention => "alert",
            Self::Bad => "broken",
            Self::Grey => "question",
        }
    }
}

/// A word with its colour and icon; `title` explains it on hover.
#[component]
pub(crate) fn Chip(
    shade: Shade,
    #[prop(into)] text: String,
    #[prop(into, optional)] title: String,
    #[prop(optional)] icon: Option<&'static str>,
) -> impl IntoView {
    view! {
        <span class=shade.class() title=(!title.is_empty()).then_some(title)>
            <Icon name=icon.unwrap_or(shade.icon())/>
            {text}
        </span>
    }
}

/// How one order fares on its node.
#[component]
pub(crate) fn OrderChip(order: OrderRow) -> impl IntoView {
    view! { <StateChip order named=true count=1/> }
}

/// How one order fares, where the node is known.
#[component]
pub(crate) fn OrderOutcome(order: OrderRow) -> impl IntoView {
    view! { <StateChip order count=1/> }
}

/// How many orders fare: one chip for each node and outcome.
#[component]
pub(crate) fn OrderChips(orders: Vec<OrderRow>, most: usize) -> impl IntoView {
    let mut groups: Vec<(OrderRow, usize)> = Vec::new();
    for order in orders {
        let alike = |other: &OrderRow| {
            (other.node, other.state, &other.detail) == (order.node, order.state, &order.detail)
        };
        match groups.iter_mut().find(|(other, _)| alike(other)) {
            Some((_, count)) => *count += 1,
            None => groups.push((order, 1)),
        }
    }
    groups.sort_by(|a, b| a.0.node_name.cmp(&b.0.node_name));
    let more = groups.len().saturating_sub(most);
    view! {
        <span class="chips">
            {groups
                .into_iter()
                .take(most)
                .map(|(order, count)| view! { <StateChip order named=true count/> })
                .collect_view()}
            {(more > 0).then(|| format!("+{more}"))}
        </span>
    }
}

#[component]
fn StateChip(
    order: OrderRow,
    count: usize,
    /// Says on which node.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let words = words();
    let (shade, icon) = match order.state {
        OrderState::Waiting => (Shade::Grey, "clock"),
        OrderState::Done | OrderState::AlreadySo => (Shade::Good, "check"),
        OrderState::Superseded => (Shade::Grey, "question"),
        OrderState::Refused | OrderState::Failed => (Shade::Bad, "broken"),
    };
    let detail = order.detail.map(|reason| words.because(&reason));
    let detail = detail.unwrap_or_default();
    let mut text = words.order_state(order.state).to_owned();
    if named {
        text = format!("{}: {text}", order.node_name);
    }
    if count > 1 {
        text = format!("{text} ×{count}");
    }
    if matches!(order.state, OrderState::Refused | OrderState::Failed) && !detail.is_empty() {
        text = format!("{text} ({detail})");
    }
    view! { <Chip shade icon text title=detail/> }
}
