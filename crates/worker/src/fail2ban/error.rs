//! Why fail2ban did not do it.

use domain::net::Network;

use super::client::ClientError;
use super::run::RunError;
use super::socket::SocketError;

/// What callers act on.
#[derive(Debug, thiserror::Error)]
pub enum Fail2banError {
    /// The server runs, the jail is not there.
    #[error("fail2ban has no jail {0}")]
    NoJail(String),
    /// Hung, gone, not allowed, or it refused.
    #[error(transparent)]
    Socket(SocketError),
    /// The socket could not be understood and the client did not help.
    #[error("fail2ban's socket cannot be understood, and its client failed: {client}")]
    Both {
        /// What the socket did.
        #[source]
        socket: SocketError,
        /// What the client did.
        client: ClientError,
    },
    /// A command that only the client can do.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It answered "done", but reading back says otherwise.
    #[error("fail2ban said done, but its list disagrees about {}", list(.0))]
    NotDone(Vec<Network>),
}

impl Fail2banError {
    /// Nobody answers (gone, hung): state must be read again once it is back.
    pub fn is_away(&self) -> bool {
        matches!(
            self,
            Self::Socket(
                SocketError::Connect { .. }
                    | SocketError::Impostor { .. }
                    | SocketError::TimedOut(_)
                    | SocketError::Broken(_)
            ) | Self::Client(ClientError::Run(RunError::TimedOut { .. }))
        )
    }
}

fn list(networks: &[Network]) -> String {
    let shown: Vec<String> = networks.iter().take(5).map(ToString::to_string).collect();
    let more = if networks.len() > 5 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
