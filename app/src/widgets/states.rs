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

/// How one order fares on one node.
#[component]
pub(crate) fn OrderChip(order: OrderRow) -> impl IntoView {
    let words = words();
    let (shade, icon) = match order.state {
        OrderState::Waiting => (Shade::Grey, "clock"),
        OrderState::Done | OrderState::AlreadySo => (Shade::Good, "check"),
        OrderState::Superseded => (Shade::Grey, "question"),
        OrderState::Refused | OrderState::Failed => (Shade::Bad, "broken"),
    };
    let detail = order.detail.unwrap_or_default();
    let text = match order.state {
        OrderState::Refused | OrderState::Failed if !detail.is_empty() => {
            format!(
                "{}: {} ({detail})",
                order.node_name,
                words.order_state(order.state)
            )
        }
        state => format!("{}: {}", order.node_name, words.order_state(state)),
    };
    view! { <Chip shade icon text title=detail/> }
}
