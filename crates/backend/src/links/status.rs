//! What is known of a link, as stored for the pages of every replica.

use std::net::IpAddr;
use std::time::Duration;

use domain::ids::NodeId;
use esl::answers::Gateway;
use esl::{DownReason, Facts, LinkState};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How a link is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkWord {
    /// Not tried to the end yet.
    #[default]
    Connecting,
    /// It stands.
    Up,
    /// It does not; [`LinkStatus::why`] says why.
    Down,
}

/// The newest status of a link. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkStatus {
    /// How it is.
    pub state: LinkWord,
    /// Since when.
    pub since: i64,
    /// [`DownReason::as_str`] of the last failure.
    pub why: Option<String>,
    /// … in the words of the code.
    pub detail: Option<String>,
    /// Of the switch.
    pub version: Option<String>,
    /// Events were granted.
    pub events: bool,
    /// How often it has been connected, by this holder.
    pub connections: u64,
    /// Connections that broke.
    pub lost_connections: u64,
    /// Events that were not taken.
    pub lost_events: u64,
    /// Microseconds for an answer that costs the switch nothing.
    pub round_trip: Option<u64>,
    /// The last one.
    pub heartbeat: Option<HeartbeatFact>,
    /// Phones registered.
    pub registrations: Option<u32>,
    /// Gateways, the first fifty.
    pub gateways: Vec<GatewayFact>,
    /// What the account may not run, of what was asked.
    pub denied: Vec<String>,
    /// More phones and gateways than are protected from bans.
    pub too_many_peers: bool,
    /// The console's own address on the way there; the switch may see another one behind NAT.
    pub console: Option<IpAddr>,
    /// What guards the switch's Event Socket: lists or networks, all of which must allow.
    pub inbound_acl: Vec<String>,
}

/// Of the last heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeartbeatFact {
    /// When it came.
    pub at: i64,
    /// The switch's uptime then.
    pub up_seconds: u64,
    /// Sessions then.
    pub sessions: u32,
    /// Most at once.
    pub max_sessions: u32,
    /// Percent.
    pub idle_cpu: f32,
}

/// A gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GatewayFact {
    /// Its name.
    pub name: String,
    /// Its profile's.
    pub profile: String,
    /// `REGED`, `NOREG` …
    pub state: String,
    /// `UP` or `DOWN`.
    pub status: String,
}

/// What was seen of a link by the tasks beside it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Milliseconds since 1970 of the last change of state.
    pub since: i64,
    /// Why it last failed.
    pub why: Option<DownReason>,
    pub registrations: Option<u32>,
    pub gateways: Vec<GatewayFact>,
    pub denied: Vec<String>,
    pub too_many_peers: bool,
    pub console: Option<IpAddr>,
    pub inbound_acl: Vec<String>,
    /// What was stored last, and when.
    pub stored: Option<(LinkStatus, Instant)>,
}

/// A status to store.
#[derive(Debug)]
pub(super) struct Due {
    pub node: NodeId,
    pub fence: i64,
    pub status: LinkStatus,
    /// The pages shall hear of it.
    pub told: bool,
}

impl Seen {
    /// What is to be stored now, if anything: a change at once, measurements now and then.
    pub fn due(
        &self,
        state: &LinkState,
        facts: &Facts,
        now: i64,
        every: Duration,
    ) -> Option<(LinkStatus, bool)> {
        let status = self.status(state, facts, now);
        let Some((stored, at)) = &self.stored else {
            return Some((status, true));
        };
        let heard = |status: &LinkStatus| {
            let kept = (status.state, status.why.clone(), status.connections);
            (
                kept,
                status.registrations,
                status.gateways.clone(),
                status.denied.clone(),
                (status.console, status.inbound_acl.clone()),
            )
        };
        let told = heard(stored) != heard(&status);
        let late = at.elapsed() >= every && *stored != status;
        (told || late).then_some((status, told))
    }

    fn status(&self, state: &LinkState, facts: &Facts, now: i64) -> LinkStatus {
        let up = state.up();
        let word = match (up, self.why) {
            (Some(_), _) => LinkWord::Up,
            // The next try of a link that is down is no other state.
            (None, Some(_)) => LinkWord::Down,
            (None, None) => LinkWord::Connecting,
        };
        let why = self.why.filter(|_| word == LinkWord::Down);
        LinkStatus {
            state: word,
            since: self.since,
            why: why.map(|why| why.as_str().to_owned()),
            detail: why.map(|why| why.to_string()),
            version: up.and_then(|up| up.version.clone()),
            events: up.is_some_and(|up| up.events),
            connections: up.map_or_else(
                || {
                    self.stored
                        .as_ref()
                        .map_or(0, |(stored, _)| stored.connections)
                },
                |up| up.connection,
            ),
            lost_connections: facts.lost_connections,
            lost_events: facts.lost_events,
            round_trip: facts.round_trip.map(|took| whole(took.as_micros())),
            heartbeat: facts.heartbeat.as_ref().map(|heartbeat| HeartbeatFact {
                at: now - i64::try_from(heartbeat.at.elapsed().as_secs()).unwrap_or(0) * 1_000,
                up_seconds: heartbeat.up.as_secs(),
                sessions: heartbeat.sessions,
                max_sessions: heartbeat.max_sessions,
                idle_cpu: heartbeat.idle_cpu,
            }),
            registrations: up.and(self.registrations),
            gateways: if up.is_some() {
                self.gateways.clone()
            } else {
                Vec::new()
            },
            denied: self.denied.clone(),
            too_many_peers: self.too_many_peers,
            console: self.console,
            inbound_acl: self.inbound_acl.clone(),
        }
    }
}

impl From<&Gateway> for GatewayFact {
    fn from(gateway: &Gateway) -> Self {
        let short = |text: &str| domain::inert::inert(text.as_bytes(), 100);
        Self {
            name: short(&gateway.name),
            profile: short(&gateway.profile),
            state: short(&gateway.state),
            status: short(&gateway.status),
        }
    }
}

fn whole(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
