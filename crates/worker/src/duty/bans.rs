//! The ban list as fail2ban and the firewall hold it: polled, since log lines are only events.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ban::HeldBan;
use domain::net::Network;
use domain::reason::HopReason;
use runtime::Shutdown;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Engine;
use crate::console::outbox::Outbox;
use crate::fail2ban::{BanSnapshot, Fail2banError};
use crate::firewall::{Blocked, Scope, covers};
use crate::tail::watch::lock;

/// How often the number of bans is asked.
const COUNT: Duration = Duration::from_secs(1);
/// How often both lists are read without a sign of change: rules that somebody flushed give none.
const WHOLE: Duration = Duration::from_secs(25);
/// Least time between two whole lists.
const REST: Duration = Duration::from_millis(200);
/// fail2ban lists a ban before its firewall command has run.
const SETTLING: Duration = Duration::from_secs(5);
/// fail2ban forgets a ban before its firewall command has run.
const LIFTING: Duration = Duration::from_secs(5);
/// When to look again at bans that are settling.
const AGAIN: Duration = Duration::from_millis(500);

/// What the health report wants to know of the last list.
#[derive(Clone, Debug, Default)]
pub struct BanState {
    /// Bans held by fail2ban.
    pub held: usize,
    /// … that the firewall does not block.
    pub missing: usize,
    /// … and among those, how many it blocks partly.
    pub partly: usize,
    /// What is stopped of those.
    pub scope: Scope,
    /// Blocked by the firewall though fail2ban holds no ban (a killed one leaves such rules).
    pub leftover: Vec<Network>,
    /// Could the firewall be read? With the reason if not.
    pub firewall_error: Option<HopReason>,
    /// Entries that are no addresses.
    pub odd: Vec<String>,
    /// A list was read.
    pub known: bool,
}

/// What the duty needs.
pub struct Bans {
    /// Who is asked.
    pub engine: Engine,
    /// Where lists go.
    pub outbox: Outbox,
    /// Something may have changed.
    pub changed: Arc<Notify>,
    /// For the health report.
    pub state: Arc<Mutex<BanState>>,
}

impl Bans {
    /// Runs until stopped.
    pub async fn run(self, shutdown: Shutdown) {
        let mut count = None;
        let mut whole_at = Instant::now();
        let mut told = false;
        let (mut unheld, mut unblocked) = (HashMap::new(), HashMap::new());
        loop {
            let now = Instant::now();
            let asked = if told || now >= whole_at {
                None
            } else {
                self.engine.fail2ban.banned_count().await.ok()
            };
            if told || now >= whole_at || asked != count {
                let read = self.read(&mut unheld, &mut unblocked).await;
                let settling = matches!(read, Ok(true));
                count = self.engine.fail2ban.banned_count().await.ok();
                if let Err(error) = read {
                    tracing::debug!("the ban list is not readable: {error}");
                    count = None;
                }
                whole_at = Instant::now() + if settling { AGAIN } else { WHOLE };
                let () = rest(&shutdown, REST).await;
            }
            let next = whole_at
                .saturating_duration_since(Instant::now())
                .min(COUNT);
            told = tokio::select! {
                () = self.changed.notified() => true,
                () = tokio::time::sleep(next) => false,
                () = shutdown.stopping() => return,
            };
        }
    }

    /// Reads both lists; true when some ban is too young to be in the firewall for certain, or too
    /// freshly lifted to be out of it. `unheld`: what was seen blocked without a ban, and since when.
    async fn read(
        &self,
        unheld: &mut HashMap<Network, Instant>,
        unblocked: &mut HashMap<Network, Instant>,
    ) -> Result<bool, Fail2banError> {
        let snapshot = self.engine.fail2ban.bans().await?;
        let blocked = self.engine.blocked().await;
        let now = Instant::now();
        let whole = blocked.as_ref().ok().map(|blocked| &blocked.held);
        let (held, settling) = merge(&snapshot, whole, unblocked, now);
        let all = blocked.iter().flat_map(Blocked::all);
        let (leftover, lifting) = leftover(&held, all, unheld, now);
        let firewall_error = blocked.as_ref().err().cloned();
        let blocked = blocked.unwrap_or_default();
        let missing = held.values().filter(|ban| ban.in_firewall == Some(false));
        let (missing, partly) = not_effective(missing.map(|ban| ban.network), &blocked);
        *lock(&self.state) = BanState {
            held: held.len(),
            missing,
            partly,
            scope: blocked.scope,
            leftover,
            firewall_error,
            odd: snapshot.odd,
            known: true,
        };
        self.outbox.held(held);
        Ok(settling || lifting)
    }
}

/// How many there are, and how many of them are blocked partly.
pub(crate) fn not_effective(
    missing: impl Iterator<Item = Network>,
    blocked: &Blocked,
) -> (usize, usize) {
    missing.fold((0, 0), |(missing, partly), network| {
        let more = usize::from(covers(&blocked.partly, network));
        (missing + 1, partly + more)
    })
}

/// What is blocked without a ban for longer than an unban takes, and whether more may come to it.
fn leftover(
    held: &BTreeMap<Network, HeldBan>,
    blocked: impl Iterator<Item = Network>,
    unheld: &mut HashMap<Network, Instant>,
    now: Instant,
) -> (Vec<Network>, bool) {
    let banned: HashSet<Network> = held.keys().copied().collect();
    // A listing may show neighbours as one network.
    let holds_part = |wide: Network| {
        let next = held.range(wide..).next();
        next.is_some_and(|(network, _)| wide.contains(*network))
    };
    let without: HashSet<Network> = blocked
        .filter(|network| !holds_part(*network) && !covers(&banned, *network))
        .collect();
    unheld.retain(|network, _| without.contains(network));
    for network in without {
        unheld.entry(network).or_insert(now);
    }
    let (old, young): (Vec<_>, Vec<_>) = unheld
        .iter()
        .partition(|(_, since)| now.duration_since(**since) >= LIFTING);
    let mut old: Vec<Network> = old.into_iter().map(|(network, _)| *network).collect();
    old.sort_unstable();
    (old, !young.is_empty())
}

/// The list with what the firewall has of it, and whether more may come to it. `unblocked`: what was
/// seen held but not blocked, and since when; the dates of bans say nothing on a clock that jumps.
fn merge(
    snapshot: &BanSnapshot,
    blocked: Option<&HashSet<Network>>,
    unblocked: &mut HashMap<Network, Instant>,
    now: Instant,
) -> (BTreeMap<Network, HeldBan>, bool) {
    let before = std::mem::take(unblocked);
    let mut settling = false;
    let held = snapshot.held.iter().map(|entry| {
        let mut in_firewall = blocked.map(|blocked| covers(blocked, entry.network));
        if in_firewall == Some(false) {
            let since = before.get(&entry.network).copied().unwrap_or(now);
            unblocked.insert(entry.network, since);
            if now.duration_since(since) < SETTLING {
                settling = true;
                in_firewall = None;
            }
        }
        let ban = HeldBan {
            network: entry.network,
            since: entry.since,
            until: entry.until,
            in_firewall,
        };
        (entry.network, ban)
    });
    (held.collect(), settling)
}

async fn rest(shutdown: &Shutdown, pause: Duration) {
    tokio::select! {
        () = tokio::time::sleep(pause) => {}
        () = shutdown.stopping() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fail2ban::HeldEntry;

    #[test]
    fn a_rule_without_a_ban_is_told_once_it_stays() {
        let net = |text: &str| text.parse::<Network>().unwrap();
        let ban = |text: &str| {
            let ban = HeldBan {
                network: net(text),
                since: 0,
                until: None,
                in_firewall: None,
            };
            (net(text), ban)
        };
        let held = BTreeMap::from([
            ban("198.51.100.0/24"),
            ban("203.0.113.8"),
            ban("203.0.113.9"),
        ]);
        let blocked = ["198.51.100.7", "203.0.113.8/31", "192.0.2.5"].map(net);
        let (mut unheld, start) = (HashMap::new(), Instant::now());
        let mut at = |blocked: &[Network], seconds| {
            let now = start + Duration::from_secs(seconds);
            leftover(&held, blocked.iter().copied(), &mut unheld, now)
        };
        assert_eq!(at(&blocked, 0), (Vec::new(), true));
        assert_eq!(at(&blocked, 5), (vec![net("192.0.2.5")], false));
        assert_eq!(at(&[], 6), (Vec::new(), false));
    }

    #[test]
    fn a_young_ban_is_not_reported_missing() {
        let network: Network = "198.51.100.7".parse().unwrap();
        let snapshot = BanSnapshot {
            held: vec![HeldEntry {
                network,
                since: 100,
                until: None,
            }],
            odd: Vec::new(),
        };
        let (mut unblocked, start) = (HashMap::new(), Instant::now());
        let mut at = |seconds, blocked: Option<&HashSet<Network>>| {
            let now = start + Duration::from_secs(seconds);
            let (held, settling) = merge(&snapshot, blocked, &mut unblocked, now);
            (held[&network].in_firewall, settling)
        };
        let (empty, full) = (HashSet::new(), HashSet::from([network]));
        assert_eq!(at(1, Some(&empty)), (None, true));
        assert_eq!(at(6, Some(&empty)), (Some(false), false));
        assert_eq!(at(7, Some(&full)), (Some(true), false));
        // Flushed: it may be on its way back.
        assert_eq!(at(8, Some(&empty)), (None, true));
        assert_eq!(at(9, None), (None, false));
    }
}
