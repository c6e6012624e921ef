//! Which firewall program the jail's action drives.

use super::{Firewall, FirewallError};

/// A firewall program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Sets in nftables: one lookup per packet, whatever the number of bans.
    Nftables,
    /// Sets of ipset, used by an iptables rule.
    Ipset,
    /// One iptables rule a ban.
    Iptables,
}

impl Backend {
    /// In the order in which they are looked for and preferred.
    pub const ALL: [Self; 3] = [Self::Nftables, Self::Ipset, Self::Iptables];

    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nftables => "nftables",
            Self::Ipset => "ipset",
            Self::Iptables => "iptables",
        }
    }

    /// From the names of a jail's actions (`get JAIL actions`); `None` for other firewalls.
    pub fn from_actions(actions: &[String]) -> Option<Self> {
        // `iptables-ipset-proto6` is ipset: the order of `ALL` decides.
        Self::ALL
            .into_iter()
            .find(|backend| actions.iter().any(|name| name.contains(backend.as_str())))
    }
}

impl Firewall {
    /// The best backend that works on this host.
    ///
    /// # Errors
    /// The last one's error where none works.
    pub async fn best_backend(&self) -> Result<Backend, FirewallError> {
        let mut last = None;
        for backend in Backend::ALL {
            match self.read_as(backend, "callwarden-probe").await {
                Ok(_) => return Ok(backend),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| FirewallError::Shape("every firewall program".into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_name_their_backend() {
        let of = |name: &str| Backend::from_actions(&["mail".into(), name.into()]);
        assert_eq!(of("callwarden-nftables"), Some(Backend::Nftables));
        assert_eq!(of("iptables-ipset-proto6-allports"), Some(Backend::Ipset));
        assert_eq!(of("iptables-allports"), Some(Backend::Iptables));
        assert_eq!(of("ufw"), None);
    }
}
