//! The page's address and the question it asks: filters and place live in the URL.

use backend::bans::HistoryQuery;
use domain::ban::BanEventKind;
use domain::ids::NodeId;
use time::OffsetDateTime;

use crate::request::{query, scope};
use crate::widgets::{Period, address};

const ROWS: i64 = 50;

/// What the URL says.
#[derive(Clone, Debug)]
pub(super) struct PageQuery {
    pub(super) search: Option<String>,
    pub(super) node: Option<NodeId>,
    pub(super) kind: Option<BanEventKind>,
    /// A kind was named that there is not; it filters nothing.
    pub(super) wrong_kind: bool,
    pub(super) period: Period,
    pub(super) after: Option<String>,
}

impl PageQuery {
    pub(super) fn read() -> Self {
        let search = query("search").map(|text| text.trim().to_owned());
        let named = query("kind");
        let kind = BanEventKind::KNOWN
            .into_iter()
            .find(|kind| named.as_deref() == Some(kind.as_str()));
        Self {
            search: search.filter(|text| !text.is_empty()),
            node: scope(),
            kind,
            wrong_kind: named.is_some() && kind.is_none(),
            period: Period::read(),
            after: query("after"),
        }
    }

    pub(super) fn question(&self, now: OffsetDateTime) -> HistoryQuery {
        let (from, to) = self.period.exactly(now).unzip();
        HistoryQuery {
            node: self.node,
            kind: self.kind,
            search: self.search.clone().unwrap_or_default(),
            from,
            to,
            after: self.after.clone(),
            limit: ROWS,
        }
    }

    /// Is anything filtered away?
    pub(super) fn is_filtered(&self) -> bool {
        !self.filters().is_empty() || !self.period.pairs().is_empty()
    }

    /// All filters but the period.
    pub(super) fn filters(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("search", self.search.clone()),
            ("node", self.node.map(|node| node.to_string())),
            ("kind", self.kind.map(|kind| kind.as_str().to_owned())),
        ];
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// The address of the page after that place, or of the first one.
    pub(super) fn url(&self, after: Option<String>) -> String {
        let after = after.map(|after| ("after", after));
        let more: Vec<_> = self.period.pairs().into_iter().chain(after).collect();
        address("/bans/history", &self.filters(), &more)
    }
}
