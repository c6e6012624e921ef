//! Bans and unbans with proof: fail2ban is told, its list is read back, and the firewall's.

use std::collections::HashSet;

use domain::ban::Outcome;
use domain::net::Network;

use super::{Firewall, covered_by};
use crate::fail2ban::{BATCH, Fail2ban, Fail2banError};

/// What fail2ban said of one network: was anything to do?
type Said = (Network, Result<bool, String>);

/// Bans each network (the never-ban list is the caller's) and says how it ended.
pub async fn ban(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    networks: &[Network],
) -> Vec<(Network, Outcome)> {
    let mut said: Vec<Said> = Vec::with_capacity(networks.len());
    for batch in networks.chunks(BATCH) {
        collect(&mut said, batch, fail2ban.ban(batch).await);
    }
    let held = read(fail2ban, firewall).await;
    outcomes(said, |network| match &held {
        Ok(Some(held)) if covered_by(held, network).is_none() => Some(format!(
            "fail2ban lists {network}, but the firewall does not block it; fail2ban.log has the \
             error of its action"
        )),
        Err(reason) => Some(reason.clone()),
        Ok(_) => None,
    })
}

/// Lifts every ban inside each network and says how it ended.
pub async fn unban(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    networks: &[Network],
) -> Vec<(Network, Outcome)> {
    let mut said: Vec<Said> = Vec::with_capacity(networks.len());
    for batch in networks.chunks(BATCH) {
        collect(&mut said, batch, fail2ban.unban(batch).await);
    }
    let held = read(fail2ban, firewall).await;
    outcomes(said, |network| match &held {
        Ok(Some(held)) => still_blocked(held, network, fail2ban.jail_name()),
        Err(reason) => Some(reason.clone()),
        Ok(None) => None,
    })
}

fn collect(
    said: &mut Vec<Said>,
    batch: &[Network],
    answer: Result<Vec<(Network, bool)>, Fail2banError>,
) {
    match answer {
        Ok(done) => said.extend(done.into_iter().map(|(network, did)| (network, Ok(did)))),
        Err(error) => {
            let reason = chain(&error);
            said.extend(batch.iter().map(|network| {
                let one = match &error {
                    Fail2banError::NotDone(which) if !which.contains(network) => Ok(true),
                    _ => Err(reason.clone()),
                };
                (*network, one)
            }));
        }
    }
}

fn outcomes(
    said: Vec<Said>,
    objection: impl Fn(Network) -> Option<String>,
) -> Vec<(Network, Outcome)> {
    said.into_iter()
        .map(|(network, said)| {
            let outcome = match said {
                Err(reason) => Outcome::Failed { reason },
                Ok(did) => match (objection(network), did) {
                    (Some(reason), _) => Outcome::Failed { reason },
                    (None, true) => Outcome::Done,
                    (None, false) => Outcome::AlreadySo,
                },
            };
            (network, outcome)
        })
        .collect()
}

/// A killed fail2ban leaves rules behind and adds them a second time at its next start; an unban
/// then removes one of the two.
fn still_blocked(held: &HashSet<Network>, network: Network, jail: &str) -> Option<String> {
    let inside = || held.iter().find(|held| network.contains(**held)).copied();
    let by = covered_by(held, network).or_else(inside)?;
    Some(if network.contains(by) {
        format!(
            "fail2ban has lifted the ban, but the firewall still blocks {by}: a rule is left over \
             from a killed fail2ban; mend it with: fail2ban-client restart --if-exists {jail}"
        )
    } else {
        format!("{network} is still blocked by the ban of {by}")
    })
}

async fn read(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
) -> Result<Option<HashSet<Network>>, String> {
    let read = firewall.read(fail2ban.jail_name()).await;
    read.map_err(|error| format!("done, but the firewall cannot be read back: {error}"))
}

/// The error with its causes, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
