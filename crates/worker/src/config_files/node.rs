//! All kinds of one node, and the folders they stand in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::config::{Kind, KindReport};
use domain::reason::Reason;
use domain::wire::{ConfigReport, DesiredConfig};
use runtime::Clock;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::acl::Acl;
use super::line::{Expired, Line};
use super::paths::Paths;
use super::profiles::SipProfiles;
use super::rules::Rules;
use super::subject::Subject;
use super::watch::Folders;
use crate::console::outbox::join;

/// See the module.
pub(super) struct Node {
    rules: Line<Rules>,
    acl: Line<Acl>,
    profiles: Line<SipProfiles>,
    folders: Folders,
    names: Vec<PathBuf>,
    back: Vec<Kind>,
}

impl Node {
    /// With what a process before left.
    pub fn resume(paths: &Paths, state_dir: &Path, clock: &Clock, changed: Arc<Notify>) -> Self {
        let any_profile = paths.sip_profiles.join("any.xml");
        Self {
            rules: Line::resume(paths, state_dir, clock),
            acl: Line::resume(paths, state_dir, clock),
            profiles: Line::resume(paths, state_dir, clock),
            folders: Folders::new(changed),
            names: vec![paths.cti_json.clone(), paths.acl_conf.clone(), any_profile],
            back: Vec::new(),
        }
    }

    /// Does what is ordered and what is due, and looks; what is to be told.
    pub fn work(
        &mut self,
        desired: Option<&DesiredConfig>,
        anew: bool,
        surely: bool,
    ) -> ConfigReport {
        // Before the look, so that what changes after it wakes.
        self.folders.watch(&self.names);
        let mut report = ConfigReport::default();
        let back = &mut self.back;
        // In the order of `Kind::ALL`: a list stands before a profile names it.
        step(&mut self.rules, desired, anew, surely, back, &mut report);
        step(&mut self.acl, desired, anew, surely, back, &mut report);
        step(&mut self.profiles, desired, anew, surely, back, &mut report);
        report
    }

    /// When something is due.
    pub fn due(&self) -> Option<Instant> {
        let due = [self.rules.due(), self.acl.due(), self.profiles.due()];
        due.into_iter().flatten().min()
    }

    /// A kind whose old files are back: the switch is to load them, then [`Self::taken_back`].
    pub fn back(&mut self) -> Option<Kind> {
        self.back.pop()
    }

    /// The switch loaded the old files of that kind, or why it did not.
    pub fn taken_back(&mut self, kind: Kind, reloaded: &Result<(), Reason>) -> ConfigReport {
        match kind {
            Kind::CallRules => answered(&mut self.rules, reloaded),
            Kind::Acl => answered(&mut self.acl, reloaded),
            Kind::Profiles => answered(&mut self.profiles, reloaded),
            Kind::Jail => ConfigReport::default(),
        }
    }
}

fn step<S: Subject>(
    line: &mut Line<S>,
    desired: Option<&DesiredConfig>,
    anew: bool,
    surely: bool,
    back: &mut Vec<Kind>,
    report: &mut ConfigReport,
) {
    let mut told = KindReport {
        answer: anew.then(|| line.answer()).flatten(),
        found: None,
    };
    if let Some(answer) = desired
        .and_then(S::wanted)
        .and_then(|deploy| line.take(deploy))
    {
        told.answer = Some(answer);
    }
    if line.due().is_some_and(|due| due <= Instant::now()) {
        match line.expire() {
            Some(Expired::Back) => back.push(S::KIND),
            Some(Expired::Edited(answer)) => told.answer = Some(answer),
            None => {}
        }
    }
    if anew {
        line.forget();
    }
    told.found = line.look(surely || told.answer.is_some());
    if told.answer.is_some() || told.found.is_some() {
        join(report, S::report(told));
    }
}

fn answered<S: Subject>(line: &mut Line<S>, reloaded: &Result<(), Reason>) -> ConfigReport {
    let answer = line.taken_back(reloaded);
    S::report(KindReport {
        answer,
        found: line.look(true),
    })
}
