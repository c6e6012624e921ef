use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use backend::links::{self, Form};
use domain::acl::{self, AclLists};
use domain::config::{Answer, Deploy, Found, FoundFile, Kind, KindReport, Outcome};
use domain::cti::{self, CallRules};
use domain::profile::{self, Profiles};
use domain::reason::{DeployReason, FileReason, Reason};
use domain::role::Role;
use domain::wire::{ConfigReport, DesiredConfig, Down};
use esl_sim::Sim;
use tempfile::TempDir;

use super::{TestConsole, TestWorker, actor};

const PASSWORD: &str = "wolle-7351";
const INTERNAL: &str = "sip_profiles/internal.xml";
const EXTERNAL: &str = "sip_profiles/external.xml";

/// A node: a simulated switch with the stock configuration, and a worker that writes its files.
pub struct Switch {
    pub worker: TestWorker,
    pub sim: Sim,
    folder: Arc<Folder>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The switch's files, and what was done to them.
struct Folder {
    dir: TempDir,
    done: Mutex<HashMap<Kind, (Deploy<()>, String)>>,
    sent: Mutex<Vec<DesiredConfig>>,
}

impl Switch {
    /// Enrolled, linked, and at work.
    pub async fn start(console: &TestConsole, name: &str) -> Self {
        Self::with(console, name, |builder, _| builder).await
    }

    /// With a switch that `change` alters first.
    pub async fn with(
        console: &TestConsole,
        name: &str,
        change: impl FnOnce(esl_sim::Builder, &Path) -> esl_sim::Builder,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        esl_sim::vanilla(dir.path()).unwrap();
        let builder = change(Sim::builder(dir.path()).password(PASSWORD), dir.path());
        let sim = builder.start_on("127.0.0.1:0").await.unwrap();
        let worker = console.node(name).await;
        let folder = Arc::new(Folder {
            dir,
            done: Mutex::default(),
            sent: Mutex::default(),
        });
        let mut switch = Self {
            task: tokio::spawn(async {}),
            worker,
            sim,
            folder,
        };
        switch.link(console).await;
        switch.work_for(console);
        switch
    }

    /// Tells the console where the switch is.
    pub async fn link(&self, console: &TestConsole) {
        let address = self.sim.address();
        let form = Form {
            host: address.ip().to_string(),
            port: address.port().to_string(),
            user: String::new(),
            password: PASSWORD.to_owned(),
        };
        let admin = actor(Role::Admin);
        links::set(&console.backend, &admin, self.worker.node, &form)
            .await
            .unwrap();
    }

    /// From now on the worker talks to this console only.
    pub fn work_for(&mut self, console: &TestConsole) {
        self.task.abort();
        let (worker, folder) = (self.worker.at(console), self.folder.clone());
        self.task = tokio::spawn(async move {
            let mut stream = worker.stream().await;
            worker.tell(folder.everything()).await;
            while let Some(down) = stream.next().await {
                if let Down::Config(desired) = down {
                    let report = folder.take(&desired);
                    folder.sent.lock().unwrap().push(desired);
                    if report != ConfigReport::default() {
                        worker.tell(report).await;
                    }
                }
            }
        });
    }

    /// The worker is away from now on.
    pub fn rest(&self) {
        self.task.abort();
    }

    /// What the worker was sent so far.
    pub fn sent(&self) -> Vec<DesiredConfig> {
        self.folder.sent.lock().unwrap().clone()
    }

    pub fn path(&self, kind: Kind) -> PathBuf {
        self.folder.path(kind)
    }

    pub fn text(&self, kind: Kind) -> String {
        std::fs::read_to_string(self.path(kind)).unwrap_or_default()
    }

    /// Somebody edits a file; the worker sees it.
    pub async fn edit(&self, kind: Kind, change: impl FnOnce(String) -> String) {
        std::fs::write(self.path(kind), change(self.text(kind))).unwrap();
        self.worker.tell(self.folder.everything()).await;
    }

    /// What the worker does when the deadline passes without a confirmation: false where it came.
    pub async fn expire(&self) -> bool {
        let (deploy, before) = self.folder.done.lock().unwrap()[&Kind::Acl].clone();
        if deploy.confirmed {
            return false;
        }
        std::fs::write(self.path(Kind::Acl), before).unwrap();
        let mut report = self.folder.everything();
        report.acl.as_mut().unwrap().answer = Some(Answer {
            deployment: deploy.deployment,
            attempt: deploy.attempt,
            outcome: Outcome::RolledBack {
                reason: DeployReason::NotConfirmed { seconds: 60 }.into(),
                reloaded: false,
            },
        });
        self.worker.tell(report).await;
        true
    }
}

impl Folder {
    fn path(&self, kind: Kind) -> PathBuf {
        self.dir.path().join(match kind {
            Kind::CallRules => "cti.json",
            Kind::Acl => "autoload_configs/acl.conf.xml",
            Kind::Profiles => EXTERNAL,
            Kind::Jail => unreachable!("needs no switch"),
        })
    }

    fn text(&self, kind: Kind) -> String {
        std::fs::read_to_string(self.path(kind)).unwrap_or_default()
    }

    fn reason(&self, kind: Kind, what: FileReason) -> Reason {
        Reason::file(self.path(kind).display().to_string(), what)
    }

    fn file(&self, kind: Kind) -> FoundFile {
        let text = self.text(kind);
        FoundFile {
            path: self.path(kind).display().to_string(),
            bytes: text.len() as u64,
            sha256: String::new(),
            text: Some(text),
        }
    }

    fn found<T>(&self, kind: Kind, content: Result<Option<T>, FileReason>) -> KindReport<T> {
        let (content, problem) = match content {
            Ok(content) => (content, None),
            Err(problem) => (None, Some(self.reason(kind, problem))),
        };
        let files = vec![self.file(kind)];
        let found = Found {
            content,
            running: None,
            problem,
            files,
        };
        KindReport {
            answer: None,
            found: Some(found),
        }
    }

    fn rules(&self) -> KindReport<CallRules> {
        let text = self.text(Kind::CallRules);
        let content = match cti::file::read(text.as_bytes()) {
            Ok(cti::file::Section::Whole(rules)) => Ok(Some(rules)),
            Ok(_) => Ok(None),
            Err(problem) => Err(problem.into()),
        };
        self.found(Kind::CallRules, content)
    }

    fn acl(&self) -> KindReport<AclLists> {
        let content = acl::file::read(&self.text(Kind::Acl)).map_err(FileReason::from);
        let content = content.and_then(|file| {
            let ours = file.has_block().then(|| file.ours());
            ours.transpose().map_err(FileReason::from)
        });
        self.found(Kind::Acl, content)
    }

    /// Every profile whose params we can name.
    fn profiles(&self) -> KindReport<Profiles> {
        let mut each = Vec::new();
        for file in [INTERNAL, EXTERNAL] {
            let text = std::fs::read_to_string(self.dir.path().join(file)).unwrap();
            for found in profile::read(&text).unwrap() {
                let acl = found.effective_acl();
                let acl: Result<Vec<_>, _> = acl.into_iter().map(str::parse).collect();
                each.push(profile::ProfileAccess {
                    profile: found.name.parse().unwrap(),
                    inbound_acl: acl.ok(),
                    auth_calls: found.effective_auth_calls(),
                });
            }
        }
        self.found(Kind::Profiles, Ok(Some(Profiles::new(each).unwrap())))
    }

    fn everything(&self) -> ConfigReport {
        ConfigReport {
            call_rules: Some(self.rules()),
            acl: Some(self.acl()),
            profiles: Some(self.profiles()),
            jail: None,
        }
    }

    /// Writes what is new; its answer.
    fn put<T>(
        &self,
        kind: Kind,
        deploy: &Deploy<T>,
        write: impl FnOnce(&str) -> Result<String, FileReason>,
    ) -> Option<Answer> {
        let mut done = self.done.lock().unwrap();
        let bare = Deploy {
            deployment: deploy.deployment,
            attempt: deploy.attempt,
            revision: deploy.revision,
            content: (),
            confirm_seconds: deploy.confirm_seconds,
            confirmed: deploy.confirmed,
        };
        if let Some((known, _)) = done.get_mut(&kind)
            && (known.deployment, known.attempt) == (bare.deployment, bare.attempt)
        {
            *known = bare;
            return None;
        }
        let before = self.text(kind);
        let outcome = match write(&before) {
            Ok(text) => {
                std::fs::write(self.path(kind), text).unwrap();
                Outcome::Delivered
            }
            Err(what) => Outcome::Failed {
                reason: self.reason(kind, what),
            },
        };
        done.insert(kind, (bare, before));
        Some(Answer {
            deployment: deploy.deployment,
            attempt: deploy.attempt,
            outcome,
        })
    }

    fn take(&self, desired: &DesiredConfig) -> ConfigReport {
        let mut report = ConfigReport::default();
        if let Some(deploy) = &desired.call_rules {
            let answer = self.put(Kind::CallRules, deploy, |text| {
                let bytes = cti::file::write(text.as_bytes(), &deploy.content);
                let bytes = bytes?;
                Ok(String::from_utf8(bytes).unwrap())
            });
            if answer.is_some() {
                let found = self.rules();
                report.call_rules = Some(KindReport { answer, ..found });
            }
        }
        if let Some(deploy) = &desired.acl {
            let answer = self.put(Kind::Acl, deploy, |text| {
                Ok(acl::file::write(text, &deploy.content)?)
            });
            if answer.is_some() {
                report.acl = Some(KindReport {
                    answer,
                    ..self.acl()
                });
            }
        }
        if let Some(deploy) = &desired.profiles {
            let answer = self.put(Kind::Profiles, deploy, |text| {
                let written = profile::write(text, &deploy.content);
                Ok(written?.text)
            });
            if answer.is_some() {
                let found = self.profiles();
                report.profiles = Some(KindReport { answer, ..found });
            }
        }
        report
    }
}
