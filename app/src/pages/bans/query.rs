//! The page's address and the question it asks: filters, order and place live in the URL.

use backend::bans::{BanQuery, BanSort, BanState};
use domain::ids::NodeId;
use domain::net::Network;

use crate::request::query;

const ROWS: i64 = 50;

/// What the URL says.
#[derive(Clone, Debug, Default)]
pub(super) struct PageQuery {
    pub(super) search: Option<String>,
    pub(super) node: Option<NodeId>,
    pub(super) state: Option<BanState>,
    pub(super) sort: Option<BanSort>,
    pub(super) ascending: bool,
    pub(super) after: Option<String>,
    pub(super) before: Option<String>,
    /// The address whose details stand beside the list.
    pub(super) open: Option<Network>,
}

impl PageQuery {
    pub(super) fn read() -> Self {
        Self {
            search: query("search"),
            node: query("node").and_then(|id| id.parse().ok()).map(NodeId),
            state: match query("state").as_deref() {
                Some("effective") => Some(BanState::Effective),
                Some("not_effective") => Some(BanState::NotEffective),
                _ => None,
            },
            sort: query("sort").as_deref().and_then(sort_from),
            ascending: query("order").as_deref() == Some("up"),
            after: query("after"),
            before: query("before"),
            open: query("open").and_then(|text| text.parse().ok()),
        }
    }

    pub(super) fn question(&self) -> BanQuery {
        BanQuery {
            search: self.search.clone().unwrap_or_default(),
            node: self.node,
            state: self.state,
            sort: self.sort.unwrap_or(BanSort::Since),
            descending: !self.ascending,
            after: self.after.clone(),
            before: self.before.clone(),
            limit: ROWS,
        }
    }

    /// Is anything filtered away?
    pub(super) fn is_filtered(&self) -> bool {
        self.search.is_some() || self.node.is_some() || self.state.is_some()
    }

    /// The address of this page, after a change.
    pub(super) fn url(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                pairs.append_pair(name, &value);
            }
        };
        add("search", self.search.clone());
        add("node", self.node.map(|node| node.to_string()));
        add(
            "state",
            self.state.map(|state| state_text(state).to_owned()),
        );
        add("sort", self.sort.map(|sort| sort_text(sort).to_owned()));
        add("order", self.ascending.then(|| "up".to_owned()));
        add("after", self.after.clone());
        add("before", self.before.clone());
        add("open", self.open.map(|network| network.to_string()));
        let query = pairs.finish();
        if query.is_empty() {
            "/bans".to_owned()
        } else {
            format!("/bans?{query}")
        }
    }

    /// With other filters or another order a page begins anew.
    pub(super) fn restart(mut self) -> Self {
        self.after = None;
        self.before = None;
        self
    }
}

pub(super) fn state_text(state: BanState) -> &'static str {
    match state {
        BanState::Effective => "effective",
        BanState::NotEffective => "not_effective",
    }
}

pub(super) fn sort_text(sort: BanSort) -> &'static str {
    match sort {
        BanSort::Since => "since",
        BanSort::Until => "until",
        BanSort::Repeats => "repeats",
        BanSort::Network => "network",
        BanSort::Nodes => "nodes",
    }
}

fn sort_from(text: &str) -> Option<BanSort> {
    [
        BanSort::Since,
        BanSort::Until,
        BanSort::Repeats,
        BanSort::Network,
        BanSort::Nodes,
    ]
    .into_iter()
    .find(|sort| sort_text(*sort) == text)
}
