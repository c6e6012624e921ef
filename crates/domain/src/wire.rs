//! Messages between console and worker.
//!
//! The worker opens both directions (no inbound port on the node):
//! - `POST /api/node/v1/enrol`: [`Enrol`] → [`Enrolled`], with a one-time code.
//! - `POST /api/node/v1/reports`: [`Report`] → [`Receipt`], with the node's token as bearer.
//! - `GET /api/node/v1/orders`: a stream of [`Down`], one JSON object a line, never ending.
//!
//! Every other answer than 200 holds a [`Refusal`]. An answer without one is not the console's: a
//! proxy's, or that of a console that is being replaced. Whatever it says, the request comes again.
//!
//! Nodes are upgraded one by one, so old and new talk both ways: unknown fields and variants are
//! ignored, new fields have defaults, and [`VERSION`] rises only when that is not enough.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::acl::AclLists;
use crate::attack::Kind;
use crate::ban::{BanEventKind, HeldBan, Order, OrderResult};
use crate::config::{Deploy, KindReport};
use crate::cti::CallRules;
use crate::guard::Guarded;
use crate::health::Health;
use crate::jail::JailConfig;
use crate::net::Network;
use crate::profile::Profiles;
use crate::whitelist::{WhitelistLine, WhitelistProof};

/// Version of these messages.
pub const VERSION: u16 = 1;

/// Most bytes of one raw line that travel; the rest is cut, its length is kept.
pub const RAW_LIMIT: usize = 4_096;

/// Most attack events in one report.
pub const EVENTS_PER_REPORT: usize = 5_000;

/// How often the console sends [`Down::Ping`]; a worker that hears nothing for three times as long
/// opens a new stream.
pub const PING_SECONDS: u64 = 5;

/// Header of both requests with a bearer: a random name of the worker's process, new at each start.
///
/// One process acts for a node. A newer one takes over; the older one's stream ends with
/// [`Down::Fenced`] and its requests are answered 409 from then on, so that two workers with one
/// token do not take turns.
pub const INSTANCE_HEADER: &str = "x-callwarden-instance";

/// A worker's first message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrol {
    /// [`VERSION`].
    pub version: u16,
    /// The one-time code from the page.
    pub code: String,
    /// The host's name, for the operator.
    pub host_name: String,
    /// `callwarden-worker` version.
    pub worker_version: String,
    /// What stands in the switch's own settings, where they can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_socket: Option<EventSocket>,
}

/// The Event Socket of a node by its `event_socket.conf.xml`. The console refuses a node whose password
/// is the one that FreeSWITCH comes with.
#[derive(Clone, Serialize, Deserialize)]
pub struct EventSocket {
    /// `listen-port`
    pub port: u16,
    /// `password`, where it stands there in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl std::fmt::Debug for EventSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password stays out of logs.
        f.debug_struct("EventSocket")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// The console's answer to [`Enrol`].
#[derive(Clone, Serialize, Deserialize)]
pub struct Enrolled {
    /// The name the operator gave the node.
    pub node_name: String,
    /// Secret: kept in the worker's state folder (mode 0600), sent as bearer token.
    pub token: String,
}

/// A log file the worker tails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `cti_fail2ban.log`
    Attacks,
    /// `fail2ban.log`
    Fail2ban,
}

impl Source {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Attacks => "attacks",
            Self::Fail2ban => "fail2ban",
        }
    }

    /// Reads what [`Self::as_str`] gave; anything else is the attack log.
    pub fn from_text(text: &str) -> Self {
        if text == Self::Fail2ban.as_str() {
            Self::Fail2ban
        } else {
            Self::Attacks
        }
    }
}

/// How far a log was read. Everything before it is stored or counted as a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which log.
    pub source: Source,
    /// Rises by one with every new file (rotation, truncation, re-creation).
    pub generation: i64,
    /// Bytes read of that file.
    pub offset: i64,
    /// Hash of the (up to 256) bytes before `offset`: tells the same file from another one.
    pub mark: i64,
}

/// A piece of a log, from `start` to `end.offset` of one generation, nothing left out.
///
/// Stored exactly once: the console keeps the [`Cursor`] in the transaction that stores the
/// events, and passes over what lies before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// First byte.
    pub start: i64,
    /// Position after the last byte.
    pub end: Cursor,
    /// Attack lines ([`Source::Attacks`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attacks: Vec<AttackEvent>,
    /// Ban lines ([`Source::Fail2ban`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bans: Vec<BanEvent>,
    /// Complete lines in it, broken ones included.
    pub lines: u32,
    /// Lines without a source address.
    pub broken: u32,
    /// Bytes that vanished before they could be read, just before `start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// Bytes that vanished (truncated, deleted) before they could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Generation they were in.
    pub generation: i64,
    /// First byte not read.
    pub from: i64,
    /// End of the last known size of that file; equal to `from` where nothing is known.
    pub to: i64,
    /// A [`crate::gap::Cause`].
    pub cause: String,
}

/// One attack line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttackEvent {
    /// First byte of the line in its generation.
    pub offset: i64,
    /// Microseconds since 1970 by the line itself.
    #[serde(default)]
    pub at: Option<i64>,
    /// Who did it.
    #[serde(default)]
    pub source: Option<IpAddr>,
    /// What was done.
    pub kind: Kind,
    /// Attacked extension, made [`crate::inert`].
    #[serde(default)]
    pub user: Option<String>,
    /// Dialed number, made inert.
    #[serde(default)]
    pub number: Option<String>,
    /// The attacker's `User-Agent` where the line has it, made inert.
    #[serde(default)]
    pub agent: Option<String>,
    /// The line, made inert, at most [`RAW_LIMIT`] bytes of it.
    pub raw: String,
}

/// One ban line of `fail2ban.log` that concerns our jail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanEvent {
    /// First byte of the line in its generation.
    pub offset: i64,
    /// What happened.
    pub kind: BanEventKind,
    /// To whom.
    pub network: Network,
    /// Milliseconds since 1970; the log has local time, the worker knows the zone.
    pub at: i64,
}

/// The ban list as the worker polled it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanList {
    /// The console's [`Receipt::ban_list`] that `changed` and `gone` are relative to; `None`:
    /// `changed` is the whole list.
    pub base: Option<i64>,
    /// New and altered bans.
    pub changed: Vec<HeldBan>,
    /// Bans that ended.
    pub gone: Vec<Network>,
}

/// What the worker tells, in one idempotent request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// [`VERSION`].
    pub version: u16,
    /// Pieces of logs, in order.
    pub chunks: Vec<Chunk>,
    /// Answers to orders.
    pub results: Vec<OrderResult>,
    /// The ban list or what changed in it.
    pub ban_list: Option<BanList>,
    /// Proof per whitelist entry, with the version of [`Desired`] they answer.
    pub whitelist: Option<WhitelistReport>,
    /// The node's hops.
    pub health: Option<Health>,
    /// Configuration: what was done and what is there.
    pub configs: ConfigReport,
}

/// Configuration in a [`Report`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfigReport {
    /// `cti.json`
    pub call_rules: Option<KindReport<CallRules>>,
    /// Our part of `acl.conf.xml`.
    pub acl: Option<KindReport<AclLists>>,
    /// `sip_profiles/*.xml`
    pub profiles: Option<KindReport<Profiles>>,
    /// The jail's settings.
    pub jail: Option<KindReport<JailConfig>>,
}

/// What the node shall have of each kind of configuration, whole; `None`: nothing of ours yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DesiredConfig {
    /// `cti.json`
    pub call_rules: Option<Deploy<CallRules>>,
    /// Our part of `acl.conf.xml`.
    pub acl: Option<Deploy<AclLists>>,
    /// `sip_profiles/*.xml`
    pub profiles: Option<Deploy<Profiles>>,
    /// The jail's settings.
    pub jail: Option<Deploy<JailConfig>>,
}

/// The whitelist as read back from file and jail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhitelistReport {
    /// The [`Desired::version`] that was applied.
    pub version: i64,
    /// Each entry's proof.
    pub proofs: Vec<WhitelistProof>,
}

/// The console's answer to a [`Report`], after commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// How far each log is stored now.
    pub cursors: Vec<Cursor>,
    /// Version of the stored ban list, for [`BanList::base`].
    pub ban_list: i64,
    /// The ban list's base did not match: send the whole list.
    #[serde(default)]
    pub resync: bool,
}

/// Why a request was not done; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For people.
    pub error: String,
    /// For the worker.
    #[serde(default)]
    pub kind: RefusalKind,
}

/// What a worker does about a [`Refusal`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The token (or the enrolment code) is not, or no longer, valid.
    Token,
    /// Another process acts for the node, see [`INSTANCE_HEADER`].
    Fenced,
    /// Fewer chunks at once may pass.
    TooLarge,
    /// It breaks the bounds and will never be accepted.
    Never,
    /// It may be accepted later as it is.
    #[default]
    #[serde(other)]
    Later,
}

/// What the node shall be like; replaces the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desired {
    /// Rises with every change.
    pub version: i64,
    /// The whole whitelist for this node.
    pub whitelist: Vec<WhitelistLine>,
    /// What must not be banned, whoever orders it.
    pub never_ban: Vec<Guarded>,
}

/// One line of the stream from console to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "few are held at a time, and each only until it is passed on"
)]
pub enum Down {
    /// First line: what the console has already.
    Welcome {
        /// [`VERSION`].
        version: u16,
        /// The node's name.
        node_name: String,
        /// How far each log is stored.
        cursors: Vec<Cursor>,
        /// Version of the stored ban list.
        ban_list: i64,
    },
    /// Whitelist and never-ban list; sent first, and after each change.
    Desired(Desired),
    /// Configuration; sent after the first [`Down::Desired`], and after each change. A node that was
    /// away gets the newest only.
    Config(DesiredConfig),
    /// Things to do; sent again until their results are stored.
    Orders {
        /// In order.
        orders: Vec<Order>,
    },
    /// The console's clock, milliseconds since 1970; every [`PING_SECONDS`].
    Ping {
        /// Now.
        now: i64,
    },
    /// Last line: another process of this node has taken over. The worker says so and stays away.
    Fenced,
    /// From a newer console.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_talk_both_ways() {
        assert_eq!(
            serde_json::from_str::<Down>(r#"{"type":"reboot","when":3}"#).unwrap(),
            Down::Unknown
        );
        let report: Report = serde_json::from_str(r#"{"version":2,"colour":"red"}"#).unwrap();
        assert_eq!(report.version, 2);
        let order: Order =
            serde_json::from_str(r#"{"id":7,"act":"dance","network":null}"#).unwrap();
        assert_eq!(order.act, crate::ban::Act::Unknown);
    }

    /// A worker that knows no agent, and a spool that was written before it did.
    #[test]
    fn an_attack_without_an_agent_is_one() {
        let json = r#"{"offset":3,"kind":"scan","raw":"x"}"#;
        let event: AttackEvent = serde_json::from_str(json).unwrap();
        assert_eq!((event.offset, event.agent), (3, None));
    }

    #[test]
    fn a_refusal_that_is_not_understood_is_none_for_ever() {
        for json in [
            r#"{"error":"no"}"#,
            r#"{"error":"no","kind":"moon"}"#,
            r#"{"error":"no","kind":"later"}"#,
        ] {
            let refusal: Refusal = serde_json::from_str(json).unwrap();
            assert_eq!(refusal.kind, RefusalKind::Later, "{json}");
        }
        let never = Refusal {
            error: "no".into(),
            kind: RefusalKind::Never,
        };
        let json = serde_json::to_string(&never).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), never);
    }

    #[test]
    fn a_result_is_flat() {
        let result = OrderResult {
            id: crate::ids::OrderId(4),
            outcome: crate::ban::Outcome::Failed {
                reason: "no".into(),
            },
        };
        let json = serde_json::to_string(&result).unwrap();
        assert_eq!(json, r#"{"id":4,"outcome":"failed","reason":"no"}"#);
        assert_eq!(serde_json::from_str::<OrderResult>(&json).unwrap(), result);
    }
}
