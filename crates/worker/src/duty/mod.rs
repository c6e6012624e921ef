//! What the worker does on its node: each duty is a task of its own, so that one that hangs holds
//! up no other.

pub mod bans;
pub mod orders;
pub mod probe;
mod queue;
pub(crate) mod report;
pub mod whitelist;

use domain::reason::{HopReason, ProgramReason};

use crate::config::Config;
use crate::fail2ban::Fail2ban;
use crate::firewall::{Blocked, Firewall};

/// The node's ban engine and firewall. Clones share one connection.
#[derive(Clone, Debug)]
pub struct Engine {
    /// fail2ban.
    pub fail2ban: Fail2ban,
    /// The kernel's rules.
    pub firewall: Firewall,
}

impl Engine {
    /// Connects with the first question.
    pub fn new(config: &Config) -> Self {
        Self {
            fail2ban: Fail2ban::new(config.fail2ban.clone()),
            firewall: Firewall::new(config.firewall.clone()),
        }
    }

    /// What the firewall blocks for the jail, or why that is not known.
    pub(crate) async fn blocked(&self) -> Result<Blocked, HopReason> {
        match self.firewall.read(self.fail2ban.jail_name()).await {
            Ok(Some(blocked)) => Ok(blocked),
            Ok(None) => Err(HopReason::FirewallUnread {
                said: "no firewall program can be read".to_owned(),
                why: Some(ProgramReason::Nothing),
            }),
            Err(error) => Err(HopReason::FirewallUnread {
                said: error.to_string(),
                why: Some((&error).into()),
            }),
        }
    }
}
