//! Why something did not happen, or was taken back: a closed set, with what it is about as fields.
//!
//! `Display` is the English of logs and the command line; the interface has the other language. What a
//! program, a switch or the system said stands in a field `said`, and is shown as it stands.
//!
//! On the wire the English travels beside the typed form, for a reader that does not know the set (or
//! this member of it); what is only there in words is [`Reason::Said`].

mod deploy;
mod fail2ban;
mod file;
mod hop;
mod order;
mod switch;
#[cfg(test)]
mod tests;
mod text;
pub mod wire;
mod worker;

pub use deploy::{DeployReason, JailReason};
pub use fail2ban::Fail2banReason;
pub use file::{FileReason, IoKind, IoReason, NotRead};
pub use hop::HopReason;
pub use order::OrderReason;
use serde::{Deserialize, Serialize};
pub use switch::{Answered, SwitchReason};
pub use worker::{ConsoleReason, ProgramReason, SpoolReason};

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Only in words: of an older or newer program, or a fact without a sentence around it.
    #[error("{0}")]
    Said(String),
    /// Several at once.
    #[error("{}", all(.0))]
    All(Vec<Self>),
    /// A file of the node.
    #[error("{path}: {what}")]
    File {
        /// Which, on the node.
        path: String,
        /// What about it.
        what: Box<FileReason>,
    },
    /// What the switch said, or has loaded.
    #[error(transparent)]
    Switch(SwitchReason),
    /// What became of a deployment.
    #[error(transparent)]
    Deploy(DeployReason),
    /// The jail's settings.
    #[error(transparent)]
    Jail(JailReason),
    /// fail2ban itself.
    #[error(transparent)]
    Fail2ban(Fail2banReason),
    /// An order of an operator.
    #[error(transparent)]
    Order(OrderReason),
    /// A hop from log to firewall.
    #[error(transparent)]
    Hop(HopReason),
}

impl Reason {
    /// About a file.
    pub fn file(path: impl Into<String>, what: impl Into<FileReason>) -> Self {
        Self::File {
            path: path.into(),
            what: Box::new(what.into()),
        }
    }

    /// Both, in this order.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        let mut all = match self {
            Self::All(all) => all,
            one => vec![one],
        };
        all.push(more);
        Self::All(all)
    }
}

fn all(reasons: &[Reason]) -> String {
    let each: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    each.join("; ")
}

macro_rules! areas {
    ($($area:ident($type:ty)),+) => {
        $(impl From<$type> for Reason {
            fn from(reason: $type) -> Self {
                Self::$area(reason)
            }
        })+
    };
}
areas!(
    Said(String),
    Switch(SwitchReason),
    Deploy(DeployReason),
    Jail(JailReason),
    Fail2ban(Fail2banReason),
    Order(OrderReason),
    Hop(HopReason)
);

impl From<&str> for Reason {
    fn from(said: &str) -> Self {
        Self::Said(said.to_owned())
    }
}
