//! Installs the jail: writes its files, has fail2ban check and load them, reads back.

use std::path::{Path, PathBuf};

use domain::net::Network;
use domain::reason::{Fail2banReason, OrderReason, Reason};

use super::check::parse_config;
use super::text::{JailPlan, Limits, PlanError, files, files_with, finds_attacks, own_addresses};
use super::{settings, whitelist};
use crate::fail2ban::client::ClientError;
use crate::fail2ban::{Fail2ban, Fail2banError, JailInfo};
use crate::files::{FileError, Sort, ensure_log, read, restore, write_atomic};
use crate::firewall::enforce::chain;
use crate::firewall::{Firewall, FirewallError};

/// Why the jail is not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Name or path cannot stand in fail2ban's files.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// No firewall that fail2ban could use.
    #[error("no firewall can be used; install nftables: apt-get install nftables")]
    Firewall(#[source] FirewallError),
    /// fail2ban does not accept its configuration; our files were taken back.
    #[error("fail2ban does not accept its configuration; the files were put back as they were")]
    Rejected(#[source] ClientError),
    /// Loading or reading back failed.
    #[error(transparent)]
    Fail2ban(#[from] Fail2banError),
    /// Loaded, but the running jail is another: a further file overrides ours.
    #[error("the jail runs, but its {what} is not ours ({found}); another file overrides it")]
    Overridden {
        /// Which setting.
        what: &'static str,
        /// What the jail answers, made inert.
        found: String,
    },
}

impl From<&InstallError> for Reason {
    fn from(error: &InstallError) -> Self {
        let fail2ban = |error: Fail2banReason| Self::from(error);
        match error {
            InstallError::Plan(PlanError::Name) => OrderReason::BadJailName.into(),
            InstallError::Plan(PlanError::LogPath) => OrderReason::BadLogPath.into(),
            InstallError::File(error) => error.into(),
            InstallError::Firewall(error) => {
                let said = chain(error);
                let why = Some(error.into());
                OrderReason::NoFirewall { said, why }.into()
            }
            InstallError::Rejected(error) => {
                OrderReason::Rejected(Box::new(fail2ban(error.into()))).into()
            }
            InstallError::Fail2ban(error) => fail2ban(error.into()),
            InstallError::Overridden { what, found } => OrderReason::Overridden {
                setting: (*what).to_owned(),
                said: found.clone(),
            }
            .into(),
        }
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Files that were written anew; empty when all were there already.
    pub written: Vec<PathBuf>,
    /// The running jail, as read back.
    pub info: JailInfo,
}

/// Installs jail `fail2ban.jail_name()` watching `log`, with the best firewall of this host. Other
/// jails are left alone. Doing it again changes nothing.
///
/// # Errors
/// [`InstallError`].
pub async fn install(
    fail2ban: &Fail2ban,
    firewall: &Firewall,
    log: &Path,
) -> Result<Installed, InstallError> {
    let backend = firewall
        .best_backend()
        .await
        .map_err(InstallError::Firewall)?;
    let plan = JailPlan {
        jail: fail2ban.jail_name().to_owned(),
        log: log.to_owned(),
        backend,
    };
    install_plan(fail2ban, &plan).await
}

/// The same with a firewall of one's choice.
///
/// # Errors
/// [`InstallError`].
pub async fn install_plan(fail2ban: &Fail2ban, plan: &JailPlan) -> Result<Installed, InstallError> {
    files(plan)?;
    // Before anything else: a jail whose log is missing stops the whole server.
    ensure_log(&plan.log)?;
    let (mut ignored, limits) = kept(fail2ban).await;
    for own in own_addresses().iter().map(ToString::to_string) {
        if !ignored.contains(&own) {
            ignored.push(own);
        }
    }
    let files = files_with(plan, &ignored, &limits)?;
    let written = write_checked(fail2ban, &files).await?;
    fail2ban.reload_jail().await?;
    if fail2ban.actions().await? != [plan.action_name()] {
        // A reload that brings another action takes both away, and nobody would be blocked.
        fail2ban.restart_jail().await?;
    }
    let info = fail2ban.jail().await?;
    verify(plan, &limits, &info, &fail2ban.actions().await?)?;
    Ok(Installed { written, info })
}

/// What an operator chose and keeps: whom the jail ignores by the files that are there already, our
/// whitelist left out (our file is read after theirs and would hide it), and its limits. A shorter
/// bantime would end bans that were meant for ever.
async fn kept(fail2ban: &Fail2ban) -> (Vec<String>, Limits) {
    // Where the files do not work (ours may mend that) nobody is ignored by them.
    let parsed = parse_config(fail2ban).await.unwrap_or_default();
    let ours = whitelist::load(fail2ban);
    let is_ours = |text: &String| {
        let network = text.parse::<Network>();
        network.is_ok_and(|network| ours.iter().any(|line| line.network == network))
    };
    let mut others = parsed.ignoreip;
    others.retain(|text| !is_ours(text));
    // A question about a jail that is not there is an error in fail2ban's log. Where settings were
    // deployed, their file says what holds after the reload.
    let running = if parsed.jail && !settings::path(fail2ban).exists() {
        fail2ban.settings().await.ok()
    } else {
        None
    };
    let limits = running.as_ref().map_or(parsed.limits, Limits::from);
    (others, limits)
}

async fn write_checked(
    fail2ban: &Fail2ban,
    files: &[(PathBuf, String)],
) -> Result<Vec<PathBuf>, InstallError> {
    let folder = &fail2ban.config().config_dir;
    let mut before = Vec::new();
    for (relative, text) in files {
        let path = folder.join(relative);
        let was = read(&path)?;
        if write_atomic(&path, text)? {
            before.push((path, was));
        }
    }
    if let Err(error) = parse_config(fail2ban).await {
        for (path, was) in &before {
            restore(path, was.as_deref(), Sort::Generated)?;
        }
        return Err(InstallError::Rejected(error));
    }
    Ok(before.into_iter().map(|(path, _)| path).collect())
}

fn verify(
    plan: &JailPlan,
    limits: &Limits,
    info: &JailInfo,
    actions: &[String],
) -> Result<(), InstallError> {
    let settings = &info.settings;
    // A time may be written with its unit; fail2ban says what that means.
    let is = |text: &str, number: i64| {
        text.parse::<i64>()
            .ok()
            .is_none_or(|wanted| wanted == number)
    };
    let checks = [
        (
            "logpath",
            info.logpaths == [plan.log.clone()],
            format!("{:?}", info.logpaths),
        ),
        (
            "failregex",
            info.failregex.len() == 1 && finds_attacks(&info.failregex),
            format!("{:?}", info.failregex),
        ),
        (
            "action",
            actions == [plan.action_name()],
            format!("{actions:?}"),
        ),
        (
            "bantime, findtime or maxretry",
            is(&limits.bantime, settings.bantime)
                && is(&limits.findtime, settings.findtime)
                && is(&limits.maxretry, settings.maxretry),
            format!("{settings:?}"),
        ),
    ];
    for (what, good, found) in checks {
        if !good {
            let found = domain::inert::inert(found.as_bytes(), 300);
            return Err(InstallError::Overridden { what, found });
        }
    }
    Ok(())
}
