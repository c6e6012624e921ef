//! The way from the attack log to the firewall, hop by hop: a finding for each, from what the duties
//! last saw.

use std::path::Path;
use std::time::Duration;

use domain::health::{Health, Hop, HopName, HopState};
use domain::reason::{FileReason, HopReason, IoReason, Reason};

use crate::config::Config;
use crate::console::NotTaken;
use crate::duty::bans::BanState;
use crate::duty::probe::Answers;
use crate::host;
use crate::tail::watch::TailState;

/// fail2ban's answers older than this count as none.
const STALE: Duration = Duration::from_secs(20);
/// A clock that is off by more needs somebody to look.
const CLOCK_OFF_MS: i64 = 2_000;
/// Bytes of unread log that need somebody to look.
const LAG: u64 = 16 << 20;

/// What was seen.
pub struct Seen<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The attack log's tail.
    pub attacks: Option<&'a TailState>,
    /// `fail2ban.log`'s tail.
    pub bans_log: Option<&'a TailState>,
    /// Why the spool cannot be opened.
    pub spool_error: Option<&'a HopReason>,
    /// Bytes that wait for the console.
    pub spool_bytes: u64,
    /// Why the console, though reached, does not take them.
    pub refusal: Option<NotTaken>,
    /// What fail2ban answered.
    pub answers: &'a Answers,
    /// The last ban list.
    pub bans: &'a BanState,
    /// Console clock minus node clock.
    pub clock_offset_ms: Option<i64>,
}

impl Seen<'_> {
    /// The report.
    pub fn report(&self) -> Health {
        let fresh = self.answers.at.is_some_and(|at| at.elapsed() < STALE);
        let jail = self
            .answers
            .jail
            .as_ref()
            .and_then(|jail| jail.as_ref().ok());
        let version = self
            .answers
            .version
            .as_ref()
            .and_then(|version| version.as_ref().ok());
        let status = self
            .attacks
            .map(|tail| tail.status.clone())
            .unwrap_or_default();
        let mut hops = self.log();
        hops.push(self.bans_log());
        hops.push(self.spool());
        hops.extend(self.engine(fresh));
        hops.push(self.firewall());
        hops.push(self.clock());
        Health {
            worker_version: env!("CARGO_PKG_VERSION").to_owned(),
            fail2ban_version: version.filter(|_| fresh).cloned(),
            host_name: host::name(),
            addresses: host::addresses(),
            hops,
            lag_bytes: status.lag_bytes,
            position: status.position,
            log_path: self.config.attack_log.path.display().to_string(),
            clock_offset_ms: self.clock_offset_ms,
            odd_bans: self.bans.odd.clone(),
            jail: jail.filter(|_| fresh).map(|jail| jail.settings.clone()),
        }
    }

    fn log(&self) -> Vec<Hop> {
        let path = self.config.attack_log.path.display();
        let Some(tail) = self.attacks else {
            return vec![
                hop(HopName::LogFound, HopState::Unknown, String::new()),
                hop(HopName::LogReadable, HopState::Unknown, String::new()),
            ];
        };
        match (&tail.log_error, tail.status.found) {
            (Some(error), _) => vec![
                hop(HopName::LogFound, HopState::Good, path.to_string()),
                hop(
                    HopName::LogReadable,
                    HopState::Broken,
                    unreadable(&self.config.attack_log.path, error),
                ),
            ],
            (None, true) if tail.status.lag_bytes > LAG => vec![
                hop(HopName::LogFound, HopState::Good, path.to_string()),
                hop(
                    HopName::LogReadable,
                    HopState::Attention,
                    HopReason::Unread {
                        bytes: tail.status.lag_bytes,
                    },
                ),
            ],
            (None, true) => vec![
                hop(HopName::LogFound, HopState::Good, path.to_string()),
                hop(HopName::LogReadable, HopState::Good, path.to_string()),
            ],
            (None, false) => {
                // Not begun (the position is asked for) is not the same as not there.
                let there = self.config.attack_log.path.exists();
                let state = if there {
                    HopState::Good
                } else {
                    HopState::Broken
                };
                vec![
                    hop(HopName::LogFound, state, path.to_string()),
                    hop(HopName::LogReadable, HopState::Unknown, String::new()),
                ]
            }
        }
    }

    fn bans_log(&self) -> Hop {
        let path = self.config.fail2ban.log.display();
        let name = HopName::Fail2banLog;
        match self.bans_log {
            Some(TailState {
                log_error: Some(error),
                ..
            }) => hop(
                name,
                HopState::Broken,
                unreadable(&self.config.fail2ban.log, error),
            ),
            Some(tail) if tail.status.found => hop(name, HopState::Good, path.to_string()),
            _ if self.config.fail2ban.log.exists() => {
                hop(name, HopState::Unknown, path.to_string())
            }
            _ => hop(name, HopState::Broken, path.to_string()),
        }
    }

    fn spool(&self) -> Hop {
        let mut written = [self.attacks, self.bans_log].into_iter().flatten();
        let refused = written.find_map(|tail| tail.spool_error.as_ref());
        if let Some(error) = self.spool_error.or(refused) {
            return hop(HopName::Spool, HopState::Broken, error.clone());
        }
        let bytes = self.spool_bytes;
        if let Some(NotTaken { said, lines, bans }) = self.refusal.clone() {
            let detail = HopReason::NotTaken {
                bytes,
                said,
                lines,
                bans,
            };
            return hop(HopName::Spool, HopState::Attention, detail);
        }
        let state = if bytes > self.config.spool.max_bytes / 2 {
            HopState::Attention
        } else {
            HopState::Good
        };
        hop(HopName::Spool, state, HopReason::Waiting { bytes })
    }

    fn engine(&self, fresh: bool) -> Vec<Hop> {
        let socket = self.answers.socket.display();
        let names = [HopName::Jail, HopName::JailLogpath, HopName::JailFailregex];
        let unknown = |name: &HopName| hop(*name, HopState::Unknown, String::new());
        let mut hops = Vec::new();
        match &self.answers.version {
            None => {
                hops.push(hop(
                    HopName::Fail2banSocket,
                    HopState::Unknown,
                    String::new(),
                ));
                hops.extend(names.iter().map(unknown));
                return hops;
            }
            Some(_) if !fresh => {
                let (path, seconds) = (socket.to_string(), STALE.as_secs());
                let detail = HopReason::Silent { path, seconds };
                hops.push(hop(HopName::Fail2banSocket, HopState::Broken, detail));
                hops.extend(names.iter().map(unknown));
                return hops;
            }
            Some(Err(error)) => {
                hops.push(hop(
                    HopName::Fail2banSocket,
                    HopState::Broken,
                    error.clone(),
                ));
                hops.extend(names.iter().map(unknown));
                return hops;
            }
            Some(Ok(version)) => {
                let detail = format!("{socket}, fail2ban {version}");
                hops.push(hop(HopName::Fail2banSocket, HopState::Good, detail));
            }
        }
        let name = &self.config.fail2ban.jail;
        match &self.answers.jail {
            Some(Ok(jail)) => {
                hops.push(hop(HopName::Jail, HopState::Good, name.clone()));
                let log = &self.config.attack_log.path;
                let watches = jail.logpaths.iter().any(|path| same_file(path, log));
                let paths: Vec<_> = jail
                    .logpaths
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect();
                hops.push(hop(
                    HopName::JailLogpath,
                    if watches {
                        HopState::Good
                    } else {
                        HopState::Broken
                    },
                    paths.join(", "),
                ));
                let (state, detail) = failregex(&jail.failregex);
                hops.push(hop(HopName::JailFailregex, state, detail));
            }
            Some(Err(error)) => {
                hops.push(hop(HopName::Jail, HopState::Broken, error.clone()));
                hops.extend(names[1..].iter().map(unknown));
            }
            None => hops.extend(names.iter().map(unknown)),
        }
        hops
    }

    fn firewall(&self) -> Hop {
        let bans = self.bans;
        let (held, missing, partly) = (bans.held, bans.missing, bans.partly);
        let (state, detail): (_, Reason) = match &bans.firewall_error {
            _ if !bans.known => (HopState::Unknown, "".into()),
            Some(error) => (HopState::Unknown, error.clone().into()),
            None if partly > 0 => {
                let scope = bans.scope.as_str().to_owned();
                let detail = HopReason::Partly {
                    partly,
                    held,
                    scope,
                };
                return hop(HopName::FirewallScope, HopState::Broken, detail);
            }
            None if missing > 0 => {
                let detail = HopReason::Missing { missing, held };
                (HopState::Broken, detail.into())
            }
            None if !bans.leftover.is_empty() => {
                let count = bans.leftover.len();
                let some = bans.leftover.iter().take(10).copied().collect();
                let detail = HopReason::LeftOver { count, some };
                (HopState::Broken, detail.into())
            }
            None => (HopState::Good, HopReason::Bans { held }.into()),
        };
        hop(HopName::Firewall, state, detail)
    }

    fn clock(&self) -> Hop {
        let (state, detail) = match self.clock_offset_ms {
            None => (HopState::Unknown, String::new()),
            Some(off) if off.abs() > CLOCK_OFF_MS => (HopState::Attention, format!("{off} ms")),
            Some(off) => (HopState::Good, format!("{off} ms")),
        };
        hop(HopName::Clock, state, detail)
    }
}

fn hop(name: HopName, state: HopState, detail: impl Into<Reason>) -> Hop {
    Hop {
        name,
        state,
        detail: detail.into(),
    }
}

fn unreadable(path: &Path, io: &IoReason) -> Reason {
    let (writing, io) = (false, io.clone());
    Reason::file(path.display().to_string(), FileReason::Io { writing, io })
}

fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    a == b || real(a) == real(b)
}

/// Only the form whose address stands at the very start of the line finds attackers and nobody else,
/// and only one without names asks no name server for what an attacker wrote.
fn failregex(lines: &[String]) -> (HopState, Reason) {
    let detail = lines.join("\n").into();
    let sound = |line: &String| {
        let anchored = line.starts_with("^ip\\[") || line.starts_with("^\\s*ip\\[");
        anchored && !line.contains("(?P<dns>")
    };
    if lines.is_empty() {
        (HopState::Broken, HopReason::NoFailregex.into())
    } else if lines.iter().all(sound) {
        (HopState::Good, detail)
    } else {
        (HopState::Attention, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_must_be_anchored_and_ask_no_name_server() {
        let state = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            failregex(&lines).0
        };
        let (good, loose) = ("^ip\\[(?P<ip4>x)\\]", "ip\\[(?P<ip4>x)\\]");
        assert_eq!(state(&[good]), HopState::Good);
        assert_eq!(state(&[]), HopState::Broken);
        assert_eq!(state(&[good, loose]), HopState::Attention);
        assert_eq!(
            state(&["^ip\\[(?:(?P<ip4>x)|(?P<dns>[\\w.]*))\\]"]),
            HopState::Attention
        );
    }
}
