//! What the page of an address gets to see.

use std::net::IpAddr;

use domain::attack::Kind;
use domain::ban::BanEventKind;
use domain::cti::Rule;
use domain::geo::Place;
use domain::net::Network;
use time::OffsetDateTime;

use crate::Problem;
use crate::audit::AuditRow;
use crate::bans::{AttackRow, BanRow};
use crate::orders::OrderRow;
use crate::whitelist::EntryRow;

/// How an address or network stands now, and what it tried.
#[derive(Debug)]
pub struct AddressPage {
    /// Who.
    pub network: Network,
    /// Where it is; of a network, its first address.
    pub place: Place,
    /// Bans of it itself and of every network it lies in, the narrowest first.
    pub bans: Vec<BanRow>,
    /// Whitelist entries that have an address in common with it.
    pub whitelisted: Vec<EntryRow>,
    /// Why it may not be banned on all nodes; `None`: it may.
    pub protected: Option<Problem>,
    /// Lines in all, as far as they are counted.
    pub totals: Totals,
    /// What it tried, by its newest lines.
    pub tried: Tried,
    /// Its newest lines, as they were written.
    pub lines: Vec<AttackRow>,
    /// Of a network: its own addresses. Of an address: those of its /24 or /48.
    pub neighbours: Neighbours,
    /// The busiest addresses of the same autonomous system in the last seven days.
    pub same_asn: Vec<Neighbour>,
}

/// Lines over the time that is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// In all.
    pub lines: i64,
    /// On how many days.
    pub days: i64,
    /// The first of those days.
    pub since: Option<OffsetDateTime>,
}

/// Extensions and numbers of the newest lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Lines that were read.
    pub lines: i64,
    /// There are more.
    pub more: bool,
    /// Attacked extensions, most lines first.
    pub extensions: Vec<(String, i64)>,
    /// How many different ones there were.
    pub all_extensions: usize,
    /// Dialed numbers, most lines first.
    pub numbers: Vec<(String, i64, Verdict)>,
    /// How many different ones there were.
    pub all_numbers: usize,
    /// User agents it named.
    pub agents: Vec<String>,
}

/// What the call rules of the node said when the line arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Refused by this rule, on some node.
    Refused(Rule),
    /// No rule refused it, on some node.
    NotRefused,
    /// A rule that this console does not know.
    Unknown(String),
}

/// Addresses of one network that attacked or are banned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbours {
    /// The network they are of.
    pub network: Network,
    /// The newest first.
    pub rows: Vec<Neighbour>,
    /// How many were found.
    pub all: usize,
    /// There are more than were looked at: [`super::MOST_MEMBERS`].
    pub cut: bool,
}

/// Another address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Who; a banned network inside the one asked about, too.
    pub network: Network,
    /// Its newest line.
    pub last: Option<OffsetDateTime>,
    /// Is it banned on some node?
    pub banned: bool,
    /// Lines, where they are counted.
    pub lines: Option<i64>,
}

/// One page of what happened, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// In their order.
    pub events: Vec<Event>,
    /// For the next page: nothing on it is newer.
    pub next: Option<OffsetDateTime>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Attack lines close together.
    Attempts(Burst),
    /// fail2ban banned or unbanned.
    Log(LogEntry),
    /// A click of an operator, one order for each node.
    Orders(Vec<OrderRow>),
    /// Of the audit log: the whitelist, and bans that were refused.
    Audit(Box<AuditRow>),
}

impl Event {
    /// When; of what lasted, the end.
    pub fn at(&self) -> OffsetDateTime {
        match self {
            Self::Attempts(burst) => burst.last,
            Self::Log(entry) => entry.at,
            Self::Orders(orders) => orders
                .first()
                .map_or(OffsetDateTime::UNIX_EPOCH, |order| order.ordered_at),
            Self::Audit(row) => row.at,
        }
    }
}

/// Lines with no long pause and nothing else between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The oldest.
    pub first: OffsetDateTime,
    /// The newest.
    pub last: OffsetDateTime,
    /// How many.
    pub lines: i64,
    /// More than were counted.
    pub at_least: bool,
    /// By kind, most first.
    pub kinds: Vec<(Kind, i64)>,
    /// Attacked extensions, up to [`Attempts::SHOWN`]; and how many different ones.
    pub extensions: Attempts,
    /// Dialed numbers likewise.
    pub numbers: Attempts,
    /// On which nodes.
    pub nodes: Vec<String>,
    /// From how many addresses.
    pub sources: usize,
    /// The only one.
    pub source: Option<IpAddr>,
}

/// Some of what was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// The first of them in order.
    pub some: Vec<String>,
    /// How many different ones.
    pub all: usize,
}

impl Attempts {
    /// Most that are named.
    pub const SHOWN: usize = 5;
}

/// Lines of fail2ban's log that say the same of several nodes within a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The newest of them.
    pub at: OffsetDateTime,
    /// What.
    pub kind: BanEventKind,
    /// To whom.
    pub network: Network,
    /// On which nodes.
    pub nodes: Vec<String>,
}
