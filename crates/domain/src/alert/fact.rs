//! What an alert says: the facts, in types, so that every message and page words them itself.

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::config;

/// Networks that are named; the others are counted.
pub const NETWORKS_SHOWN: usize = 5;

/// What is so. Texts in it are harmless (see [`crate::inert`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Many attack lines.
    AttackRate {
        /// On which node; `None`: on all together.
        node: Option<String>,
        /// How many.
        lines: i64,
        /// In how many minutes.
        minutes: u32,
    },
    /// Attacks from a country that none came from for a while.
    NewCountry {
        /// ISO 3166 alpha-2.
        country: String,
        /// On which node; `None`: on any.
        node: Option<String>,
    },
    /// A worker that is not heard.
    NodeSilent {
        /// Which.
        node: String,
        /// When it was heard last, seconds since 1970.
        heard: i64,
    },
    /// Bans that the firewall does not have.
    BanNotEffective {
        /// On which node.
        node: String,
        /// How many.
        bans: i64,
        /// The oldest [`NETWORKS_SHOWN`].
        networks: Vec<String>,
    },
    /// A deployment that did not succeed.
    DeploymentFailed {
        /// On which node.
        node: String,
        /// Of what.
        config: config::Kind,
        /// Its row number, as in the page's address.
        deployment: i64,
        /// Number of the revision within its line.
        revision: i32,
        /// It was put back, not only refused.
        rolled_back: bool,
        /// Why, as the node said.
        reason: String,
    },
}

impl Fact {
    /// Of which rule.
    pub fn kind(&self) -> Kind {
        match self {
            Self::AttackRate { .. } => Kind::AttackRate,
            Self::NewCountry { .. } => Kind::NewCountry,
            Self::NodeSilent { .. } => Kind::NodeSilent,
            Self::BanNotEffective { .. } => Kind::BanNotEffective,
            Self::DeploymentFailed { .. } => Kind::DeploymentFailed,
        }
    }

    /// On which node; `None`: on all or any.
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::AttackRate { node, .. } | Self::NewCountry { node, .. } => node.as_deref(),
            Self::NodeSilent { node, .. }
            | Self::BanNotEffective { node, .. }
            | Self::DeploymentFailed { node, .. } => Some(node),
        }
    }

    /// Of the same thing: is it the same event still? Another deployment that fails is another one.
    pub fn goes_on(&self, before: &Self) -> bool {
        match (self, before) {
            (
                Self::DeploymentFailed { deployment, .. },
                Self::DeploymentFailed {
                    deployment: before, ..
                },
            ) => deployment == before,
            _ => true,
        }
    }
}
