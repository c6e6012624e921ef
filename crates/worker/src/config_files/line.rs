//! One kind on this node: each try of a deployment done once, and taken back where nobody confirms
//! it.

use std::path::Path;
use std::time::Duration;

use domain::config::{Answer, Deploy, Found, Outcome};
use domain::reason::{DeployReason, FileReason, Reason};
use runtime::Clock;
use tokio::time::Instant;

use super::change::{Change, Confirm, Holds, Phase, Written};
use super::found::{self, Told};
use super::paths::Paths;
use super::present::{Present, sha256, sha256_at};
use super::store::{State, Store};
use super::subject::Subject;
use crate::files::{FileError, Sort, replace, restore};
use crate::firewall::enforce::chain;

/// After a start the console is heard first: it may have confirmed meanwhile.
const GRACE: Duration = Duration::from_secs(10);
/// Pause before the old file is tried to be put back again.
const AGAIN: Duration = Duration::from_secs(5);

/// See the module.
pub(super) struct Line<S: Subject> {
    paths: Paths,
    clock: Clock,
    store: Store,
    state: State,
    /// When the change is taken back.
    due: Option<Instant>,
    told: Told,
    subject: std::marker::PhantomData<fn() -> S>,
}

impl<S: Subject> Line<S> {
    /// With what is kept, and with what a process before began brought to an end.
    pub fn resume(paths: &Paths, state_dir: &Path, clock: &Clock) -> Self {
        let store = Store::new(state_dir, S::KIND);
        let state = store.load();
        let mut line = Self {
            paths: paths.clone(),
            clock: clock.clone(),
            store,
            state,
            due: None,
            told: Told::default(),
            subject: std::marker::PhantomData,
        };
        line.finish();
        line
    }

    /// A change that was being written when the process ended is written, or is not.
    fn finish(&mut self) {
        let Some(mut change) = self.state.change.take() else {
            return;
        };
        if change.phase == Phase::Writing {
            match change.holds() {
                Ok(Holds::After) => {
                    change.phase = Phase::Written;
                    self.state.answer = Some(answer(&change, Outcome::Delivered));
                }
                Ok(Holds::Before) => return self.reinstate(change.earlier),
                Ok(Holds::Mixed | Holds::Others) | Err(_) => {
                    if let Err(error) = change.undo() {
                        tracing::error!("{} is half written: {}", kind::<S>(), chain(&error));
                    }
                    return self.reinstate(change.earlier);
                }
            }
        }
        let confirm = change.confirm;
        let back = change.phase == Phase::Back;
        self.state.change = (back || confirm.is_some()).then_some(change);
        self.due = confirm.map(|confirm| {
            let left = confirm.until.saturating_sub(self.clock.unix_millis());
            let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
            // The clock may have jumped.
            let most = Duration::from_secs(confirm.seconds.into()).max(GRACE);
            Instant::now()
                + if back {
                    Duration::ZERO
                } else {
                    left.clamp(GRACE, most)
                }
        });
        self.keep();
    }

    fn reinstate(&mut self, earlier: Option<Box<Change>>) {
        self.state.change = earlier.map(|earlier| *earlier);
        self.finish();
        self.keep();
    }

    /// What was answered last, for a console that may not have heard it.
    pub fn answer(&self) -> Option<Answer> {
        self.state.answer.clone()
    }

    /// When [`Self::expire`] is due.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Does what is ordered, once.
    pub fn take(&mut self, deploy: &Deploy<S::Content>) -> Option<Answer> {
        let (deployment, attempt) = (deploy.deployment, deploy.attempt);
        let is_ours =
            |change: &Change| change.deployment == deployment && change.attempt == attempt;
        let known = self.state.answer.as_ref();
        if known.is_some_and(|known| known.deployment == deployment && known.attempt == attempt) {
            let written = |change: &Change| is_ours(change) && change.phase == Phase::Written;
            if deploy.confirmed && self.state.change.as_ref().is_some_and(written) {
                self.state.change = None;
                self.due = None;
                self.keep();
                tracing::info!("{}: deployment {deployment} is confirmed", kind::<S>());
            }
            return None;
        }
        let outcome = match self.deliver(deploy) {
            Ok(()) => Outcome::Delivered,
            Err(reason) => Outcome::Failed { reason },
        };
        let words = match &outcome {
            Outcome::Failed { reason } => reason.to_string(),
            _ => "delivered".to_owned(),
        };
        tracing::info!("{}: deployment {deployment}: {words}", kind::<S>());
        Some(self.answered(Answer {
            deployment,
            attempt,
            outcome,
        }))
    }

    fn deliver(&mut self, deploy: &Deploy<S::Content>) -> Result<(), Reason> {
        let files = found::read::<S>(&self.paths).map_err(|(reason, _)| reason)?;
        let edited = edited::<S>(&files, &deploy.content)?;
        let earlier = self.state.change.take();
        let mut change = self.plan(deploy, &files, &edited, earlier.as_ref());
        let writes: Vec<(&Present, &[u8])> = files
            .iter()
            .zip(&edited)
            .filter_map(|(file, bytes)| Some((file, bytes.as_deref()?)))
            .collect();
        let written = self.write(&mut change, &writes);
        if written.is_err() {
            self.state.change = earlier;
            self.keep();
            return written;
        }
        change.phase = Phase::Written;
        change.earlier = None;
        self.due = change.confirm.as_mut().map(|confirm| {
            let span = Duration::from_secs(confirm.seconds.into());
            confirm.until = until(&self.clock, confirm.seconds);
            Instant::now() + span
        });
        self.state.change = change.confirm.is_some().then_some(change);
        Ok(())
    }

    /// What would be taken back: down to the last files that were confirmed.
    fn plan(
        &self,
        deploy: &Deploy<S::Content>,
        files: &[Present],
        edited: &[Option<Vec<u8>>],
        earlier: Option<&Change>,
    ) -> Change {
        let unconfirmed = earlier.filter(|change| {
            change.phase == Phase::Written && matches!(change.holds(), Ok(Holds::After))
        });
        let was = |file: &Present| {
            let written = unconfirmed?.files.iter();
            let mut written = written.filter(|written| written.path == file.real);
            written.next().map(|written| written.before.clone())
        };
        let as_text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut written = Vec::new();
        for (file, bytes) in files.iter().zip(edited) {
            let was = was(file);
            if bytes.is_none() && was.is_none() {
                continue;
            }
            let after = bytes.as_deref().unwrap_or(file.content());
            let before = was.unwrap_or_else(|| file.bytes.as_deref().map(as_text));
            if before.as_ref().map(String::as_bytes) != Some(after) {
                written.push(Written {
                    path: file.real.clone(),
                    before,
                    after: sha256(after),
                });
            }
        }
        let wanted = deploy.confirm_seconds.filter(|_| !deploy.confirmed);
        let confirm = wanted.filter(|_| !written.is_empty());
        Change {
            deployment: deploy.deployment,
            attempt: deploy.attempt,
            phase: Phase::Writing,
            files: written,
            confirm: confirm.map(|seconds| Confirm {
                seconds,
                until: until(&self.clock, seconds),
            }),
            earlier: earlier.cloned().map(Box::new),
        }
    }

    /// All files, or none.
    fn write(&mut self, change: &mut Change, writes: &[(&Present, &[u8])]) -> Result<(), Reason> {
        if change.confirm.is_some() || writes.len() > 1 {
            self.state.change = Some(change.clone());
            let kept = self.store.save(&self.state);
            kept.map_err(|error| DeployReason::NotKept(Box::new(Reason::from(&error))))?;
        }
        for (index, (file, bytes)) in writes.iter().enumerate() {
            let written = replace(&file.real, bytes, Sort::Shared)
                .and_then(|_| sha256_at(&file.real))
                .map_err(|error| Reason::from(&error))
                .and_then(|now| {
                    let same = now == sha256(bytes);
                    same.then_some(())
                        .ok_or_else(|| file.says(FileReason::WrittenMeanwhile))
                });
            if let Err(reason) = written {
                return Err(match put_back(&writes[..index]) {
                    Ok(()) => reason,
                    Err(error) => reason.and((&error).into()),
                });
            }
        }
        Ok(())
    }

    /// Puts the old files back where nobody confirmed the new ones in time. True when the switch is
    /// to load them; [`Self::taken_back`] comes next.
    pub fn expire(&mut self) -> Option<Expired> {
        let mut change = self.state.change.clone()?;
        let held = match change.phase {
            Phase::Back => Ok(Holds::Before),
            _ => change.holds(),
        };
        let undone = match held {
            Ok(Holds::Before) => Ok(()),
            Ok(Holds::After | Holds::Mixed) => change.undo(),
            Ok(Holds::Others) => {
                self.state.change = None;
                self.due = None;
                let reason = Reason::from(DeployReason::EditedSince);
                tracing::error!("{}: {reason}", kind::<S>());
                let answer = answer(&change, Outcome::Failed { reason });
                return Some(Expired::Edited(self.answered(answer)));
            }
            Err(error) => Err(error),
        };
        if let Err(error) = undone {
            tracing::error!("the old file cannot be put back yet: {}", chain(&error));
            self.due = Some(Instant::now() + AGAIN);
            return None;
        }
        change.phase = Phase::Back;
        self.state.change = Some(change);
        self.due = None;
        self.keep();
        Some(Expired::Back)
    }

    /// The switch loaded the old files, or why it did not.
    pub fn taken_back(&mut self, reloaded: &Result<(), Reason>) -> Option<Answer> {
        let change = self.state.change.take()?;
        let seconds = change.confirm.map_or(0, |confirm| confirm.seconds);
        let mut reason = Reason::from(DeployReason::NotConfirmed { seconds });
        if let Err(why) = reloaded {
            reason = reason.and(DeployReason::NotTold(Box::new(why.clone())).into());
        }
        tracing::warn!("{}: {reason}; the old file is back", kind::<S>());
        let outcome = Outcome::RolledBack {
            reason,
            reloaded: reloaded.is_ok(),
        };
        Some(self.answered(answer(&change, outcome)))
    }

    /// What is there, where it is another than told.
    pub fn look(&mut self, surely: bool) -> Option<Found<S::Content>> {
        let signatures = found::signatures::<S>(&self.paths);
        if !self.told.may_differ(signatures) && !surely {
            return None;
        }
        let found = found::found::<S>(&self.paths);
        self.told.differs(&found).then_some(found)
    }

    /// The console is new, or was away: what is found is told again.
    pub fn forget(&mut self) {
        self.told.forget();
    }

    fn answered(&mut self, answer: Answer) -> Answer {
        self.state.answer = Some(answer.clone());
        Self::said(self.store.note(&self.state));
        answer
    }

    fn keep(&self) {
        Self::said(self.store.save(&self.state));
    }

    fn said(kept: Result<(), FileError>) {
        if let Err(error) = kept {
            let kind = kind::<S>();
            tracing::error!(
                "{kind}: after a restart this is done again: {}",
                chain(&error)
            );
        }
    }
}

/// What became of a change that nobody confirmed.
#[derive(Debug)]
pub(super) enum Expired {
    /// The old files are back.
    Back,
    /// They are not: somebody has written since.
    Edited(Answer),
}

/// The files with `content`, those that hold it already left out; read back before anything is
/// written.
fn edited<S: Subject>(
    files: &[Present],
    content: &S::Content,
) -> Result<Vec<Option<Vec<u8>>>, Reason> {
    let mut edited = S::edit(files, content)?;
    let mut would = files.to_vec();
    for (file, bytes) in would.iter_mut().zip(&mut edited) {
        if bytes.as_deref() == file.bytes.as_deref() {
            *bytes = None;
        }
        if let Some(bytes) = bytes {
            file.bytes = Some(bytes.clone());
        }
    }
    if S::holds(&would, content) {
        Ok(edited)
    } else {
        Err(DeployReason::NotReadBack.into())
    }
}

fn put_back(written: &[(&Present, &[u8])]) -> Result<(), FileError> {
    let mut first = Ok(());
    for (file, _) in written {
        let back = match &file.bytes {
            Some(before) => replace(&file.real, before, Sort::Shared).map(drop),
            None => restore(&file.real, None, Sort::Shared),
        };
        first = first.and(back);
    }
    first
}

fn answer(change: &Change, outcome: Outcome) -> Answer {
    Answer {
        deployment: change.deployment,
        attempt: change.attempt,
        outcome,
    }
}

fn until(clock: &Clock, seconds: u32) -> i64 {
    clock.unix_millis() + i64::from(seconds) * 1_000
}

fn kind<S: Subject>() -> &'static str {
    S::KIND.as_str()
}
