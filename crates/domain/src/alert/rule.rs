//! The closed set of rules: what is watched, and how much of it is too much.

use serde::{Deserialize, Serialize};
use time::Duration;

use super::Bounded;
use crate::ids::{ChannelId, NodeId};

/// Attack lines.
pub type Lines = Bounded<1, 1_000_000>;
/// Up to a day.
pub type Minutes = Bounded<1, 1_440>;
/// Up to a year.
pub type Days = Bounded<1, 365>;
/// Minutes between two messages about the same thing: five minutes to a week.
pub type CoolDown = Bounded<5, 10_080>;

/// What a rule watches; there is one rule of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Attack lines in the last minutes.
    AttackRate,
    /// Attacks from a country that none came from lately.
    NewCountry,
    /// A node whose worker is not heard.
    NodeSilent,
    /// A ban that fail2ban holds and the node's firewall does not.
    BanNotEffective,
    /// A node's newest deployment failed or was rolled back.
    DeploymentFailed,
}

impl Kind {
    /// Every kind, in the order in which the page shows them.
    pub const ALL: [Self; 5] = [
        Self::AttackRate,
        Self::NewCountry,
        Self::NodeSilent,
        Self::BanNotEffective,
        Self::DeploymentFailed,
    ];

    /// As stored and as sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AttackRate => "attack_rate",
            Self::NewCountry => "new_country",
            Self::NodeSilent => "node_silent",
            Self::BanNotEffective => "ban_not_effective",
            Self::DeploymentFailed => "deployment_failed",
        }
    }

    /// The inverse of [`Kind::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Is it news, told once, and not a state that lasts and ends?
    pub fn is_news(self) -> bool {
        self == Self::NewCountry
    }
}

/// How much is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Threshold {
    /// So many lines in so many minutes.
    AttackRate {
        /// At least.
        lines: Lines,
        /// Before now.
        minutes: Minutes,
    },
    /// No line came from there for so many days.
    NewCountry {
        /// Before today.
        days: Days,
    },
    /// Not heard for so long.
    NodeSilent {
        /// Since its last word.
        minutes: Minutes,
    },
    /// Not in the firewall for so long.
    BanNotEffective {
        /// Without a break.
        minutes: Minutes,
    },
    /// Nothing to set.
    DeploymentFailed,
}

impl Threshold {
    /// Of which rule.
    pub fn kind(self) -> Kind {
        match self {
            Self::AttackRate { .. } => Kind::AttackRate,
            Self::NewCountry { .. } => Kind::NewCountry,
            Self::NodeSilent { .. } => Kind::NodeSilent,
            Self::BanNotEffective { .. } => Kind::BanNotEffective,
            Self::DeploymentFailed => Kind::DeploymentFailed,
        }
    }

    /// How long it must be so, look after look, before it counts.
    pub fn must_last(self) -> Duration {
        match self {
            Self::BanNotEffective { minutes } => Duration::minutes(minutes.get().into()),
            _ => Duration::ZERO,
        }
    }
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipients {
    /// Every channel there is.
    All,
    /// These.
    Some(Vec<ChannelId>),
}

/// One rule as set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Switched on; without a channel it is silent all the same.
    pub on: bool,
    /// One node; `None`: all of them.
    pub scope: Option<NodeId>,
    /// How much is too much.
    pub threshold: Threshold,
    /// Between two messages about the same thing.
    pub cool_down: CoolDown,
    /// Who is told.
    pub recipients: Recipients,
}

impl Rule {
    /// What holds until an admin says otherwise. On: it begins with the first channel.
    pub fn default_of(kind: Kind) -> Self {
        let (threshold, cool_down) = match kind {
            Kind::AttackRate => (
                Threshold::AttackRate {
                    lines: Lines::of::<1_000>(),
                    minutes: Minutes::of::<5>(),
                },
                CoolDown::of::<60>(),
            ),
            Kind::NewCountry => (
                Threshold::NewCountry {
                    days: Days::of::<30>(),
                },
                CoolDown::of::<60>(),
            ),
            Kind::NodeSilent => (
                Threshold::NodeSilent {
                    minutes: Minutes::of::<5>(),
                },
                CoolDown::of::<240>(),
            ),
            Kind::BanNotEffective => (
                Threshold::BanNotEffective {
                    minutes: Minutes::of::<5>(),
                },
                CoolDown::of::<240>(),
            ),
            Kind::DeploymentFailed => (Threshold::DeploymentFailed, CoolDown::of::<240>()),
        };
        Self {
            on: true,
            scope: None,
            threshold,
            cool_down,
            recipients: Recipients::All,
        }
    }

    /// What it watches.
    pub fn kind(&self) -> Kind {
        self.threshold.kind()
    }

    /// Is this channel told?
    pub fn tells(&self, channel: ChannelId) -> bool {
        match &self.recipients {
            Recipients::All => true,
            Recipients::Some(channels) => channels.contains(&channel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_default_and_reads_back() {
        for kind in Kind::ALL {
            let rule = Rule::default_of(kind);
            assert_eq!(rule.kind(), kind);
            assert_eq!(Kind::from_text(kind.as_str()), Some(kind));
            let json = serde_json::to_string(&rule).unwrap();
            assert!(json.contains(kind.as_str()), "{json}");
            assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
            // What is stored is checked again when it is read.
            let broken = json.replace("\"cool_down\":", "\"cool_down\":999");
            assert!(serde_json::from_str::<Rule>(&broken).is_err(), "{broken}");
        }
        assert_eq!(Kind::from_text("everything"), None);
    }

    #[test]
    fn who_is_told() {
        let mut rule = Rule::default_of(Kind::NodeSilent);
        assert!(rule.tells(ChannelId(7)));
        rule.recipients = Recipients::Some(vec![ChannelId(3)]);
        assert!(rule.tells(ChannelId(3)) && !rule.tells(ChannelId(7)));
    }
}
