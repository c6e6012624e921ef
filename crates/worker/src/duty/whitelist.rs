//! The whitelist in the jail: applied when the console changes it, when an entry expires, and again
//! now and then, since fail2ban forgets run-time entries at every reload.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::guard::Protected;
use domain::net::Network;
use domain::whitelist::WhitelistLine;
use domain::wire::{Desired, WhitelistReport};
use runtime::Shutdown;
use tokio::sync::{Notify, watch};

use super::Engine;
use crate::console::outbox::Outbox;
use crate::console::time::ConsoleTime;
use crate::jail::whitelist;

/// How often it is applied without a reason.
const AGAIN: Duration = Duration::from_secs(30);
/// Pause after fail2ban did not do it.
const FAILED: Duration = Duration::from_secs(5);
/// How often expiries are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What the duty needs.
pub struct Whitelist {
    /// Who does it.
    pub engine: Engine,
    /// By whose time entries end.
    pub time: ConsoleTime,
    /// What the console wants.
    pub desired: watch::Receiver<Option<Desired>>,
    /// Where proofs go.
    pub outbox: Outbox,
    /// The jail is another.
    pub jail_changed: Arc<Notify>,
    /// Applying lifts bans.
    pub bans_changed: Arc<Notify>,
}

impl Whitelist {
    /// Runs until stopped.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut last: Option<WhitelistReport> = None;
        loop {
            let desired = self.desired.borrow_and_update().clone();
            let (desired, wanted) = match &desired {
                Some(desired) => (Some(desired), jail_lines(desired)),
                // The console is away since the start: what it wanted last stands in the file.
                None => (None, whitelist::load(&self.engine.fail2ban)),
            };
            let now = self.time.unix();
            let mut proofs =
                whitelist::apply(&self.engine.fail2ban, &self.engine.firewall, &wanted, now).await;
            let failed = proofs.iter().any(|proof| !proof.in_file || !proof.in_jail);
            if let Some(desired) = desired {
                // The console asks about its entries; the protected addresses ride along.
                let asked: HashSet<Network> =
                    desired.whitelist.iter().map(|line| line.network).collect();
                proofs.retain(|proof| asked.contains(&proof.network));
                let report = WhitelistReport {
                    version: desired.version,
                    proofs,
                };
                if last.as_ref() != Some(&report) {
                    self.bans_changed.notify_one();
                    self.outbox.whitelist(report.clone());
                    last = Some(report);
                }
            }
            let pause = if failed { FAILED } else { AGAIN };
            if !self.wait(pause, next_expiry(&wanted, now), &shutdown).await {
                return;
            }
        }
    }

    /// Until there is a reason to apply it again; false when stopping.
    async fn wait(&mut self, pause: Duration, expiry: Option<i64>, shutdown: &Shutdown) -> bool {
        let again = tokio::time::Instant::now() + pause;
        loop {
            tokio::select! {
                changed = self.desired.changed() => {
                    if changed.is_ok() {
                        return true;
                    }
                    shutdown.stopping().await;
                    return false;
                }
                () = self.jail_changed.notified() => return true,
                () = tokio::time::sleep_until(again) => return true,
                () = tokio::time::sleep(LOOK) => {
                    if expiry.is_some_and(|expiry| expiry <= self.time.unix()) {
                        return true;
                    }
                }
                () = shutdown.stopping() => return false,
            }
        }
    }
}

/// What fail2ban shall ignore: the whitelist, and whoever must not be banned. A forged line can
/// name the address of the console, a node or an operator, and fail2ban bans by itself.
fn jail_lines(desired: &Desired) -> Vec<WhitelistLine> {
    let protected: BTreeSet<Network> = desired
        .never_ban
        .iter()
        .filter(|guarded| guarded.why != Protected::Whitelisted)
        .map(|guarded| guarded.network)
        .collect();
    let entries = desired
        .whitelist
        .iter()
        .filter(|line| !protected.contains(&line.network));
    let guards = protected.iter().map(|network| WhitelistLine {
        network: *network,
        until: None,
    });
    entries.cloned().chain(guards).collect()
}

fn next_expiry(wanted: &[WhitelistLine], now: i64) -> Option<i64> {
    let times = wanted.iter().filter_map(|line| line.until);
    times.filter(|until| *until > now).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_12_a_forged_line_bans_nobody_protected() {
        let desired: Desired = serde_json::from_str(
            r#"{
                "version": 3,
                "whitelist": [
                    {"network": "198.51.100.7", "until": 10},
                    {"network": "203.0.113.5", "until": 10}
                ],
                "never_ban": [
                    {"network": "192.0.2.80", "what": "console"},
                    {"network": "203.0.113.5", "what": "operator", "name": "ann"},
                    {"network": "198.51.100.9", "what": "whitelisted"}
                ]
            }"#,
        )
        .unwrap();
        let lines: Vec<_> = jail_lines(&desired)
            .into_iter()
            .map(|line| (line.network.to_string(), line.until))
            .collect();
        // Past its expiry a whitelist entry ends, a session that lasts does not.
        let expected = [
            ("198.51.100.7", Some(10)),
            ("192.0.2.80", None),
            ("203.0.113.5", None),
        ];
        assert_eq!(
            lines,
            expected.map(|(network, until)| (network.to_owned(), until))
        );
    }
}
