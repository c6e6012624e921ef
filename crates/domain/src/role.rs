//! Who may do what.

use serde::{Deserialize, Serialize};

/// A user's role; each includes the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads everything.
    Viewer,
    /// Bans, unbans, whitelists.
    Operator,
    /// Configuration, nodes, users.
    Admin,
}

impl Role {
    /// As stored and as written on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// May somebody of this role do it?
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::Viewer, Self::Operator, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is viewer, operator or admin")]
pub struct UnknownRole;

/// What a page or server function asks for before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See pages.
    Read,
    /// Ban and unban addresses and networks up to /24 or /48.
    Ban,
    /// Whitelist addresses and networks up to /24 or /48.
    Whitelist,
    /// Ban or whitelist wider networks.
    WideNetworks,
    /// Add, enrol, revoke nodes; write jail files.
    Nodes,
    /// Change, deploy and roll back call rules, ACL lists, profiles and jail settings.
    Configure,
    /// Set who is told of what, and send a test message.
    Alerts,
    /// Read the audit log.
    Audit,
    /// Add, disable, promote, demote users; set their passwords.
    Users,
}

impl Permission {
    fn least_role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Ban | Self::Whitelist => Role::Operator,
            Self::WideNetworks
            | Self::Nodes
            | Self::Configure
            | Self::Alerts
            | Self::Audit
            | Self::Users => Role::Admin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_the_one_before() {
        assert!(Role::Viewer.may(Permission::Read) && !Role::Viewer.may(Permission::Ban));
        assert!(
            Role::Operator.may(Permission::Whitelist) && !Role::Operator.may(Permission::Nodes)
        );
        assert!(Role::Admin.may(Permission::WideNetworks) && Role::Admin.may(Permission::Read));
    }
}
