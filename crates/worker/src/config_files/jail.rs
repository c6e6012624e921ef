//! The jail's settings: in force as soon as they are in the files, so the worker itself verifies
//! them. On its own, since fail2ban may hang.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::config::{Answer, Deploy, Found, Kind, KindReport, Outcome};
use domain::jail::JailConfig;
use domain::reason::Reason;
use domain::wire::ConfigReport;
use runtime::Shutdown;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::duty::Wanted;
use super::found::Told;
use super::present::{Present, Signature};
use super::store::{State, Store};
use super::watch::Folders;
use crate::console::outbox::Outbox;
use crate::fail2ban::Fail2ban;
use crate::fail2ban::client::ClientError;
use crate::firewall::enforce::chain;
use crate::jail::settings::{self, SettingsError};
use crate::jail::whitelist;

/// How often is looked without being woken; fail2ban tells nobody what is set while it runs.
const LOOK: Duration = Duration::from_secs(8);
/// A program that saves a file does so in several steps.
const SETTLE: Duration = Duration::from_millis(100);
/// A fail2ban that is not there may be starting still: so long it is waited for.
const AWAY: Duration = Duration::from_secs(30);
/// Pause between two tries meanwhile.
const AGAIN: Duration = Duration::from_secs(2);

/// See the module.
pub struct JailDuty {
    /// Whose jail.
    pub fail2ban: Fail2ban,
    /// The worker's own folder.
    pub state_dir: PathBuf,
    /// From the console.
    pub wanted: watch::Receiver<Wanted>,
    /// To the console.
    pub outbox: Outbox,
}

/// What fail2ban makes of its files, until one of them changes: asking starts Python.
#[derive(Default)]
struct Files {
    signatures: Vec<Signature>,
    says: Option<Result<JailConfig, Reason>>,
}

impl JailDuty {
    /// Runs until stopped.
    pub async fn run(mut self, shutdown: Shutdown) {
        let store = Store::new(&self.state_dir, Kind::Jail);
        let mut state = store.load();
        let (woken, mut told, mut files) =
            (Arc::new(Notify::new()), Told::default(), Files::default());
        let mut folders = Folders::new(Arc::clone(&woken));
        let mut session = None;
        // Since when a try waits for a fail2ban that is away.
        let mut waits: Option<Instant> = None;
        loop {
            folders.watch(&self.watched());
            let Wanted {
                session: now,
                desired,
            } = self.wanted.borrow_and_update().clone();
            let mut answer = None;
            if session.replace(now) != Some(now) {
                told.forget();
                answer = state.answer.clone();
            }
            if let Some(deploy) = desired.and_then(|desired| desired.jail)
                && !is_answered(&state, &deploy)
                && let Some(outcome) = self.apply(&deploy, &mut waits).await
            {
                waits = None;
                state.answer = Some(Answer {
                    deployment: deploy.deployment,
                    attempt: deploy.attempt,
                    outcome,
                });
                answer.clone_from(&state.answer);
                if let Err(error) = store.save(&state) {
                    tracing::error!("after a restart this is done again: {}", chain(&error));
                }
            }
            let found = self.found(&mut files).await;
            let found = told.differs(&found).then_some(found);
            if answer.is_some() || found.is_some() {
                self.outbox.configs(ConfigReport {
                    jail: Some(KindReport { answer, found }),
                    ..ConfigReport::default()
                });
            }
            let pause = if waits.is_some() { AGAIN } else { LOOK };
            tokio::select! {
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return shutdown.stopping().await;
                    }
                }
                () = woken.notified() => tokio::time::sleep(SETTLE).await,
                () = tokio::time::sleep(pause) => {}
                () = shutdown.stopping() => return,
            }
        }
    }

    /// What came of it; `None`: fail2ban is away, it is tried again.
    async fn apply(
        &self,
        deploy: &Deploy<JailConfig>,
        waits: &mut Option<Instant>,
    ) -> Option<Outcome> {
        let deployment = deploy.deployment;
        match settings::apply(&self.fail2ban, &deploy.content).await {
            Ok(()) => {
                tracing::info!("jail: deployment {deployment} is in force");
                Some(Outcome::Verified)
            }
            Err(SettingsError::Fail2ban(error))
                if error.is_away() && waits.get_or_insert_with(Instant::now).elapsed() < AWAY =>
            {
                None
            }
            Err(error) => {
                let reason = Reason::from(&error);
                tracing::warn!("jail: deployment {deployment}: {reason}");
                Some(Outcome::Failed { reason })
            }
        }
    }

    async fn found(&self, files: &mut Files) -> Found<JailConfig> {
        let signatures = self.signatures();
        if files.signatures != signatures || files.says.is_none() {
            let says = settings::in_files(&self.fail2ban).await;
            // What could not be asked is asked again.
            let asked = !matches!(says, Err(SettingsError::Rejected(ClientError::Run(_))));
            files.signatures = if asked { signatures } else { Vec::new() };
            files.says = Some(match says {
                Ok(says) => says.map_err(Reason::from),
                Err(error) => Err((&error).into()),
            });
        }
        let (content, problem) = match files.says.clone() {
            Some(Ok(config)) => (Some(config), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        // Not there, or nothing that could be a setting: the node's hops say so.
        let running = settings::in_jail(&self.fail2ban).await;
        let running = running.ok().and_then(Result::ok);
        Found {
            running: running.filter(|running| content.as_ref() != Some(running)),
            content,
            problem,
            files: self.shown().iter().filter_map(|path| shown(path)).collect(),
        }
    }

    /// Files that say something about the jail; the whitelist has its own proofs.
    fn shown(&self) -> [PathBuf; 3] {
        let folder = &self.fail2ban.config().config_dir;
        let jail = self.fail2ban.jail_name();
        [
            folder.join("jail.local"),
            folder.join(format!("jail.d/callwarden-{jail}.local")),
            settings::path(&self.fail2ban),
        ]
    }

    fn watched(&self) -> Vec<PathBuf> {
        let folder = &self.fail2ban.config().config_dir;
        vec![folder.join("jail.conf"), folder.join("jail.d/any.local")]
    }

    /// Of every file that fail2ban reads for its jails.
    fn signatures(&self) -> Vec<Signature> {
        let folder = &self.fail2ban.config().config_dir;
        let whitelist = whitelist::path(&self.fail2ban);
        let entries = [folder.clone(), folder.join("jail.d")].map(std::fs::read_dir);
        let paths = entries.into_iter().flatten().flatten().flatten();
        let mut paths: Vec<PathBuf> = paths.map(|entry| entry.path()).collect();
        paths.retain(|path| {
            let ending = path.extension();
            *path != whitelist && ending.is_some_and(|ending| ending == "conf" || ending == "local")
        });
        paths.sort();
        paths.into_iter().map(Signature::of).collect()
    }
}

fn is_answered(state: &State, deploy: &Deploy<JailConfig>) -> bool {
    state.answer.as_ref().is_some_and(|answer| {
        answer.deployment == deploy.deployment && answer.attempt == deploy.attempt
    })
}

fn shown(path: &Path) -> Option<domain::config::FoundFile> {
    match Present::read(path) {
        Ok(file) if file.bytes.is_none() => None,
        Ok(file) => Some(file.found()),
        Err(unreadable) => Some(unreadable.file),
    }
}
