//! The task behind a [`crate::Link`].

use std::pin::Pin;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Duration, Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::answers::{Answer, CommandError};
use crate::commands::{Command, Global};
use crate::events::Event;
use crate::link::{Ask, Options};
use crate::session::Session;
use crate::state::{DownReason, Facts, LinkState, Step, Up};
use crate::target::Target;

/// What a running command gets when the link is stopped.
const FINISH_WITHIN: Duration = Duration::from_secs(1);

pub(crate) struct Supervisor {
    pub target: Target,
    pub options: Options,
    pub asked: mpsc::Receiver<Ask>,
    pub state: watch::Sender<LinkState>,
    pub facts: watch::Sender<Facts>,
    pub events: mpsc::Sender<Event>,
    pub stop: CancellationToken,
    pub connections: u64,
    pub restarts: u64,
    pub core_uuid: Option<String>,
}

type Running = Pin<Box<dyn Future<Output = Result<Answer, CommandError>> + Send>>;

/// The command that runs: ours (a sign of life), or somebody's.
struct Current {
    running: Running,
    answer: Option<oneshot::Sender<Result<Answer, CommandError>>>,
}

impl Supervisor {
    pub async fn run(mut self) {
        let mut failures = 0;
        loop {
            self.state.send_replace(LinkState::Connecting);
            let why = match self.connect().await {
                Ok((session, up)) => {
                    let since = up.since;
                    self.state.send_replace(LinkState::Up(up));
                    let why = self.serve(session).await;
                    self.facts.send_modify(|facts| {
                        facts.round_trip = None;
                        facts.heartbeat = None;
                        facts.lost_connections += u64::from(why != DownReason::Stopped);
                    });
                    // One that ends as soon as it stands is a failure like any other.
                    if since.elapsed() >= self.options.longest_pause {
                        failures = 0;
                    }
                    why
                }
                Err(why) => why,
            };
            if why == DownReason::Stopped {
                break;
            }
            let pause = self.options.pause(failures);
            failures += 1;
            let retry_at = Instant::now() + pause;
            tracing::debug!(host = %self.target.host, "event socket is down: {why}");
            self.state.send_replace(LinkState::Down {
                why,
                retry_at: Some(retry_at),
            });
            if self
                .refuse_until(sleep_until(retry_at), why)
                .await
                .is_none()
            {
                break;
            }
        }
        self.asked.close();
        self.state.send_replace(LinkState::Down {
            why: DownReason::Stopped,
            retry_at: None,
        });
    }

    /// Waits for `other` while every command is refused; `None`: to be stopped.
    async fn refuse_until<T>(
        &mut self,
        other: impl Future<Output = T>,
        why: DownReason,
    ) -> Option<T> {
        tokio::pin!(other);
        loop {
            tokio::select! {
                done = &mut other => return Some(done),
                () = self.stop.cancelled() => return None,
                asked = self.asked.recv() => {
                    let _ = asked?.answer.send(Err(CommandError::NotUp(why)));
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<(Session, Up), DownReason> {
        let (target, options) = (self.target.clone(), self.options.clone());
        let opening = async move {
            let mut session = Session::open(&target, &options).await?;
            let events = session.subscribe(&options).await?;
            let core_uuid = tell(&mut session, Command::Global(Global::CoreUuid), &options).await?;
            let version = tell(&mut session, Command::VersionShort, &options).await?;
            if !events && core_uuid.is_none() && version.is_none() {
                session.close().await;
                return Err(DownReason::PermissionDenied);
            }
            Ok((session, events, core_uuid, version))
        };
        // Nobody has to know why the connection before ended.
        let opened = self.refuse_until(opening, DownReason::Closed).await;
        let (session, events, core_uuid, version) = opened.unwrap_or(Err(DownReason::Stopped))?;
        if let Some(now) = &core_uuid {
            let before = self.core_uuid.replace(now.clone());
            self.restarts += u64::from(before.is_some_and(|before| before != *now));
        }
        self.connections += 1;
        let up = Up {
            since: Instant::now(),
            connection: self.connections,
            restarts: self.restarts,
            core_uuid,
            version,
            events,
        };
        Ok((session, up))
    }

    /// Runs commands and takes events until the connection ends.
    async fn serve(&mut self, mut session: Session) -> DownReason {
        let mut current: Option<Current> = None;
        let mut measured = None;
        let mut passed_over = 0;
        let why = loop {
            let look = self.next_look(&session, measured);
            tokio::select! {
                why = session.gate.ended() => break why,
                () = self.stop.cancelled() => break DownReason::Stopped,
                answer = finish(&mut current) => {
                    if let Err(CommandError::NotUp(_)) = answer {
                        break session.why().await;
                    }
                    let ours = current.take().and_then(|done| done.answer);
                    let timed_out = answer == Err(CommandError::TimedOut);
                    let step = if ours.is_some() { Step::Command } else { Step::Silence };
                    match ours {
                        Some(asker) => drop(asker.send(answer)),
                        None => self.measured(&answer),
                    }
                    if timed_out {
                        break DownReason::TimedOut(step);
                    }
                }
                asked = self.asked.recv(), if current.is_none() => match asked {
                    Some(ask) => current = Some(Current {
                        running: Box::pin(session.run(ask.command, &self.options)),
                        answer: Some(ask.answer),
                    }),
                    None => break DownReason::Stopped,
                },
                event = session.events.recv() => match event {
                    Some(Ok(event)) => self.tell(Event::of(&event)),
                    Some(Err(_)) => self.lost(1),
                    None => break session.why().await,
                },
                () = sleep_until(look), if current.is_none() => {
                    measured = Some(Instant::now());
                    let mut options = self.options.clone();
                    options.commands_within = Some(self.options.sign_of_life_within);
                    let running = Box::pin(session.run(Command::Hostname, &options));
                    current = Some(Current { running, answer: None });
                }
            }
            let now = session.passing.passed_over();
            if now > passed_over {
                self.lost(now - passed_over);
                passed_over = now;
            }
        };
        if why == DownReason::Stopped {
            let others = current
                .as_ref()
                .is_some_and(|current| current.answer.is_some());
            if others && let Ok(answer) = timeout(FINISH_WITHIN, finish(&mut current)).await {
                current
                    .take()
                    .map(|done| done.answer.map(|asker| asker.send(answer)));
            }
            // What still runs holds the line that the goodbye needs.
            fail(current, why);
            session.close().await;
            return why;
        }
        fail(current, why);
        why
    }

    /// When the switch is asked for a sign of life: soon after it fell silent, and now and then, to
    /// measure.
    fn next_look(&self, session: &Session, measured: Option<Instant>) -> Instant {
        let Some(measured) = measured else {
            return Instant::now();
        };
        let silent = session.passing.last_frame() + self.options.quiet;
        silent.min(measured + self.options.measure_every)
    }

    fn measured(&self, answer: &Result<Answer, CommandError>) {
        if let Ok(answer) = answer {
            self.facts
                .send_modify(|facts| facts.round_trip = Some(answer.took));
        }
    }

    fn tell(&self, event: Event) {
        if let Some(heartbeat) = event.heartbeat() {
            self.facts
                .send_modify(|facts| facts.heartbeat = Some(heartbeat));
        } else if let Err(mpsc::error::TrySendError::Full(_)) = self.events.try_send(event) {
            self.lost(1);
        }
    }

    fn lost(&self, events: u64) {
        self.facts.send_modify(|facts| facts.lost_events += events);
    }
}

async fn finish(current: &mut Option<Current>) -> Result<Answer, CommandError> {
    match current {
        Some(current) => (&mut current.running).await,
        None => std::future::pending().await,
    }
}

fn fail(current: Option<Current>, why: DownReason) {
    if let Some(asker) = current.and_then(|current| current.answer) {
        let _ = asker.send(Err(CommandError::NotUp(why)));
    }
}

/// What the switch says of itself; `None` where it will not.
async fn tell(
    session: &mut Session,
    command: Command,
    options: &Options,
) -> Result<Option<String>, DownReason> {
    match session.run(command, options).await {
        Ok(answer) => Ok(Some(domain::inert::inert(
            answer.text.trim().as_bytes(),
            100,
        ))),
        Err(CommandError::TimedOut) => Err(DownReason::TimedOut(Step::Subscribe)),
        Err(CommandError::NotUp(_)) => Err(session.why().await),
        Err(_) => Ok(None),
    }
}
