//! What pages get to see of bans.

use std::net::IpAddr;

use domain::attack::Kind;
use domain::ban::BanEventKind;
use domain::geo::Place;
use domain::ids::NodeId;
use domain::net::Network;
use time::OffsetDateTime;

use crate::orders::OrderRow;
use crate::whitelist::EntryRow;
pub use crate::whitelist::Scope;

/// One banned network over all nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanRow {
    /// Who.
    pub network: Network,
    /// Where it is registered, and who announces it; unknown of wide networks.
    pub place: Place,
    /// The name of who announces it: a stranger's text, made inert.
    pub announced_by: Option<String>,
    /// Since when, on the first node.
    pub since: OffsetDateTime,
    /// Until when, on the last node; `None` is for ever.
    pub until: Option<OffsetDateTime>,
    /// How often it was banned before, on any node.
    pub repeats: i32,
    /// The nodes whose jails hold it.
    pub holders: Vec<Holder>,
    /// Why it is banned.
    pub why: Why,
}

/// A node that holds a ban.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// There since.
    pub since: OffsetDateTime,
    /// There until; `None` is for ever.
    pub until: Option<OffsetDateTime>,
    /// Does its firewall hold it too? `None` where it cannot be read.
    pub in_firewall: Option<bool>,
    /// Heard within the last seconds.
    pub connected: bool,
    /// The newest order of the last 15 minutes about this network and node.
    pub order: Option<OrderRow>,
}

/// What led to a ban.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// An operator's order.
    pub by_hand: Option<ByHand>,
    /// Lines of each kind among its newest [`super::WHY_LINES`] attack lines, most first.
    pub kinds: Vec<(Kind, i64)>,
    /// The newest attack lines, newest first.
    pub last_lines: Vec<AttackRow>,
}

/// A ban ordered by an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// Login name.
    pub actor: String,
    /// Their words.
    pub reason: Option<String>,
    /// When.
    pub at: OffsetDateTime,
}

/// One line of `cti_fail2ban.log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttackRow {
    /// On which node.
    pub node_name: String,
    /// When, by the line itself.
    pub at: OffsetDateTime,
    /// Who.
    pub source: Option<IpAddr>,
    /// What.
    pub kind: Kind,
    /// Attacked extension: the attacker's text, made inert.
    pub extension: Option<String>,
    /// Dialed number: the attacker's text, made inert.
    pub number: Option<String>,
    /// The line, made inert.
    pub raw: String,
}

/// One line of `fail2ban.log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanEventRow {
    /// On which node.
    pub node_name: String,
    /// When.
    pub at: OffsetDateTime,
    /// What happened.
    pub kind: BanEventKind,
    /// To whom.
    pub network: Network,
}

/// One page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BanPage {
    /// In the order asked for.
    pub rows: Vec<BanRow>,
    /// All that match, on every page.
    pub total: i64,
    /// For [`super::BanQuery::after`], where there is more.
    pub next: Option<String>,
    /// For [`super::BanQuery::before`], where there is something before.
    pub previous: Option<String>,
}

/// Everything about one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanDetail {
    /// Its ban, where somebody holds it.
    pub row: Option<BanRow>,
    /// The newest 50 lines of `fail2ban.log` about it.
    pub events: Vec<BanEventRow>,
    /// The newest 50 attack lines from it.
    pub lines: Vec<AttackRow>,
    /// The newest 50 orders about it.
    pub orders: Vec<OrderRow>,
    /// Current whitelist entries that have an address in common with it.
    pub whitelisted: Vec<EntryRow>,
}

/// The form of a ban by hand, as typed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanRequest {
    /// Address or network.
    pub network: String,
    /// Where.
    pub scope: Scope,
    /// Why; may be empty.
    pub reason: String,
    /// The second confirmation of a wide network.
    pub confirm_wide: bool,
}
