//! What the console is told of an error here.

use domain::reason::{Fail2banReason, ProgramReason};

use super::Fail2banError;
use super::client::ClientError;
use super::run::RunError;
use super::socket::SocketError;
use crate::firewall::enforce::chain;

impl From<&Fail2banError> for Fail2banReason {
    fn from(error: &Fail2banError) -> Self {
        match error {
            Fail2banError::NoJail(jail) => Self::NoJail(jail.clone()),
            Fail2banError::Socket(error) => error.into(),
            Fail2banError::Client(error) => error.into(),
            Fail2banError::NotDone(networks) => Self::NotDone(networks.clone()),
            Fail2banError::Both { .. } => not_understood(error),
        }
    }
}

impl From<&SocketError> for Fail2banReason {
    fn from(error: &SocketError) -> Self {
        let shown = |path: &std::path::Path| path.display().to_string();
        match error {
            SocketError::Connect { path, source } => Self::Connect {
                path: shown(path),
                io: source.into(),
            },
            SocketError::Impostor { path, uid } => Self::Impostor {
                path: shown(path),
                uid: *uid,
            },
            SocketError::TimedOut(limit) => Self::TimedOut {
                seconds: limit.as_secs_f32().to_string(),
            },
            SocketError::Broken(error) => Self::Broke(error.into()),
            SocketError::Refused { class, text } => Self::Refused {
                said: format!("{class}: {text}"),
            },
            SocketError::ReplyTooLarge
            | SocketError::Garbage(_)
            | SocketError::Shape
            | SocketError::Marker => not_understood(error),
        }
    }
}

impl From<&ClientError> for Fail2banReason {
    fn from(error: &ClientError) -> Self {
        match error {
            ClientError::Run(error) => error.into(),
            ClientError::Refused(said) => Self::ClientRefused { said: said.clone() },
            ClientError::Shape => not_understood(error),
        }
    }
}

impl From<&RunError> for Fail2banReason {
    fn from(error: &RunError) -> Self {
        Self::Program {
            said: chain(error),
            why: Some(error.into()),
        }
    }
}

impl From<&RunError> for ProgramReason {
    fn from(error: &RunError) -> Self {
        match error {
            RunError::NoProgram => Self::Nothing,
            RunError::Start { program, source } => Self::NotStarted {
                program: program.clone(),
                io: source.into(),
            },
            RunError::Read { program, source } => Self::NotRead {
                program: program.clone(),
                io: source.into(),
            },
            RunError::TimedOut { program, limit } => Self::TimedOut {
                program: program.clone(),
                seconds: limit.as_secs_f32().to_string(),
            },
            RunError::TooMuch { program, limit } => Self::TooMuch {
                program: program.clone(),
                bytes: *limit,
            },
        }
    }
}

fn not_understood(error: &dyn std::error::Error) -> Fail2banReason {
    Fail2banReason::NotUnderstood { said: chain(error) }
}
