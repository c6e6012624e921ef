//! Configuration on its way to nodes: its kinds, the steps of a deployment, and what a node reports.
//!
//! A *line* is a kind and a scope: all nodes, or one node that has its own. A line has revisions,
//! numbered from 1; a deployment takes one revision to nodes.

use serde::{Deserialize, Serialize};

use crate::ids::{DeploymentId, RevisionId};
use crate::reason::{Reason, wire};

/// What is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The `fail2ban` object of `cti.json`.
    CallRules,
    /// Our lists in `acl.conf.xml`.
    Acl,
    /// `apply-inbound-acl` and `auth-calls` of SIP profiles.
    Profiles,
    /// The jail's limits and base list of ignored networks.
    Jail,
}

impl Kind {
    /// Every kind, in the order in which a node takes them: a list stands before a profile names it.
    pub const ALL: [Self; 4] = [Self::CallRules, Self::Acl, Self::Profiles, Self::Jail];

    /// As stored, as sent and as written in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallRules => "call_rules",
            Self::Acl => "acl",
            Self::Profiles => "profiles",
            Self::Jail => "jail",
        }
    }

    /// Does the switch have to reload it, and answer for it? fail2ban's settings are the worker's alone.
    pub fn needs_switch(self) -> bool {
        self != Self::Jail
    }
}

impl std::str::FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or(UnknownKind)
    }
}

/// The text names no kind of configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of configuration")]
pub struct UnknownKind;

/// Where a deployment stands on one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The worker has not written it yet.
    Pending,
    /// The worker wrote the files.
    Delivered,
    /// The switch said that it has loaded them, in the exact words of success.
    Reloaded,
    /// Switch and files were asked, and agree with our own reading.
    Verified,
    /// It stopped; the reason is kept, and it can be tried again.
    Failed,
    /// The old file is back: the change was not confirmed in time.
    RolledBack,
    /// A newer deployment took its place before it was verified.
    Superseded,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Delivered,
        Self::Reloaded,
        Self::Verified,
        Self::Failed,
        Self::RolledBack,
        Self::Superseded,
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Reloaded => "reloaded",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
            Self::Superseded => "superseded",
        }
    }

    /// Reads what [`Self::as_str`] gave.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// Nothing more happens by itself.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Pending | Self::Delivered | Self::Reloaded)
    }
}

/// Seconds within which a change that could cut us off must be confirmed.
pub const CONFIRM_SECONDS: u32 = 60;

/// What a node shall have of one kind; replaces the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deploy<T> {
    /// By which deployment.
    pub deployment: DeploymentId,
    /// Counts the tries of this deployment on this node from 1: the same content is written again.
    pub attempt: u32,
    /// Which revision.
    pub revision: RevisionId,
    /// The revision itself, whole.
    pub content: T,
    /// The worker puts the old file back unless [`Self::confirmed`] comes within so many seconds of
    /// writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_seconds: Option<u32>,
    /// The console got through to the switch on a new connection after the change.
    #[serde(default)]
    pub confirmed: bool,
}

/// What the worker did about a [`Deploy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Outcome {
    /// The files hold it.
    Delivered,
    /// The files hold it and it is in force: read back (the jail).
    Verified,
    /// Nothing was changed.
    Failed {
        /// Names the file, and line and column where there are some.
        #[serde(flatten, with = "wire::reason")]
        reason: Reason,
    },
    /// The old file is back.
    RolledBack {
        /// Why.
        #[serde(flatten, with = "wire::reason")]
        reason: Reason,
        /// The worker itself had the switch load the old file.
        reloaded: bool,
    },
    /// From a newer worker.
    #[serde(other)]
    Unknown,
}

/// An [`Outcome`] and what it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// [`Deploy::deployment`].
    pub deployment: DeploymentId,
    /// [`Deploy::attempt`].
    pub attempt: u32,
    /// What was done.
    pub outcome: Outcome,
}

/// Most bytes of one file's text that travel; a longer one is named by its hash.
pub const FILE_LIMIT: usize = 1 << 20;

/// A file as it is on the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundFile {
    /// Absolute path.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// Lower-case hex; empty where there is no such file.
    pub sha256: String,
    /// Up to [`FILE_LIMIT`] bytes, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What stands on a node, of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found<T> {
    /// What is ours in the files, where they can be read.
    pub content: Option<T>,
    /// What is in force although the files say something else (the jail at run time).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<T>,
    /// Why the files cannot be read or changed; names the file, line and column.
    #[serde(flatten, with = "wire::problem")]
    pub problem: Option<Reason>,
    /// The files.
    pub files: Vec<FoundFile>,
}

/// One kind in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindReport<T> {
    /// What was done, sent again until a report that holds it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// What is there, when it is another than told before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found<T>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                serde_json::json!(kind.as_str())
            );
        }
        for step in Step::ALL {
            assert_eq!(Step::from_text(step.as_str()), Some(step));
        }
        assert!("acls".parse::<Kind>().is_err() && Step::from_text("done").is_none());
    }

    #[test]
    fn an_older_console_reads_a_newer_worker() {
        let report: KindReport<u8> = serde_json::from_str(
            r#"{"answer":{"deployment":7,"attempt":1,"outcome":{"step":"pondered","long":true}}}"#,
        )
        .unwrap();
        let answer = report.answer.unwrap();
        assert_eq!(answer.outcome, Outcome::Unknown);
        assert!(report.found.is_none());
    }
}
