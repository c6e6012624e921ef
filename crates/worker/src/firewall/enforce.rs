//! Bans and unbans with proof: fail2ban is told, its list is read back, and the firewall's.

use std::collections::HashSet;
use std::time::Duration;

use domain::ban::Outcome;
use domain::net::Network;
use domain::reason::{Fail2banReason, OrderReason, Reason};

use super::{Blocked, Firewall, covered_by};
use crate::fail2ban::{Fail2ban, Fail2banError};

/// What fail2ban said of one network: was anything to do?
type Said = (Network, Result<bool, Reason>);
/// What the firewall holds; `None` where it cannot be read.
type Held = Result<Option<Blocked>, Reason>;

/// fail2ban's own thread may still be running the command of a ban that stands in its list already.
const IN_FLIGHT: Duration = Duration::from_millis(150);
/// What fails together is reported together; each piece costs fail2ban two listings.
const CHUNK: usize = 250;
/// Most leftovers of one order that are mended.
const MEND_MOST: usize = 256;

/// Bans each network (the never-ban list is the caller's) and says how it ended.
pub async fn ban(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    networks: &[Network],
) -> Vec<(Network, Outcome)> {
    let mut said: Vec<Said> = Vec::with_capacity(networks.len());
    for batch in networks.chunks(CHUNK) {
        collect(&mut said, batch, fail2ban.ban(batch).await);
    }
    let missing = |held: &Held| match held {
        // One that is blocked partly is as its action makes it; another try makes the same.
        Ok(Some(blocked)) => taken(&said)
            .filter(|network| covered_by(&blocked.held, *network).is_none())
            .filter(|network| covered_by(&blocked.partly, *network).is_none())
            .take(MEND_MOST)
            .collect(),
        _ => Vec::new(),
    };
    let mut held = read(fail2ban, firewall).await;
    if !missing(&held).is_empty() {
        tokio::time::sleep(IN_FLIGHT).await;
        held = read(fail2ban, firewall).await;
    }
    let lost = missing(&held);
    if !lost.is_empty() {
        // Somebody flushed the rules: fail2ban believes that they are there until it is told anew.
        mend(async {
            fail2ban.unban(&lost).await?;
            fail2ban.ban(&lost).await
        })
        .await;
        held = read(fail2ban, firewall).await;
    }
    outcomes(said, |network| match &held {
        Ok(Some(blocked)) => not_blocked(blocked, network),
        Err(reason) => Some(reason.clone()),
        Ok(None) => None,
    })
}

fn not_blocked(blocked: &Blocked, network: Network) -> Option<Reason> {
    if covered_by(&blocked.held, network).is_some() {
        None
    } else if covered_by(&blocked.partly, network).is_some() {
        let scope = blocked.scope.as_str().to_owned();
        Some(OrderReason::PartlyBlocked { network, scope }.into())
    } else {
        Some(OrderReason::NotBlocked(network).into())
    }
}

/// Lifts every ban inside each network and says how it ended.
pub async fn unban(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    networks: &[Network],
) -> Vec<(Network, Outcome)> {
    let mut said: Vec<Said> = Vec::with_capacity(networks.len());
    for batch in networks.chunks(CHUNK) {
        collect(&mut said, batch, fail2ban.unban(batch).await);
    }
    let left_over = |held: &Held| match held {
        Ok(Some(blocked)) => blocked
            .all()
            .filter(|held| taken(&said).any(|network| network.contains(*held)))
            .take(MEND_MOST)
            .collect(),
        _ => Vec::new(),
    };
    let mut held = read(fail2ban, firewall).await;
    let mut again = Vec::new();
    if !left_over(&held).is_empty() {
        tokio::time::sleep(IN_FLIGHT).await;
        held = read(fail2ban, firewall).await;
        // The attack goes on and fail2ban has banned it anew: that is no rule left over.
        let (left, mut orphans) = (left_over(&held), Vec::new());
        let listed = fail2ban
            .bans()
            .await
            .map(|bans| bans.held)
            .unwrap_or_default();
        for network in left {
            if listed.iter().any(|ban| ban.network == network) {
                again.push(network);
            } else {
                orphans.push(network);
            }
        }
        if !orphans.is_empty() {
            // fail2ban skips the firewall's part of an unban where it thinks that its rules of that
            // family are not set up, and may finish a ban after its unban. Banning sets both right.
            mend(async {
                fail2ban.ban(&orphans).await?;
                fail2ban.unban(&orphans).await
            })
            .await;
            held = read(fail2ban, firewall).await;
            let left = left_over(&held);
            orphans.retain(|network| left.contains(network));
            if !orphans.is_empty() {
                held = remove(fail2ban, firewall, &orphans).await;
            }
        }
    }
    let held = held.map(|held| held.map(|blocked| blocked.all().collect::<HashSet<_>>()));
    outcomes(said, |network| match &held {
        Ok(Some(blocked)) => still_blocked(blocked, &again, network, fail2ban.jail_name()),
        Err(reason) => Some(reason.clone()),
        Ok(None) => None,
    })
}

/// A killed fail2ban leaves iptables rules behind and adds them a second time at its next start; an
/// unban then takes one of the two away.
async fn remove(fail2ban: &Fail2ban, firewall: &Firewall, orphans: &[Network]) -> Held {
    let jail = fail2ban.jail_name();
    if let Err(error) = firewall.remove_rules(jail, orphans).await {
        tracing::warn!("rules left over are not removed: {}", chain(&error));
    }
    read(fail2ban, firewall).await
}

/// Those that fail2ban did not refuse.
fn taken(said: &[Said]) -> impl Iterator<Item = Network> {
    said.iter()
        .filter(|(_, said)| said.is_ok())
        .map(|(network, _)| *network)
}

/// The firewall is read again afterwards: what did not help is told from there.
async fn mend<T>(work: impl Future<Output = Result<T, Fail2banError>>) {
    if let Err(error) = work.await {
        tracing::warn!("mending the firewall failed: {}", chain(&error));
    }
}

fn collect(
    said: &mut Vec<Said>,
    batch: &[Network],
    answer: Result<Vec<(Network, bool)>, Fail2banError>,
) {
    match answer {
        Ok(done) => said.extend(done.into_iter().map(|(network, did)| (network, Ok(did)))),
        Err(error) => {
            let reason = Reason::from(Fail2banReason::from(&error));
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
    objection: impl Fn(Network) -> Option<Reason>,
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

fn still_blocked(
    held: &HashSet<Network>,
    again: &[Network],
    network: Network,
    jail: &str,
) -> Option<Reason> {
    // Nothing else lies inside a single address: no look at each of the list.
    let by = match covered_by(held, network) {
        None if !network.is_host() => held.iter().copied().find(|held| network.contains(*held)),
        by => by,
    }?;
    let reason = if again.contains(&by) && network.contains(by) {
        OrderReason::BannedAgain(by)
    } else if network.contains(by) {
        let jail = jail.to_owned();
        OrderReason::LeftOver { by, jail }
    } else {
        OrderReason::BlockedBy { network, by }
    };
    Some(reason.into())
}

async fn read(fail2ban: &Fail2ban, firewall: &Firewall) -> Held {
    let read = firewall.read(fail2ban.jail_name()).await;
    read.map_err(|error| {
        let said = error.to_string();
        let why = Some((&error).into());
        OrderReason::FirewallUnread { said, why }.into()
    })
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
