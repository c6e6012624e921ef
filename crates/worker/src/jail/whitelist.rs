//! Whitelist entries in the jail: in a file (survives restart and reload) **and** in the running
//! jail, and every ban inside them lifted, each read back.
//!
//! fail2ban's `addignoreip` alone is lost at the next reload and lifts no ban.

use std::collections::HashSet;
use std::path::PathBuf;

use domain::ban::Outcome;
use domain::net::Network;
use domain::reason::{Fail2banReason, OrderReason, Reason};
use domain::whitelist::{WhitelistLine, WhitelistProof};

use super::check::{Parsed, at, parse_config};
use super::settings;
use crate::fail2ban::client::ClientError;
use crate::fail2ban::{Fail2ban, Fail2banError};
use crate::files::{FileError, OURS, Sort, read, restore, write_atomic};
use crate::firewall::Firewall;
use crate::firewall::enforce;
use domain::jail::BASE_IGNORE;

/// Marks our entries in the file, with their expiry.
const ENTRY: &str = "# entry ";
/// What the jail's other files say, kept.
const OTHERS: &str = "%(known/ignoreip)s";
/// Marks that the base is that of the settings' file.
const OF_SETTINGS: &str = "# base of the settings\n";

/// What the jail ignores beside the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Base {
    /// No other file says anything.
    Ours,
    /// What the files before ours say. Where none does, fail2ban refuses its whole configuration.
    Others,
    /// What the settings' file says, which stands above all before it; word for word, since it may be
    /// the only one that says anything, and somebody may delete it.
    Settings(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("fail2ban does not accept the whitelist file; it was put back as it was")]
    Rejected(#[source] ClientError),
}

impl From<&WriteError> for Reason {
    fn from(error: &WriteError) -> Self {
        match error {
            WriteError::File(error) => error.into(),
            WriteError::Rejected(error) => {
                let why = Self::from(Fail2banReason::from(error));
                OrderReason::WhitelistRejected(Box::new(why)).into()
            }
        }
    }
}

/// The file: read by fail2ban after `callwarden-JAIL.local`.
pub fn path(fail2ban: &Fail2ban) -> PathBuf {
    let jail = fail2ban.jail_name();
    at(
        fail2ban,
        &format!("jail.d/callwarden-{jail}.whitelist.local"),
    )
}

/// The entries in the file, for a worker that starts while its console is away.
pub fn load(fail2ban: &Fail2ban) -> Vec<WhitelistLine> {
    let text = read(&path(fail2ban)).ok().flatten().unwrap_or_default();
    entries(&text)
}

/// Makes file and running jail hold exactly `wanted` (what has expired at `now`, unix seconds, is
/// removed) beside what other files put there, and lifts the bans inside. Doing it again changes
/// nothing. One proof per entry that has not expired.
pub async fn apply(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    wanted: &[WhitelistLine],
    now: i64,
) -> Vec<WhitelistProof> {
    let mut active: Vec<WhitelistLine> = wanted
        .iter()
        .filter(|line| line.until.is_none_or(|until| until > now))
        .cloned()
        .collect();
    active.sort_unstable_by_key(|line| (line.network, line.until.unwrap_or(i64::MAX)));
    active.reverse();
    // The same network twice: the one that lasts longest stands first now.
    active.dedup_by_key(|line| line.network);
    active.reverse();

    let before = load(fail2ban);
    let file = write(fail2ban, &active).await;
    let run = run(fail2ban, firewall, &before, &active, file.as_ref().ok()).await;
    let in_file: HashSet<Network> = load(fail2ban).iter().map(|line| line.network).collect();
    let in_jail = fail2ban.ignored_networks().await.unwrap_or_default();
    let blocked = still_banned(fail2ban, &active).await;
    active
        .iter()
        .map(|line| {
            let network = line.network;
            let wider = blocked.iter().find(|ban| ban.contains(network));
            let error = match (&file, &run, wider) {
                (Err(error), _, _) => Some(error.into()),
                (_, Err(error), _) => Some(Fail2banReason::from(error).into()),
                (_, _, Some(ban)) => {
                    let by = *ban;
                    Some(OrderReason::BlockedBy { network, by }.into())
                }
                _ => None,
            };
            WhitelistProof {
                network,
                in_file: in_file.contains(&network) && file.is_ok(),
                in_jail: in_jail.contains(&network),
                error,
            }
        })
        .collect()
}

/// Has the file keep what the settings' file says. Its text before, where that changed it.
pub(super) fn keep_settings(fail2ban: &Fail2ban) -> Result<Option<String>, FileError> {
    let path = path(fail2ban);
    let Some(before) = read(&path)? else {
        return Ok(None);
    };
    let base = settings::ignored(fail2ban).map_or(Base::Others, Base::Settings);
    let after = text(fail2ban.jail_name(), &entries(&before), &base);
    Ok(write_atomic(&path, &after)?.then_some(before))
}

/// Writes the file if it must change. Answers what fail2ban reads from all files then; `None` where
/// nothing changed.
async fn write(
    fail2ban: &Fail2ban,
    active: &[WhitelistLine],
) -> Result<Option<Parsed>, WriteError> {
    let path = path(fail2ban);
    let before = read(&path)?;
    let said = |words: &str| before.as_ref().is_some_and(|text| text.contains(words));
    let base = match settings::ignored(fail2ban) {
        _ if before.is_none() && active.is_empty() => return Ok(None),
        Some(ignored) => Base::Settings(ignored),
        None if said(OTHERS) || said(OF_SETTINGS) => Base::Others,
        None if before.is_some() => Base::Ours,
        None => {
            let parsed = parse_config(fail2ban).await.map_err(WriteError::Rejected)?;
            if parsed.ignoreip.is_empty() {
                Base::Ours
            } else {
                Base::Others
            }
        }
    };
    // Somebody may have deleted what the others said.
    let bases = match base {
        Base::Others => vec![Base::Others, Base::Ours],
        base => vec![base],
    };
    let mut rejected = None;
    for base in bases {
        let written = write_atomic(&path, &text(fail2ban.jail_name(), active, &base))?;
        // Also where it is as it was: what it names may be gone.
        if !written && base != Base::Others {
            return Ok(None);
        }
        match parse_config(fail2ban).await {
            Ok(parsed) => return Ok(written.then_some(parsed)),
            Err(error) => {
                let refused = matches!(error, ClientError::Refused(_));
                rejected = rejected.or(Some(error));
                if !refused {
                    break;
                }
            }
        }
    }
    restore(&path, before.as_deref(), Sort::Generated)?;
    match rejected {
        Some(error) => Err(WriteError::Rejected(error)),
        None => Ok(None),
    }
}

/// Brings the running jail in line. Answers the bans inside that could not be lifted.
async fn run(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    before: &[WhitelistLine],
    active: &[WhitelistLine],
    parsed: Option<&Option<Parsed>>,
) -> Result<Vec<(Network, Reason)>, Fail2banError> {
    let wanted: HashSet<Network> = active.iter().map(|line| line.network).collect();
    // What other files hold too is not ours to remove.
    let durable: HashSet<Network> = match parsed {
        Some(Some(parsed)) => parsed
            .ignoreip
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect(),
        _ => HashSet::new(),
    };
    let gone: Vec<Network> = before
        .iter()
        .map(|line| line.network)
        .filter(|network| !wanted.contains(network) && !durable.contains(network))
        .collect();
    if !gone.is_empty() {
        fail2ban.del_ignore(&gone).await?;
    }
    let running = fail2ban.ignored_networks().await?;
    let mut missing: Vec<Network> = wanted.difference(&running).copied().collect();
    missing.sort_unstable();
    if !missing.is_empty() {
        fail2ban.add_ignore(&missing).await?;
    }
    // After the jail ignores them, so that none is banned again meanwhile.
    let held = fail2ban.bans().await?.held;
    let inside: Vec<Network> = held
        .into_iter()
        .map(|ban| ban.network)
        .filter(|ban| active.iter().any(|line| line.network.contains(*ban)))
        .collect();
    if inside.is_empty() {
        return Ok(Vec::new());
    }
    let outcomes = enforce::unban(fail2ban, firewall, &inside).await;
    Ok(outcomes
        .into_iter()
        .filter_map(|(network, outcome)| match outcome {
            Outcome::Failed { reason } => Some((network, reason)),
            _ => None,
        })
        .collect())
}

/// Bans that still touch an entry: those of wider networks.
async fn still_banned(fail2ban: &Fail2ban, active: &[WhitelistLine]) -> Vec<Network> {
    let held = fail2ban.bans().await.map(|bans| bans.held);
    held.unwrap_or_default()
        .into_iter()
        .map(|ban| ban.network)
        .filter(|ban| active.iter().any(|line| ban.contains(line.network)))
        .collect()
}

fn text(jail: &str, active: &[WhitelistLine], base: &Base) -> String {
    let note = |line: &WhitelistLine| {
        let until = line
            .until
            .map_or_else(|| "for ever".to_owned(), |until| format!("until {until}"));
        format!("{ENTRY}{} {until}\n", line.network)
    };
    let (mark, base) = match base {
        Base::Ours => ("", BASE_IGNORE.join(" ")),
        Base::Others => ("", OTHERS.to_owned()),
        Base::Settings(ignored) => (OF_SETTINGS, ignored.join("\n           ")),
    };
    let mut text = OURS.to_owned() + mark;
    text.extend(active.iter().map(note));
    text.extend([format!("[{jail}]\nignoreip = {base}\n")]);
    text.extend(
        active
            .iter()
            .map(|line| format!("           {}\n", line.network)),
    );
    text
}

fn entries(text: &str) -> Vec<WhitelistLine> {
    let entry = |line: &str| {
        let (network, until) = line.strip_prefix(ENTRY)?.split_once(' ')?;
        let until = match until {
            "for ever" => None,
            until => Some(until.strip_prefix("until ")?.parse().ok()?),
        };
        Some(WhitelistLine {
            network: network.parse().ok()?,
            until,
        })
    };
    text.lines().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_back() {
        let line = |network: &str, until| WhitelistLine {
            network: network.parse().unwrap(),
            until,
        };
        let lines = [
            line("203.0.113.9", Some(1_795_425_876)),
            line("2001:db8:9::/48", None),
        ];
        let settings = Base::Settings(vec!["127.0.0.0/8".to_owned(), "pbx.example.com".to_owned()]);
        for base in [Base::Ours, Base::Others, settings] {
            let text = text("cti", &lines, &base);
            assert_eq!(entries(&text), lines);
            assert_eq!(text.contains(OTHERS), base == Base::Others);
        }
        assert!(entries("# entry x\n# entry 203.0.113.9 soon\nnothing").is_empty());
    }
}
