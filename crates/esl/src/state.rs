//! What a link is like, in words that an operator can act on.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

/// Where a link stands.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkState {
    /// On the way.
    Connecting,
    /// Signed in; commands are taken.
    Up(Up),
    /// Not connected.
    Down {
        /// Why.
        why: DownReason,
        /// When it is tried again; `None`: never, it was stopped.
        retry_at: Option<Instant>,
    },
}

impl LinkState {
    /// What is known of the connection, if there is one.
    pub fn up(&self) -> Option<&Up> {
        match self {
            Self::Up(up) => Some(up),
            _ => None,
        }
    }
}

/// A connection that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Up {
    /// Since when.
    pub since: Instant,
    /// Counts the connections of this link from 1. After each, what happened meanwhile is unknown.
    pub connection: u64,
    /// How often the switch was found to be another process than before (its Core-UUID differs): what
    /// it had loaded, and its global variables, are those of its files again.
    pub restarts: u64,
    /// Which process of the switch; `None` where we may not ask.
    pub core_uuid: Option<String>,
    /// As `version short` says it; `None` where we may not ask.
    pub version: Option<String>,
    /// Events were granted to us.
    pub events: bool,
}

/// What changes all the time on a link, for the operator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Time for an answer to a command that costs the switch nothing.
    pub round_trip: Option<Duration>,
    /// The last one.
    pub heartbeat: Option<Heartbeat>,
    /// Connections that ended and were not stopped by us.
    pub lost_connections: u64,
    /// Events that were too long, unreadable, or came faster than they were taken.
    pub lost_events: u64,
}

/// What the switch tells of itself every 20 s.
#[derive(Clone, Debug, PartialEq)]
pub struct Heartbeat {
    /// When it came.
    pub at: Instant,
    /// How long the switch has been up.
    pub up: Duration,
    /// Sessions now.
    pub sessions: u32,
    /// Most sessions at once.
    pub max_sessions: u32,
    /// Percent.
    pub idle_cpu: f32,
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownReason {
    /// Nothing listens on that port.
    #[error("nothing listens on that port")]
    Refused,
    /// No way there.
    #[error("the host cannot be reached")]
    Unreachable,
    /// The host's name leads nowhere.
    #[error("the host name is not known")]
    UnknownName,
    /// Nothing came in time.
    #[error("no answer in time while {0}")]
    TimedOut(Step),
    /// `text/rude-rejection`: `apply-inbound-acl` of the Event Socket does not have our address.
    #[error("the switch's access list does not let the console in")]
    AccessDenied,
    /// The switch does not know the password (or the user).
    #[error("wrong password")]
    WrongPassword,
    /// The account may neither see events nor run commands.
    #[error("the account may run nothing")]
    PermissionDenied,
    /// What came is not the protocol.
    #[error("what the switch sent is not the protocol: {0}")]
    Broken(FrameFault),
    /// The switch said that it is going down.
    #[error("the switch is shutting down")]
    ShuttingDown,
    /// The switch closed the connection.
    #[error("the switch closed the connection")]
    Closed,
    /// The connection broke.
    #[error("the connection broke")]
    Broke,
    /// We stopped it.
    #[error("the link was stopped")]
    Stopped,
}

impl DownReason {
    /// A stable word for storing and for the interface's texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::UnknownName => "unknown_name",
            Self::TimedOut(_) => "timed_out",
            Self::AccessDenied => "access_denied",
            Self::WrongPassword => "wrong_password",
            Self::PermissionDenied => "permission_denied",
            Self::Broken(_) => "broken",
            Self::ShuttingDown => "shutting_down",
            Self::Closed => "closed",
            Self::Broke => "broke",
            Self::Stopped => "stopped",
        }
    }

    pub(crate) fn from_io(error: &io::Error, step: Step) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::NetworkDown => Self::Unreachable,
            io::ErrorKind::TimedOut => Self::TimedOut(step),
            _ => Self::Broke,
        }
    }
}

/// What was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The TCP connection.
    Connect,
    /// Challenge and answer.
    SignIn,
    /// The subscription to events, and who the switch is.
    Subscribe,
    /// The answer to a command.
    Command,
    /// Any sign of life.
    Silence,
    /// More bytes.
    Read,
    /// That what we wrote is taken.
    Write,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::SignIn => "signing in",
            Self::Subscribe => "subscribing",
            Self::Command => "a command ran",
            Self::Silence => "asking for a sign of life",
            Self::Read => "reading",
            Self::Write => "writing",
        })
    }
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// Headers that do not end.
    #[error("headers without end")]
    EndlessHeaders,
    /// A header that is none, not text, or there twice.
    #[error("a header that cannot be read")]
    BadHeader,
    /// A `Content-Length` that is no length.
    #[error("an impossible length")]
    BadLength,
    /// A `Content-Type` that FreeSWITCH does not have, or out of place.
    #[error("an unknown kind of frame")]
    UnknownKind,
    /// A reply that nobody asked for: from here on every reply would be taken for another.
    #[error("a reply that nobody asked for")]
    Unasked,
    /// A frame that does not end.
    #[error("a frame that does not end")]
    TooSlow,
}
