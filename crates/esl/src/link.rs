//! One supervised link to one switch: it connects, signs in, subscribes, watches for life, and begins
//! again after ever longer pauses.

use std::time::Duration;

use rand::Rng;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::answers::{Answer, CommandError};
use crate::commands::Command;
use crate::events::Events;
use crate::state::{DownReason, Facts, LinkState};
use crate::supervise::Supervisor;
use crate::target::Target;

/// Commands that wait at most; FreeSWITCH runs one after the other.
const COMMANDS: usize = 64;
/// Events that wait at most, each of up to 64 KB.
const EVENTS: usize = 256;

/// Times and subscriptions of a link.
#[derive(Clone, Debug)]
pub struct Options {
    /// For the TCP connection, name look-up included.
    pub connect_within: Duration,
    /// For challenge and answer; FreeSWITCH itself gives 25 s.
    pub sign_in_within: Duration,
    /// Upper bound of what a command may take; `None`: each its own.
    pub commands_within: Option<Duration>,
    /// Without any frame for so long the switch is asked. Longer than between two heartbeats.
    pub quiet: Duration,
    /// … and has to answer within this.
    pub sign_of_life_within: Duration,
    /// Between measurements of the round trip.
    pub measure_every: Duration,
    /// The first pause after a connection ended; doubles with every failure.
    pub first_pause: Duration,
    /// The longest.
    pub longest_pause: Duration,
    /// Names of events besides `HEARTBEAT`.
    pub events: Vec<&'static str>,
    /// Subclasses of `CUSTOM` events.
    pub custom_events: Vec<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_within: Duration::from_secs(5),
            sign_in_within: Duration::from_secs(10),
            commands_within: None,
            quiet: Duration::from_secs(25),
            sign_of_life_within: Duration::from_secs(5),
            measure_every: Duration::from_secs(15),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
            events: Vec::new(),
            custom_events: Vec::new(),
        }
    }
}

impl Options {
    /// What follows `event json`: plain names first, since all that follows `CUSTOM` is a subclass.
    pub(crate) fn subscription(&self) -> String {
        let mut names = vec!["HEARTBEAT"];
        names.extend(&self.events);
        if !self.custom_events.is_empty() {
            names.push("CUSTOM");
            names.extend(&self.custom_events);
        }
        names.join(" ")
    }

    pub(crate) fn command_within(&self, usual: Duration) -> Duration {
        self.commands_within.map_or(usual, |bound| bound.min(usual))
    }

    /// The pause after so many failures in a row: doubling, capped, and between half and all of that,
    /// so that a hundred links do not come back in the same moment.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << failures.min(16));
        doubled
            .min(self.longest_pause)
            .mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

/// A command on its way, and where its answer goes.
pub(crate) struct Ask {
    pub command: Command,
    pub answer: oneshot::Sender<Result<Answer, CommandError>>,
}

/// A handle to a link; cheap to clone. The link ends with the last one.
#[derive(Clone, Debug)]
pub struct Link {
    commands: mpsc::Sender<Ask>,
    state: watch::Receiver<LinkState>,
    facts: watch::Receiver<Facts>,
    stop: CancellationToken,
}

impl Link {
    /// Starts it; it connects at once.
    pub fn start(target: Target, options: Options) -> (Self, Events) {
        let (commands, asked) = mpsc::channel(COMMANDS);
        let (state_sender, state) = watch::channel(LinkState::Connecting);
        let (facts_sender, facts) = watch::channel(Facts::default());
        let (event_sender, events) = mpsc::channel(EVENTS);
        let stop = CancellationToken::new();
        let supervisor = Supervisor {
            target,
            options,
            asked,
            state: state_sender,
            facts: facts_sender,
            events: event_sender,
            stop: stop.clone(),
            connections: 0,
            restarts: 0,
            core_uuid: None,
        };
        tokio::spawn(supervisor.run());
        let link = Self {
            commands,
            state,
            facts,
            stop,
        };
        (link, Events(events))
    }

    /// Runs a command on the connection that stands. Never waits for one to be made.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn run(&self, command: Command) -> Result<Answer, CommandError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.commands.try_send(Ask { command, answer });
        match sent {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(CommandError::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(stopped()),
        }
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Where it stands.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }

    /// What is measured on it.
    pub fn facts(&self) -> watch::Receiver<Facts> {
        self.facts.clone()
    }

    /// Is a connection standing?
    pub fn is_up(&self) -> bool {
        self.state.borrow().up().is_some()
    }

    /// Ends it: a command that is running may finish within a second. Returns when it has ended.
    pub async fn stop(&self) {
        self.stop.cancel();
        let mut state = self.state.clone();
        while state.changed().await.is_ok() {}
    }
}

fn stopped() -> CommandError {
    CommandError::NotUp(DownReason::Stopped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stand_before_custom_ones() {
        let options = Options {
            events: vec!["RELOADXML"],
            custom_events: vec!["sofia::register_failure"],
            ..Options::default()
        };
        assert_eq!(
            options.subscription(),
            "HEARTBEAT RELOADXML CUSTOM sofia::register_failure"
        );
        assert_eq!(Options::default().subscription(), "HEARTBEAT");
    }

    #[test]
    fn pauses_double_up_to_the_cap_and_differ() {
        let options = Options::default();
        for (failures, most) in [(0, 1), (1, 2), (3, 8), (6, 60), (40, 60)] {
            let most = Duration::from_secs(most);
            let pauses: Vec<_> = (0..50).map(|_| options.pause(failures)).collect();
            assert!(
                pauses
                    .iter()
                    .all(|pause| *pause >= most / 2 && *pause <= most)
            );
            assert!(pauses.iter().any(|pause| *pause != pauses[0]));
        }
    }
}
