//! One connection: signed in, behind its gate, able to run commands and to give events.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::Arc;
use std::time::Duration;

use freeswitch_esl_tokio::{EslClient, EslConnectOptions, EslError, EslEventStream, EventFormat};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::answers::{Answer, CommandError, shown};
use crate::commands::Command;
use crate::gate::{self, Passing};
use crate::link::Options;
use crate::sign_in::sign_in;
use crate::state::{DownReason, Step};
use crate::target::Target;

/// Events that the library holds until they are taken.
const EVENTS: usize = 64;
const BYE_WITHIN: Duration = Duration::from_secs(1);

/// A connection that stands.
pub(crate) struct Session {
    client: EslClient,
    /// What the switch tells by itself.
    pub events: EslEventStream,
    /// Ends with the connection and says why.
    pub gate: Gate,
    /// What came through.
    pub passing: Arc<Passing>,
}

/// The gate's task; it ends with the session.
pub(crate) struct Gate(JoinHandle<DownReason>);

impl Drop for Gate {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Gate {
    /// Waits until the connection has ended. Not to be asked again.
    pub async fn ended(&mut self) -> DownReason {
        (&mut self.0).await.unwrap_or(DownReason::Broke)
    }
}

impl Session {
    /// Connects and signs in.
    pub async fn open(target: &Target, options: &Options) -> Result<Self, DownReason> {
        let (frames, to) = sign_in(target, options).await?;
        let (ours, theirs) = pair().map_err(|_| DownReason::Broke)?;
        let library = EslConnectOptions::new().with_event_queue_size(EVENTS);
        let (client, events) = EslClient::adopt_stream_with_options(theirs, &[], library)
            .map_err(|_| DownReason::Broke)?;
        // Ours are shorter, and end the connection.
        client.set_command_timeout(Duration::from_hours(1));
        let passing = Passing::new();
        let gate = Gate(tokio::spawn(gate::run(frames, to, ours, passing.clone())));
        Ok(Self {
            client,
            events,
            gate,
            passing,
        })
    }

    /// Subscribes; `false` where the account may not.
    pub async fn subscribe(&mut self, options: &Options) -> Result<bool, DownReason> {
        let names = options.subscription();
        let asked = self.client.subscribe_events_raw(EventFormat::Json, &names);
        let answer = tokio::select! {
            answer = timeout(options.command_within(Duration::from_secs(10)), asked) => answer,
            why = self.gate.ended() => return Err(why),
        };
        match answer {
            Ok(Ok(())) => Ok(true),
            Ok(Err(EslError::CommandFailed { .. } | EslError::UnexpectedReply { .. })) => Ok(false),
            Ok(Err(_)) => Err(self.why().await),
            Err(_) => Err(DownReason::TimedOut(Step::Subscribe)),
        }
    }

    /// Runs a command; holds no reference, so that events can be taken meanwhile. An error of
    /// [`CommandError::TimedOut`] leaves the connection unusable: its answer may still come.
    pub fn run(
        &self,
        command: Command,
        options: &Options,
    ) -> impl Future<Output = Result<Answer, CommandError>> + Send + use<> {
        let client = self.client.clone();
        let within = options.command_within(command.within());
        async move {
            let sent = Instant::now();
            let asked = timeout(within, client.api(&command.text())).await;
            let response = match asked {
                Ok(Ok(response)) => response,
                // Why, the gate knows.
                Ok(Err(_)) => return Err(CommandError::NotUp(DownReason::Closed)),
                Err(_) => return Err(CommandError::TimedOut),
            };
            let took = sent.elapsed();
            match (response.body(), response.reply_text()) {
                (None, Some("-ERR permission denied")) => {
                    let text = command.text();
                    let first = text.split(' ').next().unwrap_or_default();
                    Err(CommandError::Denied {
                        command: first.to_owned(),
                    })
                }
                (None, Some(text)) => Err(CommandError::Failed { text: shown(text) }),
                (body, _) => {
                    let text = body.unwrap_or_default();
                    if command.succeeded(text) {
                        let text = text.to_owned();
                        Ok(Answer { text, took })
                    } else {
                        Err(CommandError::Failed { text: shown(text) })
                    }
                }
            }
        }
    }

    /// Why the connection ended, once anything has failed on it.
    pub async fn why(&mut self) -> DownReason {
        let ended = timeout(BYE_WITHIN, self.gate.ended()).await;
        ended.unwrap_or(DownReason::Broke)
    }

    /// Says goodbye and closes.
    pub async fn close(self) {
        let _ = timeout(BYE_WITHIN, self.client.exit()).await;
    }
}

/// Two ends of a pipe within this process, one of them as the library wants it.
fn pair() -> std::io::Result<(UnixStream, TcpStream)> {
    let (ours, theirs) = StdUnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    // Whoever reads and writes a stream does not see what kind of socket carries it.
    let theirs = std::net::TcpStream::from(OwnedFd::from(theirs));
    Ok((UnixStream::from_std(ours)?, TcpStream::from_std(theirs)?))
}

/// Connects anew, signs in, runs one command and says goodbye: the proof that the switch lets the
/// console in now, which a connection that already stands does not give.
///
/// # Errors
/// [`CommandError::NotUp`] with the reason where there is no way in, else what became of the command.
pub async fn run_once(
    target: &Target,
    command: Command,
    options: &Options,
) -> Result<Answer, CommandError> {
    let session = Session::open(target, options).await;
    let mut session = session.map_err(CommandError::NotUp)?;
    let answer = session.run(command, options).await;
    if let Err(CommandError::NotUp(_)) = answer {
        return Err(CommandError::NotUp(session.why().await));
    }
    session.close().await;
    answer
}
