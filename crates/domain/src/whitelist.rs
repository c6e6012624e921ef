//! Whitelist entries: addresses and networks never to be banned (fail2ban `ignoreip`).

use serde::{Deserialize, Serialize};

use crate::net::Network;
use crate::reason::{Reason, wire};

/// Why a network cannot be whitelisted by this user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhitelistError {
    /// `0.0.0.0/0` or `::/0`: whitelisting everybody switches the protection off.
    #[error("the whole internet cannot be whitelisted")]
    Everybody,
    /// Wider than /24 or /48.
    #[error("networks wider than /24 (IPv4) or /48 (IPv6) need an admin")]
    NeedsAdmin,
}

/// Operators may whitelist up to /24 or /48, admins wider ones, nobody /0 (nor the two halves).
///
/// # Errors
/// [`WhitelistError`].
pub fn may_whitelist(network: Network, admin: bool) -> Result<(), WhitelistError> {
    if network.prefix_len() < 8 {
        return Err(WhitelistError::Everybody);
    }
    if network.is_wide() && !admin {
        return Err(WhitelistError::NeedsAdmin);
    }
    Ok(())
}

/// An entry as a worker needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhitelistLine {
    /// What is never banned.
    pub network: Network,
    /// Unix seconds; `None` is for ever.
    pub until: Option<i64>,
}

/// What the node answered when one entry was read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhitelistProof {
    /// The entry.
    pub network: Network,
    /// It stands in the jail's file, so it survives a restart.
    pub in_file: bool,
    /// fail2ban's running jail answers with it.
    pub in_jail: bool,
    /// Why not, where one of the two is false.
    #[serde(flatten, with = "wire::error")]
    pub error: Option<Reason>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_limits() {
        let may = |text: &str, admin| may_whitelist(text.parse().unwrap(), admin);
        assert_eq!(may("198.51.100.7", false), Ok(()));
        assert_eq!(may("198.51.100.0/24", false), Ok(()));
        assert_eq!(may("198.51.0.0/16", false), Err(WhitelistError::NeedsAdmin));
        assert_eq!(may("198.51.0.0/16", true), Ok(()));
        assert_eq!(may("2001:db8::/32", false), Err(WhitelistError::NeedsAdmin));
        for everybody in ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "2000::/3"] {
            assert_eq!(
                may(everybody, true),
                Err(WhitelistError::Everybody),
                "{everybody}"
            );
        }
    }
}
