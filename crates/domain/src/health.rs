//! The way from the attack log to the firewall, hop by hop, as the worker sees it.
//!
//! "Why is the list empty?" must be answered by the node page, so each hop has a state and the
//! numbers a remedy needs. The words of the remedy are the interface's (both languages).

use serde::{Deserialize, Serialize};

use crate::reason::{Reason, wire};

/// A hop on the way, in the order a line travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HopName {
    /// `cti_fail2ban.log` is there.
    LogFound,
    /// … and can be read.
    LogReadable,
    /// `fail2ban.log` is there and can be read.
    Fail2banLog,
    /// Lines wait on the node's disk for the console.
    Spool,
    /// fail2ban's socket answers.
    Fail2banSocket,
    /// The jail exists.
    Jail,
    /// The jail watches the log that the worker tails.
    JailLogpath,
    /// The jail's failregex finds attack lines.
    JailFailregex,
    /// The firewall holds what the jail holds.
    Firewall,
    /// In its place: it holds them, but its rules let some of their traffic pass.
    FirewallScope,
    /// The node's clock agrees with the console's.
    Clock,
    /// From a newer worker.
    #[serde(other)]
    Unknown,
}

/// How a hop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HopState {
    /// Proven to work.
    Good,
    /// Cannot be told (a hop before it fails, or the node does not let us look).
    Unknown,
    /// Works, but somebody should look.
    Attention,
    /// Does not work; nothing behind it can.
    Broken,
}

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Which.
    pub name: HopName,
    /// How it is.
    pub state: HopState,
    /// What was found, for the operator: a path, a count, why nothing is known. No secrets.
    #[serde(flatten, with = "wire::detail")]
    pub detail: Reason,
}

/// What a worker reports about its node, every few seconds and after each change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// `callwarden-worker` version.
    pub worker_version: String,
    /// fail2ban's version, where it answers.
    pub fail2ban_version: Option<String>,
    /// The host's name.
    pub host_name: String,
    /// The host's own addresses (they are never banned).
    pub addresses: Vec<crate::net::Network>,
    /// Hops in order.
    pub hops: Vec<Hop>,
    /// Bytes of the attack log that are not read yet.
    pub lag_bytes: u64,
    /// Bytes read of the attack log's current file.
    pub position: u64,
    /// Path of the attack log.
    pub log_path: String,
    /// Console clock minus node clock, milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Entries of fail2ban's list that are no addresses (somebody banned junk), as text made inert.
    pub odd_bans: Vec<String>,
    /// The jail's settings as fail2ban answers them, seconds and counts.
    pub jail: Option<JailSettings>,
}

/// What the running jail answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JailSettings {
    /// Seconds an address stays banned; negative is for ever.
    pub bantime: i64,
    /// Seconds within which failures count.
    pub findtime: i64,
    /// Failures before a ban.
    pub maxretry: i64,
}
