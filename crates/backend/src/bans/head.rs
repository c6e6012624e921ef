//! One banned network over all nodes, as the list is sorted and paged by.

use domain::net::Network;
use ipnet::IpNet;
use sqlx::FromRow;
use time::OffsetDateTime;

use super::BanSort;
use super::query::{Place, Value};

/// A row of `banned`.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Head {
    pub network: IpNet,
    pub since: OffsetDateTime,
    /// `None` is for ever.
    pub until: Option<OffsetDateTime>,
    pub repeats: i32,
    pub nodes: i32,
}

impl Head {
    /// Where the row stands in a list sorted so.
    pub(super) fn place(&self, sort: BanSort) -> Place {
        let value = match sort {
            BanSort::Since => Value::Time(Some(self.since)),
            BanSort::Until => Value::Time(self.until),
            BanSort::Repeats => Value::Count(self.repeats),
            BanSort::Nodes => Value::Count(self.nodes),
            BanSort::Network => Value::Nothing,
        };
        Place {
            value,
            network: Network::from(self.network),
        }
    }
}
