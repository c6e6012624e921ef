//! What the console is to be told at once. Of states only the newest counts; answers to orders are
//! kept until the console has them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use domain::ban::{HeldBan, OrderResult};
use domain::health::Health;
use domain::net::Network;
use domain::wire::{BanList, ConfigReport, Report, VERSION, WhitelistReport};
use tokio::sync::Notify;

use super::configs;
pub(crate) use super::configs::join;
use crate::tail::watch::lock;

/// Answers kept while the console is away; the orders come again anyway.
const RESULTS: usize = 10_000;
/// Answers in one report.
const RESULTS_AT_ONCE: usize = 1_000;

/// The ban list by network.
pub type Held = Arc<BTreeMap<Network, HeldBan>>;

/// Shared between those who know and the one who tells.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    inner: Arc<Mutex<Inner>>,
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Inner {
    results: VecDeque<OrderResult>,
    held: Option<Held>,
    whitelist: Option<WhitelistReport>,
    health: Option<Health>,
    configs: ConfigReport,
    /// The list the console has, and its version there.
    acked: Option<(i64, Held)>,
}

/// A report under way.
#[derive(Debug)]
pub struct Sending {
    /// For the wire.
    pub report: Report,
    held: Option<Held>,
}

impl Sending {
    /// How many different things it tells.
    pub fn parts(&self) -> usize {
        let report = &self.report;
        let told = [
            !report.results.is_empty(),
            report.ban_list.is_some(),
            report.whitelist.is_some(),
            report.health.is_some(),
        ];
        told.into_iter().filter(|told| *told).count() + configs::parts(&report.configs)
    }

    /// Takes out the texts of files: their hashes are told anyway. False where there was none.
    pub fn without_texts(&mut self) -> bool {
        configs::without_texts(&mut self.report.configs)
    }

    /// Each of them alone, answers to orders first.
    pub fn split(self) -> Vec<Self> {
        let alone = |report| Self { report, held: None };
        let report = |part: Report| Report {
            version: VERSION,
            ..part
        };
        let Report {
            results,
            ban_list,
            whitelist,
            health,
            configs,
            ..
        } = self.report;
        let mut parts = vec![
            alone(report(Report {
                results,
                ..Report::default()
            })),
            alone(report(Report {
                health,
                ..Report::default()
            })),
            alone(report(Report {
                whitelist,
                ..Report::default()
            })),
            Self {
                report: report(Report {
                    ban_list,
                    ..Report::default()
                }),
                held: self.held,
            },
        ];
        let configs = configs::split(configs).into_iter();
        parts.extend(configs.map(|configs| {
            alone(report(Report {
                configs,
                ..Report::default()
            }))
        }));
        parts.retain(|part| part.parts() > 0);
        parts
    }
}

impl Outbox {
    /// An order's end.
    pub fn result(&self, result: OrderResult) {
        let mut inner = lock(&self.inner);
        inner.results.push_back(result);
        if inner.results.len() > RESULTS {
            inner.results.pop_front();
        }
        drop(inner);
        self.changed.notify_one();
    }

    /// The ban list as just polled.
    pub fn held(&self, held: BTreeMap<Network, HeldBan>) {
        lock(&self.inner).held = Some(Arc::new(held));
        self.changed.notify_one();
    }

    /// Proofs as just read back.
    pub fn whitelist(&self, report: WhitelistReport) {
        lock(&self.inner).whitelist = Some(report);
        self.changed.notify_one();
    }

    /// The hops as just looked at.
    pub fn health(&self, health: Health) {
        lock(&self.inner).health = Some(health);
        self.changed.notify_one();
    }

    /// What was done about configuration and what is found; of each kind the newest counts.
    pub fn configs(&self, report: ConfigReport) {
        if configs::parts(&report) > 0 {
            join(&mut lock(&self.inner).configs, report);
            self.changed.notify_one();
        }
    }

    /// Waits until something was put in since the last wait.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Takes what is to be told, perhaps without the ban list; `None` if nothing.
    pub fn take(&self, with_list: bool) -> Option<Sending> {
        let mut inner = lock(&self.inner);
        let (ban_list, held) = if with_list {
            inner.ban_list()
        } else {
            (None, None)
        };
        let count = inner.results.len().min(RESULTS_AT_ONCE);
        let report = Report {
            version: VERSION,
            chunks: Vec::new(),
            results: inner.results.drain(..count).collect(),
            ban_list,
            whitelist: inner.whitelist.take(),
            health: inner.health.take(),
            configs: std::mem::take(&mut inner.configs),
        };
        let sending = Sending { report, held };
        (sending.parts() > 0).then_some(sending)
    }

    /// The console has it.
    pub fn sent(&self, sending: Sending, ban_list: i64, resync: bool) {
        let mut inner = lock(&self.inner);
        if resync {
            inner.acked = None;
        } else if let Some(held) = sending.held {
            inner.acked = Some((ban_list, held));
        }
        let more = !inner.results.is_empty() || resync;
        drop(inner);
        if more {
            self.changed.notify_one();
        }
    }

    /// The console does not have it: what is not outdated is told again.
    pub fn not_sent(&self, sending: Sending) {
        let mut inner = lock(&self.inner);
        for result in sending.report.results.into_iter().rev() {
            inner.results.push_front(result);
        }
        inner.results.truncate(RESULTS);
        inner.whitelist = inner.whitelist.take().or(sending.report.whitelist);
        inner.health = inner.health.take().or(sending.report.health);
        let newer = std::mem::replace(&mut inner.configs, sending.report.configs);
        join(&mut inner.configs, newer);
        drop(inner);
        self.changed.notify_one();
    }
}

impl Inner {
    fn ban_list(&self) -> (Option<BanList>, Option<Held>) {
        let Some(held) = &self.held else {
            return (None, None);
        };
        let list = match &self.acked {
            None => BanList {
                base: None,
                changed: held.values().cloned().collect(),
                gone: Vec::new(),
            },
            Some((version, acked)) => {
                let changed: Vec<_> = held
                    .iter()
                    .filter(|(network, ban)| acked.get(network) != Some(ban))
                    .map(|(_, ban)| ban.clone())
                    .collect();
                let gone: Vec<_> = acked
                    .keys()
                    .filter(|network| !held.contains_key(network))
                    .copied()
                    .collect();
                if changed.is_empty() && gone.is_empty() {
                    return (None, None);
                }
                BanList {
                    base: Some(*version),
                    changed,
                    gone,
                }
            }
        };
        (Some(list), Some(Arc::clone(held)))
    }
}

#[cfg(test)]
mod tests {
    use domain::ban::Outcome;
    use domain::ids::OrderId;

    use super::*;

    fn list(hosts: &[u8]) -> BTreeMap<Network, HeldBan> {
        let ban = |host: &u8| {
            let network: Network = format!("198.51.100.{host}").parse().unwrap();
            let ban = HeldBan {
                network,
                since: 1,
                until: None,
                in_firewall: Some(true),
            };
            (network, ban)
        };
        hosts.iter().map(ban).collect()
    }

    #[test]
    fn differences_after_a_whole_list_and_again_whole_on_resync() {
        let outbox = Outbox::default();
        assert!(outbox.take(true).is_none());
        outbox.held(list(&[1, 2]));
        let first = outbox.take(true).unwrap();
        assert_eq!(first.report.ban_list.as_ref().unwrap().base, None);
        outbox.sent(first, 7, false);
        outbox.held(list(&[1, 2]));
        assert!(outbox.take(true).is_none());
        outbox.held(list(&[2, 3]));
        let second = outbox.take(true).unwrap();
        let sent = second.report.ban_list.clone().unwrap();
        assert_eq!((sent.base, sent.changed.len()), (Some(7), 1));
        assert_eq!(sent.gone, ["198.51.100.1".parse::<Network>().unwrap()]);
        outbox.sent(second, 9, true);
        let third = outbox.take(true).unwrap().report.ban_list.unwrap();
        assert_eq!((third.base, third.changed.len()), (None, 2));
    }

    #[test]
    fn a_failed_report_loses_no_answer_and_no_newer_state() {
        let outbox = Outbox::default();
        let result = |id| OrderResult {
            id: OrderId(id),
            outcome: Outcome::Done,
        };
        outbox.result(result(1));
        outbox.health(Health {
            position: 1,
            ..Health::default()
        });
        let sending = outbox.take(true).unwrap();
        outbox.result(result(2));
        outbox.health(Health {
            position: 2,
            ..Health::default()
        });
        outbox.not_sent(sending);
        let again = outbox.take(true).unwrap().report;
        assert_eq!(again.results, [result(1), result(2)]);
        assert_eq!(again.health.unwrap().position, 2);
    }

    #[test]
    fn a_list_too_large_for_some_proxy_holds_up_nothing_else() {
        let outbox = Outbox::default();
        let result = OrderResult {
            id: OrderId(1),
            outcome: Outcome::Done,
        };
        outbox.held(list(&[1, 2]));
        outbox.result(result.clone());
        outbox.health(Health::default());
        let parts = outbox.take(true).unwrap().split();
        assert_eq!(parts.len(), 3);
        assert!(parts.iter().all(|part| part.parts() == 1));
        assert_eq!(parts[0].report.results, [result]);
        assert!(parts[2].report.ban_list.is_some());
        for part in parts {
            if part.report.ban_list.is_none() {
                outbox.sent(part, 0, false);
            }
        }
        assert!(outbox.take(false).is_none());
        // Made anew: the console has none yet.
        let again = outbox.take(true).unwrap();
        assert_eq!(again.report.ban_list.as_ref().unwrap().changed.len(), 2);
        outbox.sent(again, 3, false);
        assert!(outbox.take(true).is_none());
    }
}
