//! Rows of `attacks` and `ban_events` as pages see them.

use domain::attack::Kind;
use domain::ban::BanEventKind;
use domain::net::Network;
use ipnet::IpNet;
use time::OffsetDateTime;

use super::{AttackRow, BanEventRow};

/// A row of `attacks` with its node's name.
pub(crate) struct Line {
    pub node_name: String,
    pub at: OffsetDateTime,
    pub source: Option<IpNet>,
    pub kind: String,
    pub extension: Option<String>,
    pub number: Option<String>,
    pub raw: String,
}

impl From<Line> for AttackRow {
    fn from(line: Line) -> Self {
        Self {
            node_name: line.node_name,
            at: line.at,
            source: line.source.map(|net| net.addr()),
            kind: Kind::from_text(&line.kind),
            extension: line.extension,
            number: line.number,
            raw: line.raw,
        }
    }
}

/// A row of `ban_events` with its node's name.
pub(crate) struct EventLine {
    pub node_name: String,
    pub at: OffsetDateTime,
    pub kind: String,
    pub network: IpNet,
}

impl From<EventLine> for BanEventRow {
    fn from(line: EventLine) -> Self {
        Self {
            node_name: line.node_name,
            at: line.at,
            kind: BanEventKind::from_text(&line.kind),
            network: Network::from(line.network),
        }
    }
}
