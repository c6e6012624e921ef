//! Driving fail2ban: asks and orders over its socket, reads back what it did.

mod bans;
pub mod client;
mod error;
pub mod pickle;
mod query;
mod reason;
pub mod run;
mod set;
pub mod socket;
mod times;
mod unban;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::health::JailSettings;
use jiff::tz::TimeZone;
use runtime::Clock;

pub(crate) use bans::meaning;
pub use bans::{BanSnapshot, HeldEntry};
pub use error::Fail2banError;

use crate::config::Fail2banConfig;
use bans::Spellings;
use client::{Client, ClientError};
use pickle::Value;
use socket::{Socket, SocketError};

/// Addresses in one request. The server runs each one's firewall command before it answers, and
/// is deaf to everybody meanwhile: 25 are about half a second.
pub const BATCH: usize = 25;
/// How long one socket command may take; it may be waiting behind somebody else's.
pub const COMMAND_LIMIT: Duration = Duration::from_secs(10);
/// How long the client may take: it starts Python, and a reload restarts a jail's actions.
const CLIENT_LIMIT: Duration = Duration::from_secs(30);

/// fail2ban's server and our jail in it. Clones share one connection.
#[derive(Clone, Debug)]
pub struct Fail2ban {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Fail2banConfig,
    socket: Socket,
    client: Client,
    clock: Clock,
    /// Other spellings seen in the last list.
    spellings: Mutex<Spellings>,
}

/// The running jail, as fail2ban answers it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JailInfo {
    /// Times and counts.
    pub settings: JailSettings,
    /// Logs it watches.
    pub logpaths: Vec<PathBuf>,
    /// Expressions, with fail2ban's own replaced by what they stand for.
    pub failregex: Vec<String>,
    /// What it never bans, in fail2ban's spelling.
    pub ignoreip: Vec<String>,
}

impl Fail2ban {
    /// Connects with the first command.
    pub fn new(config: Fail2banConfig) -> Self {
        Self::with_limit(config, COMMAND_LIMIT, Clock::system())
    }

    /// The same with another time limit for each socket command, and another clock.
    pub fn with_limit(config: Fail2banConfig, limit: Duration, clock: Clock) -> Self {
        let program = [config.client.to_string_lossy().into_owned()];
        let inner = Inner {
            socket: Socket::new(config.socket.clone(), limit),
            client: Client::new(&program, &config.config_dir, &config.socket, CLIENT_LIMIT),
            clock,
            spellings: Mutex::default(),
            config,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The settings it was made with.
    pub fn config(&self) -> &Fail2banConfig {
        &self.inner.config
    }

    /// Our jail's name.
    pub fn jail_name(&self) -> &str {
        &self.inner.config.jail
    }

    /// Loads the jail's files anew; makes the jail if it is not there. Bans stay.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn reload_jail(&self) -> Result<(), Fail2banError> {
        // Without `--if-exists` a jail that is new to the server is refused.
        self.client_says_ok(&["reload", "--if-exists", self.jail_name()])
            .await
    }

    /// Stops and starts the jail inside the running server: the firewall's rules are made anew from
    /// the ban list. For rules that are missing or doubled.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn restart_jail(&self) -> Result<(), Fail2banError> {
        self.client_says_ok(&["restart", "--if-exists", self.jail_name()])
            .await
    }

    /// What the configuration files say, parsed by fail2ban's own reader without asking the server.
    pub(crate) async fn dump_config(&self) -> Result<String, ClientError> {
        self.inner.client.call(&["-d"]).await
    }

    async fn client_says_ok(&self, words: &[&str]) -> Result<(), Fail2banError> {
        // The client runs what a pickled answer tells it to.
        self.inner
            .socket
            .check()
            .await
            .map_err(Fail2banError::Socket)?;
        let said = self.inner.client.call(words).await?;
        if said.lines().last().map(str::trim) == Some("OK") {
            Ok(())
        } else {
            Err(ClientError::Shape.into())
        }
    }

    /// Asks over the socket; where its answer cannot be understood, asks the client.
    async fn ask<T>(
        &self,
        words: &[&str],
        from_value: impl Fn(&Value) -> Option<T>,
        from_text: impl Fn(&str) -> Result<T, ClientError>,
    ) -> Result<T, Fail2banError> {
        let answer = match self.inner.socket.call(words).await {
            Ok(value) => from_value(&value).ok_or(SocketError::Shape),
            Err(error) => Err(error),
        };
        let socket = match answer {
            Ok(answer) => return Ok(answer),
            Err(SocketError::Refused { class, .. }) if class.ends_with(".UnknownJailException") => {
                return Err(Fail2banError::NoJail(self.jail_name().to_owned()));
            }
            Err(error) if error.client_may_help() => error,
            Err(error) => return Err(Fail2banError::Socket(error)),
        };
        tracing::warn!("fail2ban's socket cannot be understood ({socket}); asking its client");
        let said = self.inner.client.call(words).await;
        said.and_then(|text| from_text(&text))
            .map_err(|client| Fail2banError::Both { socket, client })
    }

    fn zone() -> TimeZone {
        TimeZone::system()
    }
}
