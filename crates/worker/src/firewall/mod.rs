//! What the firewall really holds, read back from the kernel.
//!
//! fail2ban's list says what it wanted; somebody may have flushed the rules, or a killed fail2ban
//! may have left some. So each backend is read: sets **and** the rule that uses them, since a set
//! without a rule blocks nobody.

mod backend;
pub mod enforce;
mod iptables;
mod nft;
mod scope;

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::time::Duration;

use domain::net::Network;
use domain::reason::ProgramReason;
use ipnet::IpNet;

pub use backend::Backend;
pub use scope::Scope;

use crate::config::FirewallConfig;
use crate::fail2ban::run::{Output, RunError, run};

/// How long one listing may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Most bytes of one listing (100,000 rules are about 10 MB).
const OUTPUT_LIMIT: usize = 32 << 20;

/// Why the firewall cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FirewallError {
    /// The program did not run to its end.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It ran and refused (no rights, usually).
    #[error("{program} refused: {text}")]
    Refused {
        /// Which.
        program: String,
        /// Its words, made inert.
        text: String,
    },
    /// Its listing has another form.
    #[error("the listing of {0} cannot be understood")]
    Shape(String),
}

impl From<&FirewallError> for ProgramReason {
    fn from(error: &FirewallError) -> Self {
        match error {
            FirewallError::Run(error) => error.into(),
            FirewallError::Refused { program, text } => Self::Refused {
                program: program.clone(),
                said: text.clone(),
            },
            FirewallError::Shape(program) => Self::NotUnderstood {
                program: program.clone(),
            },
        }
    }
}

/// What one backend blocks for the jail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Nothing of theirs passes: neither UDP nor TCP, on no port.
    pub held: HashSet<Network>,
    /// Some of their traffic passes; no ban is effective that way.
    pub partly: HashSet<Network>,
    /// What is stopped of those.
    pub scope: Scope,
}

impl Blocked {
    fn add(&mut self, network: Network, scope: Scope) {
        if scope == Scope::WHOLE {
            self.held.insert(network);
        } else {
            self.partly.insert(network);
            self.scope = scope;
        }
    }

    /// Whoever is blocked at all, each once.
    pub fn all(&self) -> impl Iterator<Item = Network> {
        self.held.union(&self.partly).copied()
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Where; `None` when no backend holds anything of the jail (it makes its rules with the first
    /// ban).
    pub backend: Option<Backend>,
    /// What is blocked.
    pub blocked: Blocked,
}

/// Reads the kernel's rules through `nft`, `ipset` and `iptables`.
#[derive(Clone, Debug)]
pub struct Firewall {
    config: FirewallConfig,
}

impl Firewall {
    /// Runs nothing yet.
    pub fn new(config: FirewallConfig) -> Self {
        Self { config }
    }

    /// What the firewall blocks for the jail, whichever backend its action uses. `Some(empty)`:
    /// readable, nothing there. `None`: none of the three can be read.
    ///
    /// # Errors
    /// [`FirewallError`] where a listing was got but not understood.
    pub async fn read(&self, jail: &str) -> Result<Option<Blocked>, FirewallError> {
        match self.find(jail).await {
            Ok(reading) => Ok(Some(reading.blocked)),
            Err(FirewallError::Shape(program)) => Err(FirewallError::Shape(program)),
            Err(_) => Ok(None),
        }
    }

    /// The same with the backend, and with the reason where nothing can be read (for the node's
    /// health).
    ///
    /// # Errors
    /// [`FirewallError`]: the first backend's, when none can be read.
    pub async fn find(&self, jail: &str) -> Result<Reading, FirewallError> {
        let mut readable = false;
        let mut first_error = None;
        for backend in Backend::ALL {
            match self.read_as(backend, jail).await {
                Ok(Some(blocked)) => {
                    return Ok(Reading {
                        backend: Some(backend),
                        blocked,
                    });
                }
                Ok(None) => readable = true,
                Err(error) => {
                    tracing::debug!("{} is not readable: {error}", backend.as_str());
                    first_error.get_or_insert(error);
                }
            }
        }
        match first_error {
            Some(error) if !readable => Err(error),
            _ => Ok(Reading::default()),
        }
    }

    /// Reads one backend. `None`: readable, but it has no set or chain for the jail.
    ///
    /// # Errors
    /// [`FirewallError`].
    pub async fn read_as(
        &self,
        backend: Backend,
        jail: &str,
    ) -> Result<Option<Blocked>, FirewallError> {
        match backend {
            Backend::Nftables => self.read_nft(jail).await,
            Backend::Ipset => self.read_ipset(jail).await,
            Backend::Iptables => self.read_iptables(jail).await,
        }
    }

    async fn run(&self, program: &[String], words: &[&str]) -> Result<Output, FirewallError> {
        let mut argv = program.to_vec();
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        Ok(run(&argv, LIMIT, OUTPUT_LIMIT).await?)
    }
}

/// Is the network blocked, by itself or by a wider one?
pub fn covers<S: BuildHasher>(held: &HashSet<Network, S>, network: Network) -> bool {
    covered_by(held, network).is_some()
}

/// The narrowest blocked network that holds it, or itself where blocked ones fill it (an ipset of
/// single addresses holds a network that way).
pub fn covered_by<S: BuildHasher>(held: &HashSet<Network, S>, network: Network) -> Option<Network> {
    (0..=network.prefix_len())
        .rev()
        .filter_map(|length| Network::around(network.address(), length).ok())
        .find(|wider| held.contains(wider))
        .or_else(|| fill(held, network).then_some(network))
}

fn fill<S: BuildHasher>(held: &HashSet<Network, S>, network: Network) -> bool {
    if network.is_host() {
        return false;
    }
    let inside = held.iter().filter(|held| network.contains(**held));
    let inside: Vec<IpNet> = inside.map(|held| held.ipnet()).collect();
    IpNet::aggregate(&inside) == [network.ipnet()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_17_covering_is_by_address() {
        let net = |text: &str| text.parse::<Network>().unwrap();
        let held: HashSet<Network> = ["11.2.3.45", "198.51.100.0/24", "2001:db8::/64"]
            .map(net)
            .into();
        assert!(!covers(&held, net("1.2.3.4")));
        assert!(covers(&held, net("11.2.3.45")));
        assert_eq!(
            covered_by(&held, net("198.51.100.9")),
            Some(net("198.51.100.0/24"))
        );
        assert!(covers(&held, net("2001:db8::9")) && !covers(&held, net("2001:db8:1::9")));
        assert!(!covers(&held, net("198.51.0.0/16")));
    }

    #[test]
    fn addresses_that_fill_a_network_cover_it() {
        let net = |text: &str| text.parse::<Network>().unwrap();
        let network = net("198.51.100.0/24");
        let mut held: HashSet<Network> = (0..=255)
            .map(|last| net(&format!("198.51.100.{last}")))
            .collect();
        assert!(covers(&held, network) && covers(&held, net("198.51.100.64/26")));
        held.remove(&net("198.51.100.77"));
        assert!(!covers(&held, network) && covers(&held, net("198.51.100.128/25")));
    }
}
