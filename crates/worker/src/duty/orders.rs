//! Orders: checked again here, done, read back, answered. Each is done once however often it comes.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use domain::ban::{Act, Order, OrderResult, Outcome};
use domain::guard::{Guarded, Protected, Refusal, covers_too_much, may_ban};
use domain::ids::OrderId;
use domain::net::Network;
use domain::reason::OrderReason;
use domain::wire::Desired;
use runtime::Shutdown;
use tokio::sync::{Notify, mpsc, watch};

use super::Engine;
use super::queue::Queue;
use crate::console::outbox::Outbox;
use crate::firewall::enforce;
use crate::{host, jail};

/// Answers remembered, for orders that come again before their answer arrived.
const REMEMBERED: usize = 10_000;

/// What the duty needs.
pub struct Orders {
    /// Who does it.
    pub engine: Engine,
    /// The log that an installed jail watches.
    pub log: PathBuf,
    /// What must not be banned.
    pub desired: watch::Receiver<Option<Desired>>,
    /// Where answers go.
    pub outbox: Outbox,
    /// The ban list may have changed.
    pub bans_changed: Arc<Notify>,
    /// The jail is another: its whitelist must be looked at.
    pub jail_changed: Arc<Notify>,
}

impl Orders {
    /// Runs until stopped. What waits then is left to whoever acts next: the console sends it again.
    pub async fn run(self, mut from: mpsc::Receiver<Vec<Order>>, shutdown: Shutdown) {
        let mut memory = Memory::default();
        let mut queue = Queue::default();
        while !shutdown.is_stopping() {
            while !queue.is_full()
                && let Ok(orders) = from.try_recv()
            {
                self.take(orders, &memory, &mut queue);
            }
            if let Some(group) = queue.next() {
                for result in self.act(&group).await {
                    tracing::info!(
                        order = result.id.0,
                        "order {}: {}",
                        result.id,
                        words(&result.outcome)
                    );
                    memory.keep(&result);
                    self.outbox.result(result);
                }
                self.bans_changed.notify_one();
                continue;
            }
            tokio::select! {
                orders = from.recv() => match orders {
                    Some(orders) => self.take(orders, &memory, &mut queue),
                    None => return shutdown.stopping().await,
                },
                () = shutdown.stopping() => return,
            }
        }
    }

    /// What is new waits, what was done already is answered again.
    fn take(&self, orders: Vec<Order>, memory: &Memory, queue: &mut Queue) {
        let (fresh, again) = memory.sort(orders);
        for result in again {
            self.outbox.result(result);
        }
        queue.push(fresh);
    }

    /// Does orders of one kind.
    async fn act(&self, group: &[Order]) -> Vec<OrderResult> {
        let Some(act) = group.first().map(|order| order.act) else {
            return Vec::new();
        };
        let failed = |reason: OrderReason| Outcome::Failed {
            reason: reason.into(),
        };
        let outcomes: HashMap<Network, Outcome> = match act {
            Act::Ban => self.ban(group).await,
            Act::Unban => {
                let networks = networks(group);
                let Engine { fail2ban, firewall } = &self.engine;
                enforce::unban(fail2ban, firewall, &networks)
                    .await
                    .into_iter()
                    .collect()
            }
            Act::InstallJail => {
                let outcome = self.install().await;
                return answers(group, |_| outcome.clone());
            }
            Act::Unknown => {
                return answers(group, |_| failed(OrderReason::UnknownAct));
            }
        };
        answers(group, |order| match order.network {
            Some(network) => outcomes
                .get(&network)
                .cloned()
                .unwrap_or_else(|| failed(OrderReason::NotDone)),
            None => failed(OrderReason::NoAddress),
        })
    }

    async fn ban(&self, group: &[Order]) -> HashMap<Network, Outcome> {
        let never = self.never_ban();
        let mut outcomes = HashMap::new();
        let mut allowed = Vec::new();
        for asked in networks(group) {
            match may_ban(asked, &never) {
                Ok(()) => allowed.push(asked),
                Err(Refusal { network, why }) => {
                    let reason = OrderReason::Protected { network, why }.into();
                    outcomes.insert(asked, Outcome::Refused { reason });
                }
            }
        }
        let Engine { fail2ban, firewall } = &self.engine;
        if allowed.iter().any(|network| !network.is_host()) {
            let held = match fail2ban.bans().await {
                Ok(bans) => bans.held.into_iter().map(|ban| ban.network).collect(),
                // Then fail2ban bans nothing either, and says why.
                Err(_) => Vec::new(),
            };
            for network in not_too_much(&mut allowed, held) {
                let reason = OrderReason::TooMuch.into();
                outcomes.insert(network, Outcome::Refused { reason });
            }
        }
        outcomes.extend(enforce::ban(fail2ban, firewall, &allowed).await);
        outcomes
    }

    /// The console's list, and what only the host itself knows for certain.
    fn never_ban(&self) -> Vec<Guarded> {
        let mut never = Vec::new();
        if let Some(desired) = &*self.desired.borrow() {
            never.extend(desired.never_ban.iter().cloned());
            never.extend(desired.whitelist.iter().map(|line| Guarded {
                network: line.network,
                why: Protected::Whitelisted,
            }));
        }
        never.extend(host::addresses().into_iter().map(|network| Guarded {
            network,
            why: Protected::Node { name: host::name() },
        }));
        never
    }

    async fn install(&self) -> Outcome {
        let Engine { fail2ban, firewall } = &self.engine;
        let installed = jail::install(fail2ban, firewall, &self.log).await;
        self.jail_changed.notify_one();
        match installed {
            Ok(installed) if installed.written.is_empty() => Outcome::AlreadySo,
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::Failed {
                reason: (&error).into(),
            },
        }
    }
}

/// What was done already.
#[derive(Debug, Default)]
struct Memory {
    done: HashMap<OrderId, Outcome>,
    order: VecDeque<OrderId>,
}

impl Memory {
    /// Orders to do, and answers given before.
    fn sort(&self, orders: Vec<Order>) -> (Vec<Order>, Vec<OrderResult>) {
        let (mut fresh, mut again, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for order in orders {
            match self.done.get(&order.id) {
                Some(outcome) => again.push(OrderResult {
                    id: order.id,
                    outcome: outcome.clone(),
                }),
                None if seen.insert(order.id) => fresh.push(order),
                None => {}
            }
        }
        (fresh, again)
    }

    fn keep(&mut self, result: &OrderResult) {
        if self
            .done
            .insert(result.id, result.outcome.clone())
            .is_none()
        {
            self.order.push_back(result.id);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.done.remove(&oldest);
            }
        }
    }
}

/// Takes out and returns what would make `held` and the others together cover too much.
fn not_too_much(allowed: &mut Vec<Network>, mut held: Vec<Network>) -> Vec<Network> {
    held.retain(|network| !network.is_host());
    allowed
        .extract_if(.., |network| {
            if network.is_host() {
                return false;
            }
            let refused = covers_too_much(*network, held.iter().copied());
            if !refused {
                held.push(*network);
            }
            refused
        })
        .collect()
}

fn networks(group: &[Order]) -> Vec<Network> {
    let mut seen = HashSet::new();
    let named = group.iter().filter_map(|order| order.network);
    named.filter(|network| seen.insert(*network)).collect()
}

fn answers(group: &[Order], outcome: impl Fn(&Order) -> Outcome) -> Vec<OrderResult> {
    let answer = |order: &Order| OrderResult {
        id: order.id,
        outcome: outcome(order),
    };
    group.iter().map(answer).collect()
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::AlreadySo => "already so".to_owned(),
        Outcome::Refused { reason } | Outcome::Failed { reason } => reason.to_string(),
        Outcome::Unknown => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Fail2banConfig, FirewallConfig};
    use crate::fail2ban::Fail2ban;
    use crate::firewall::Firewall;

    #[tokio::test]
    async fn a_worker_that_is_stopped_does_nothing_of_what_waits() {
        let nothing = || vec!["/bin/false".to_owned()];
        let (sender, orders) = mpsc::channel(1);
        sender.send(vec![order(1, Act::Unban)]).await.unwrap();
        let (outbox, shutdown) = (Outbox::default(), Shutdown::new());
        let duty = Orders {
            engine: Engine {
                fail2ban: Fail2ban::new(Fail2banConfig {
                    socket: "/nowhere/fail2ban.sock".into(),
                    client: "/bin/false".into(),
                    ..Fail2banConfig::default()
                }),
                firewall: Firewall::new(FirewallConfig {
                    nft: nothing(),
                    ipset: nothing(),
                    iptables: nothing(),
                    ip6tables: nothing(),
                }),
            },
            log: PathBuf::new(),
            desired: watch::channel(None).1,
            outbox: outbox.clone(),
            bans_changed: Arc::default(),
            jail_changed: Arc::default(),
        };
        shutdown.stop();
        duty.run(orders, shutdown).await;
        assert!(outbox.take(true).is_none());
    }

    fn order(id: i64, act: Act) -> Order {
        Order {
            id: OrderId(id),
            act,
            network: Some("198.51.100.7".parse().unwrap()),
        }
    }

    #[test]
    fn hostile_13_many_networks_are_counted_together() {
        let nets = |texts: &[&str]| -> Vec<Network> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let held: Vec<_> = (16..30)
            .map(|n| format!("{n}.0.0.0/8").parse().unwrap())
            .collect();
        let asked = [
            "40.0.0.0/8",
            "198.51.100.7",
            "41.0.0.0/8",
            "42.0.0.0/8",
            "2001:db8::/32",
        ];
        let mut allowed = nets(&asked);
        assert_eq!(not_too_much(&mut allowed, held), nets(&["42.0.0.0/8"]));
        let rest = ["40.0.0.0/8", "198.51.100.7", "41.0.0.0/8", "2001:db8::/32"];
        assert_eq!(allowed, nets(&rest));
    }

    #[test]
    fn hostile_21_an_order_that_comes_again_is_answered_not_done() {
        let mut memory = Memory::default();
        let orders = vec![order(1, Act::Ban), order(1, Act::Ban), order(2, Act::Unban)];
        let (fresh, again) = memory.sort(orders.clone());
        assert_eq!((fresh.len(), again.len()), (2, 0));
        for order in &fresh {
            memory.keep(&OrderResult {
                id: order.id,
                outcome: Outcome::Done,
            });
        }
        let (fresh, again) = memory.sort(orders);
        assert_eq!((fresh.len(), again.len()), (0, 3));
        for id in 10..20_000 {
            memory.keep(&OrderResult {
                id: OrderId(id),
                outcome: Outcome::Done,
            });
        }
        assert_eq!(
            (memory.done.len(), memory.order.len()),
            (REMEMBERED, REMEMBERED)
        );
    }
}
