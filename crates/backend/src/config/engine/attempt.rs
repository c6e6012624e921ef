//! One try of one kind on one node: tell the switch, ask it, write down what came of it.

use std::sync::Arc;

use domain::config::{Kind, Step};
use domain::ids::NodeId;
use domain::inert::inert;
use domain::reason::{DeployReason, Reason, SwitchReason};
use esl::{Answer, Command, CommandError, Module};

use super::super::{Content, Reply, sql};
use super::write::{Write, Writes};
use super::{Times, acl, confirm, profiles, rules};
use crate::Backend;
use crate::links::Held;

/// Longest reply that is kept whole: `xml_locate` gives whole configurations.
const SHOWN: usize = 400;

pub(super) struct Attempt {
    pub backend: Backend,
    pub times: Times,
    pub writes: Writes,
    pub replies: Vec<Reply>,
    pub held: Held,
    pub due: sql::Due,
    pub content: Arc<Content>,
    /// The worker has told that the files hold it.
    pub agrees: bool,
    /// Profiles are to be told after this.
    pub profiles_wait: bool,
}

/// Why a try does not go on.
pub(super) enum Stop {
    /// The link is gone or busy: when it is back, it goes on.
    Wait,
    /// It is over, for this reason.
    Fail(Reason),
}

impl<R: Into<Reason>> From<R> for Stop {
    fn from(reason: R) -> Self {
        Self::Fail(reason.into())
    }
}

impl Attempt {
    pub async fn run(mut self) {
        let outcome = self.steps().await;
        let step = match outcome {
            Ok(()) => (Step::Verified, None),
            Err(Stop::Wait) => return,
            Err(Stop::Fail(reason)) => (Step::Failed, Some(reason)),
        };
        let confirmed =
            self.due.confirmed || self.due.kind == Kind::Acl && step.0 == Step::Verified;
        let write = Write {
            confirmed,
            ..self.write(step.0, step.1)
        };
        self.writes.write_through(write).await;
    }

    async fn steps(&mut self) -> Result<(), Stop> {
        if !self.agrees {
            let problem = self.due.problem.take();
            return Err(problem.unwrap_or(DeployReason::OtherFiles.into()).into());
        }
        let content = self.content.clone();
        // A try that goes on after a console was killed is told to the switch again: what happened
        // to the first command is not known.
        let mut uses = Vec::new();
        match &*content {
            Content::CallRules(_) => rules::load(self).await?,
            Content::Acl(wanted) => uses = acl::load(self, wanted).await?,
            Content::Profiles(wanted) => profiles::load(self, wanted).await?,
            Content::Jail(_) => {}
        }
        self.writes.write(self.write(Step::Reloaded, None));
        match &*content {
            Content::Acl(wanted) => {
                acl::verify(self, wanted, &uses).await?;
                confirm::confirm(self).await
            }
            Content::Profiles(wanted) => profiles::verify(self, wanted).await,
            Content::CallRules(_) | Content::Jail(_) => Ok(()),
        }
    }

    pub fn write(&self, step: Step, reason: Option<Reason>) -> Write {
        Write {
            node: self.due.node,
            deployment: self.due.deployment,
            attempt: self.due.attempt,
            fence: self.held.fence,
            step,
            reason,
            replies: self.replies.clone(),
            confirmed: self.due.confirmed,
            confirm_tried: false,
        }
    }

    /// Asks, and keeps what was said.
    pub async fn ask(&mut self, command: Command) -> Result<Answer, Stop> {
        let text = command.text();
        let answer = self.held.link.run(command).await;
        let said = match &answer {
            Ok(answer) if answer.text.len() > SHOWN => {
                Some(format!("({} bytes)", answer.text.len()))
            }
            Ok(answer) => Some(lines(&answer.text)),
            Err(CommandError::Failed { text }) => Some(text.clone()),
            Err(_) => None,
        };
        if let Some(reply) = said {
            self.replies.push(Reply {
                command: text.clone(),
                reply,
                at: self.backend.clock.unix_millis(),
            });
        }
        answer.map_err(|error| match error {
            CommandError::NotUp(_) | CommandError::Busy => Stop::Wait,
            error => Stop::from(SwitchReason::Command {
                command: text,
                answered: error.into(),
            }),
        })
    }
}

/// Each line harmless.
fn lines(text: &str) -> String {
    let lines = text.trim_end().lines();
    let lines: Vec<_> = lines.map(|line| inert(line.as_bytes(), SHOWN)).collect();
    lines.join("\n")
}

/// The worker put the old file back: the switch is to load that, too.
pub(super) async fn reload_again(backend: &Backend, held: &Held, node: NodeId, kind: Kind) {
    let done = match kind {
        Kind::Acl => held.link.run(Command::ReloadAcl).await.map(drop),
        Kind::CallRules => match held.link.run(Command::ModuleExists(Module::Cti)).await {
            Ok(answer) if answer.yes() => {
                let reload = Command::ReloadModule(Module::Cti);
                held.link.run(reload).await.map(drop)
            }
            other => other.map(drop),
        },
        Kind::Profiles | Kind::Jail => Ok(()),
    };
    if let Err(error) = done {
        if matches!(error, CommandError::NotUp(_) | CommandError::Busy) {
            return;
        }
        tracing::warn!(
            node.id = node.0,
            "node {node} did not load its old {} again: {error}",
            kind.as_str()
        );
    }
    if let Err(error) = sql::reloaded_again(&backend.pool, node, kind, held.fence).await {
        tracing::debug!("the reload of node {node} is not noted: {error}");
    }
}
