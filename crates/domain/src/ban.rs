//! Bans: what fail2ban holds, and what operators order.

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::net::Network;
use crate::reason::{Reason, wire};

/// One ban as fail2ban's jail holds it (polled: the truth).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBan {
    /// Who is banned.
    pub network: Network,
    /// Unix seconds.
    pub since: i64,
    /// Unix seconds; `None` is for ever.
    pub until: Option<i64>,
    /// Does the firewall hold it too? `None` where the firewall could not be read.
    pub in_firewall: Option<bool>,
}

/// What a line of `fail2ban.log` says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BanEventKind {
    /// `Ban`
    Ban,
    /// `Unban` or `Repeal Ban`: expiry, command or shutdown.
    Unban,
    /// `Restore Ban`: after a restart.
    Restore,
    /// A kind that a newer worker knows.
    #[serde(other)]
    Other,
}

impl BanEventKind {
    /// Every kind that this version knows.
    pub const KNOWN: [Self; 3] = [Self::Ban, Self::Unban, Self::Restore];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ban => "ban",
            Self::Unban => "unban",
            Self::Restore => "restore",
            Self::Other => "other",
        }
    }

    /// The inverse of [`BanEventKind::as_str`].
    pub fn from_text(text: &str) -> Self {
        Self::KNOWN
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .unwrap_or(Self::Other)
    }
}

/// What an order asks of the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// `banip`
    Ban,
    /// `unbanip`
    Unban,
    /// Write the `cti` jail and filter files and load them.
    InstallJail,
    /// An act that a newer console knows: the worker answers "failed".
    #[serde(other)]
    Unknown,
}

impl Act {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ban => "ban",
            Self::Unban => "unban",
            Self::InstallJail => "install_jail",
            Self::Unknown => "unknown",
        }
    }

    /// The inverse of [`Act::as_str`].
    pub fn from_text(text: &str) -> Self {
        [Self::Ban, Self::Unban, Self::InstallJail]
            .into_iter()
            .find(|act| act.as_str() == text)
            .unwrap_or(Self::Unknown)
    }
}

/// One instruction to one worker. Doing it twice has the effect of doing it once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The console's number for it; the result carries it back.
    pub id: OrderId,
    /// What to do.
    pub act: Act,
    /// To whom; `None` for acts that concern the jail.
    pub network: Option<Network>,
}

/// How an order ended on the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done and read back: fail2ban and, where readable, the firewall agree.
    Done,
    /// It was already so (unban of an address that was not banned).
    AlreadySo,
    /// The worker's own guard refused.
    Refused {
        /// Why.
        #[serde(flatten, with = "wire::reason")]
        reason: Reason,
    },
    /// fail2ban or the firewall did not do it.
    Failed {
        /// Why.
        #[serde(flatten, with = "wire::reason")]
        reason: Reason,
    },
    /// From a newer worker.
    #[serde(other)]
    Unknown,
}

/// The worker's answer to one [`Order`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderResult {
    /// The order.
    pub id: OrderId,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}
