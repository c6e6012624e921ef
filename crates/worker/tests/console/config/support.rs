//! A node's configuration served alone, and orders for it.

use std::fs;
use std::path::{Path, PathBuf};

use domain::acl::AclLists;
use domain::config::{Deploy, Found, KindReport, Outcome};
use domain::cti::CallRules;
use domain::ids::{DeploymentId, RevisionId};
use domain::profile::Profiles;
use domain::wire::{ConfigReport, DesiredConfig};
use runtime::{Clock, Shutdown};
use serde_json::json;
use tokio::task::JoinHandle;
use worker::config::{ConsoleConfig, FreeswitchConfig};
use worker::config_files::{Paths, serve};
use worker::console::Client;
use worker::console::token::Token;

use crate::console::{Console, Stored, TOKEN};

/// A host with stock files.
pub struct Host {
    pub folder: tempfile::TempDir,
}

impl Host {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        esl_sim::vanilla(folder.path().join("freeswitch")).unwrap();
        Self { folder }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join("freeswitch").join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    pub fn serve(&self, console: &Console) -> Served {
        let shutdown = Shutdown::new();
        let client = Client::new(&ConsoleConfig {
            url: console.url.clone(),
            ca_file: None,
        });
        let paths = Paths::new(&FreeswitchConfig {
            conf_dir: self.folder.path().join("freeswitch"),
            ..FreeswitchConfig::default()
        });
        let task = tokio::spawn(serve(
            client.unwrap(),
            Token::new(TOKEN).unwrap(),
            paths,
            self.folder.path().join("state"),
            Clock::system(),
            shutdown.clone(),
        ));
        Served { shutdown, task }
    }
}

/// Runs until stopped.
pub struct Served {
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

impl Served {
    pub async fn stop(self) {
        self.shutdown.stop();
        self.task.await.unwrap();
    }
}

/// Saves as editors do: another file takes the name.
pub fn save(path: &Path, text: &str) {
    let beside = path.with_extension("swp");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

pub fn rules(deny: &str) -> CallRules {
    let rules = json!({"filename": "cti_fail2ban.log", "max_len": 12, "deny": [deny], "allow": []});
    serde_json::from_value(rules).unwrap()
}

/// List `inbound` with these networks allowed.
pub fn lists(allowed: &[&str]) -> AclLists {
    let entry = |network: &&str| json!({"action": "allow", "network": network, "comment": "peer"});
    let entries: Vec<_> = allowed.iter().map(entry).collect();
    let list = json!([{"name": "inbound", "default": "deny", "entries": entries}]);
    serde_json::from_value(list).unwrap()
}

/// `external` asks list `inbound` and no password; `internal` asks for passwords.
pub fn profiles() -> Profiles {
    let profiles = json!([
        {"profile": "external", "inbound_acl": ["inbound"], "auth_calls": false},
        {"profile": "internal", "auth_calls": true}
    ]);
    serde_json::from_value(profiles).unwrap()
}

pub fn deploy<T>(deployment: i64, attempt: u32, content: T) -> Deploy<T> {
    Deploy {
        deployment: DeploymentId(deployment),
        attempt,
        revision: RevisionId(deployment),
        content,
        confirm_seconds: None,
        confirmed: false,
    }
}

pub fn want_acl(deploy: Deploy<AclLists>) -> DesiredConfig {
    DesiredConfig {
        acl: Some(deploy),
        ..DesiredConfig::default()
    }
}

/// What was last told of one kind.
pub fn last<T: Clone>(
    stored: &Stored,
    of: impl Fn(&ConfigReport) -> &Option<KindReport<T>>,
) -> Option<Found<T>> {
    let found = |report| of(report).as_ref()?.found.clone();
    stored.configs.iter().rev().find_map(found)
}

/// What was answered to a deployment, each time it was told.
pub fn answers<T>(
    stored: &Stored,
    of: impl Fn(&ConfigReport) -> &Option<KindReport<T>>,
    deployment: i64,
) -> Vec<Outcome> {
    let answer = |report| of(report).as_ref()?.answer.clone();
    let answers = stored.configs.iter().filter_map(answer);
    answers
        .filter(|answer| answer.deployment == DeploymentId(deployment))
        .map(|answer| answer.outcome)
        .collect()
}
