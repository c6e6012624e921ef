//! Why an order was refused or failed.

use serde::{Deserialize, Serialize};

use super::{ProgramReason, Reason};
use crate::guard::Protected;
use crate::net::Network;

/// A ban, an unban, or the jail's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum OrderReason {
    /// The worker's own guard.
    #[error("{network} is protected: {}", protected(.why))]
    Protected {
        /// What it touches.
        network: Network,
        /// Why that must not be banned.
        why: Protected,
    },
    /// The sum of bans.
    #[error("bans of networks would cover too many addresses together")]
    TooMuch,
    /// Of a newer console.
    #[error("this worker does not know the act; upgrade it")]
    UnknownAct,
    /// Nothing came back.
    #[error("not done")]
    NotDone,
    /// A ban of nobody.
    #[error("the order names no address")]
    NoAddress,
    /// fail2ban's action failed.
    #[error(
        "fail2ban lists {0}, but the firewall does not block it; fail2ban.log has the error of its \
         action"
    )]
    NotBlocked(Network),
    /// Its action is too narrow.
    #[error(
        "fail2ban lists {network}, but the jail's action blocks {scope}: write the jail files, or set \
         protocol=all in its action"
    )]
    PartlyBlocked {
        /// Who.
        network: Network,
        /// `TCP only`, …
        scope: String,
    },
    /// Faster than the eye.
    #[error("the ban was lifted, but {0} went on attacking and is banned again")]
    BannedAgain(Network),
    /// A rule without a ban.
    #[error(
        "fail2ban has lifted the ban, but the firewall still blocks {by}: a rule is left over from a \
         killed fail2ban; mend it with: fail2ban-client restart --if-exists {jail}"
    )]
    LeftOver {
        /// Whose rule.
        by: Network,
        /// Which jail.
        jail: String,
    },
    /// A wider ban holds it.
    #[error("{network} is still blocked by the ban of {by}")]
    BlockedBy {
        /// Who.
        network: Network,
        /// The wider one.
        by: Network,
    },
    /// Nothing is proven.
    #[error("done, but the firewall cannot be read back: {said}")]
    FirewallUnread {
        /// In our words and the system's.
        said: String,
        /// The same; `None`: of an older worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<ProgramReason>,
    },
    /// No firewall for a jail.
    #[error("no firewall can be used; install nftables: apt-get install nftables: {said}")]
    NoFirewall {
        /// In our words and the system's.
        said: String,
        /// The same; `None`: of an older worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<ProgramReason>,
    },
    /// fail2ban's files cannot hold it.
    #[error("the jail's name must be 1 to 26 letters, digits, `-` or `_`")]
    BadJailName,
    /// fail2ban would read it as something else.
    #[error("the attack log's path must be absolute, without spaces and without any of *?[]%<>#;")]
    BadLogPath,
    /// Our files were taken back.
    #[error(
        "fail2ban does not accept its configuration; the files were put back as they were: {0}"
    )]
    Rejected(Box<Reason>),
    /// The same of the whitelist's.
    #[error("fail2ban does not accept the whitelist file; it was put back as it was: {0}")]
    WhitelistRejected(Box<Reason>),
    /// A file that is read after ours.
    #[error("the jail runs, but its {setting} is not ours ({said}); another file overrides it")]
    Overridden {
        /// Which setting.
        setting: String,
        /// What the jail answers.
        said: String,
    },
    /// The worker was shut out.
    #[error("the node was revoked")]
    Revoked,
    /// An outcome that this console does not know.
    #[error("the worker's answer is not understood")]
    NewerWorker,
}

fn protected(why: &Protected) -> String {
    match why {
        Protected::Local => "an address of every host".to_owned(),
        Protected::Whitelisted => "whitelisted".to_owned(),
        Protected::Node { name } => format!("an address of node {name}"),
        Protected::Console => "an address of the console".to_owned(),
        Protected::Operator { name } => format!("operator {name} is signed in from there"),
        Protected::Phone { name } => format!("phone {name} is registered from there"),
        Protected::Gateway { name } => format!("an address of gateway {name}"),
        Protected::Unknown => "by the console".to_owned(),
    }
}
