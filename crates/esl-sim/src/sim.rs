//! The handle that tests and the demo hold.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use runtime::Clock;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio_util::sync::DropGuard;

use crate::event::{Event, LogLine};
use crate::lock;
use crate::misbehaviour::Misbehaviour;
use crate::server::{self, Door, Setup, Shared};
use crate::switch::{Call, Identity, Modules, Profile, Registration, ReloadError, Switch};

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is missing or not well-formed.
    #[error("the configuration in {folder}: {error}")]
    Configuration {
        /// Which folder.
        folder: PathBuf,
        /// What FreeSWITCH says to it.
        error: ReloadError,
    },
    /// The address cannot be listened at.
    #[error("cannot listen")]
    Listen(#[from] std::io::Error),
}

/// How to start one.
pub struct Builder(Setup);

impl Builder {
    /// The Event Socket's password, instead of the one in `event_socket.conf.xml`.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.0.password = Some(password.to_owned());
        self
    }

    /// `hostname`; `pbx1` otherwise.
    #[must_use]
    pub fn hostname(mut self, hostname: &str) -> Self {
        hostname.clone_into(&mut self.0.identity.hostname);
        self
    }

    /// `$${local_ip_v4}`; 198.51.100.10 otherwise. Nothing listens there.
    #[must_use]
    pub fn local_address(mut self, address: Ipv4Addr) -> Self {
        self.0.identity.ipv4 = address;
        self
    }

    /// A module that is there, or is not. `mod_cti` is not, unless said here.
    #[must_use]
    pub fn module(mut self, name: &str, is_there: bool) -> Self {
        self.0.modules.set(name, is_there);
        self
    }

    /// A module that is there, but not loaded.
    #[must_use]
    pub fn unloaded_module(mut self, name: &str) -> Self {
        self.0.modules.add_unloaded(name);
        self
    }

    /// How often it says that it is alive; 20 s otherwise.
    #[must_use]
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.0.heartbeat = every.max(Duration::from_millis(1));
        self
    }

    /// The clock of its dates. Durations (restarts, timeouts, heartbeats) follow tokio's time.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.0.clock = clock;
        self
    }

    /// Reads the folder and serves at an address, e.g. `127.0.0.1:0`.
    ///
    /// # Errors
    /// When the address cannot be listened at, or the configuration is none.
    pub async fn start_on(self, address: impl ToSocketAddrs) -> Result<Sim, StartError> {
        let listener = TcpListener::bind(address).await?;
        self.start(listener)
    }

    /// Reads the folder and serves at a bound socket.
    ///
    /// # Errors
    /// When the configuration is none.
    pub fn start(self, listener: TcpListener) -> Result<Sim, StartError> {
        let door = Door::new(listener)?;
        let switch = fresh(&self.0)?;
        let shared = Arc::new(Shared::new(self.0, switch, door));
        tokio::spawn(server::run(shared.clone()));
        let guard = shared.stop.clone().drop_guard();
        Ok(Sim {
            shared,
            _guard: guard,
        })
    }
}

fn fresh(setup: &Setup) -> Result<Switch, StartError> {
    Switch::start(
        &setup.folder,
        setup.identity.clone(),
        setup.clock.clone(),
        setup.modules.clone(),
    )
    .map_err(|error| StartError::Configuration {
        folder: setup.folder.clone(),
        error,
    })
}

/// A running simulated FreeSWITCH; gone when dropped.
pub struct Sim {
    shared: Arc<Shared>,
    _guard: DropGuard,
}

impl Sim {
    /// One with the configuration in `folder`: a `freeswitch.xml` and what it includes.
    pub fn builder(folder: impl Into<PathBuf>) -> Builder {
        Builder(Setup {
            folder: folder.into(),
            identity: Identity {
                hostname: "pbx1".to_owned(),
                ipv4: Ipv4Addr::new(198, 51, 100, 10),
                mask: Ipv4Addr::new(255, 255, 255, 0),
            },
            clock: Clock::system(),
            modules: Modules::default(),
            password: None,
            heartbeat: Duration::from_secs(20),
        })
    }

    /// Where its Event Socket listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.door.address()
    }

    /// Its configuration folder.
    pub fn folder(&self) -> &Path {
        &self.shared.setup.folder
    }

    /// The password that is right now; none while it is down.
    pub fn password(&self) -> Option<String> {
        self.shared.password()
    }

    /// Changes with every start; empty while it is down.
    pub fn core_uuid(&self) -> String {
        let uuid = self.shared.with(|switch| switch.core_uuid.clone());
        uuid.unwrap_or_default()
    }

    /// From now on it goes wrong, in that way only.
    pub fn misbehave(&self, how: Misbehaviour) {
        match how {
            Misbehaviour::RefuseConnections => self.shared.door.shut(),
            _ => self.shared.door.open_or_say(),
        }
        self.shared.set_behaviour(Some(how));
    }

    /// From now on it is as it should be.
    pub fn behave(&self) {
        self.shared.door.open_or_say();
        self.shared.set_behaviour(None);
    }

    /// Sends an event to every client that wants it.
    pub fn emit(&self, event: Event) {
        self.shared.fire(event);
    }

    /// Sends a log line to every client that wants its level.
    pub fn log(&self, line: LogLine) {
        self.shared.log(line);
    }

    /// Runs an `api` command as if it came from its own console.
    pub fn api(&self, command: &str, argument: &str) -> String {
        let argument = Some(argument).filter(|argument| !argument.is_empty());
        let answer = self.shared.execute(command, argument);
        self.shared.bring_back();
        answer
    }

    /// Goes down (clients are told) and comes up again: another Core-UUID, global variables and
    /// running profiles as the files say now, nobody registered.
    ///
    /// # Errors
    /// When the configuration is none; it is down then.
    pub async fn restart(&self) -> Result<(), StartError> {
        self.shared.go_down().await;
        let switch = fresh(&self.shared.setup)?;
        self.shared.come_up(switch);
        if self.shared.behaviour() != Some(Misbehaviour::RefuseConnections) {
            self.shared.door.open()?;
        }
        Ok(())
    }

    /// Goes down and stays down until [`Self::restart`]. Clients are told; nobody listens any more.
    pub async fn shutdown(&self) {
        self.shared.door.shut();
        self.shared.go_down().await;
    }

    /// Every command that came in, in order; logins without what was said there.
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands()
    }

    /// Waits until the commands that came in are as wanted, and returns them.
    pub async fn commanded(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        self.shared.commanded(wanted).await
    }

    /// How many connections were accepted so far, rejected ones included.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// How many clients are connected now.
    pub fn connections(&self) -> usize {
        self.shared.connections()
    }

    /// Takes new connections for ones from that address (the real one when none).
    pub fn set_peer(&self, address: Option<IpAddr>) {
        *lock(&self.shared.peer) = address;
    }

    /// A profile as it runs; none when it is unknown or down.
    pub fn running_profile(&self, name: &str) -> Option<Profile> {
        self.shared
            .with(|switch| switch.profile(name).cloned())
            .flatten()
    }

    /// `cti.json` as `mod_cti` last read it; none without the module or the file.
    pub fn running_rules(&self) -> Option<String> {
        self.shared.with(|switch| switch.rules.clone()).flatten()
    }

    /// Adds a registered phone.
    pub fn register(&self, phone: Registration) {
        self.shared.with(|switch| switch.registrations.push(phone));
    }

    /// Adds a call.
    pub fn call(&self, call: Call) {
        self.shared.with(|switch| switch.calls.push(call));
    }

    /// Ends a call; false when there is no such call.
    pub fn hang_up(&self, uuid: &str) -> bool {
        let gone = self.shared.with(|switch| {
            let before = switch.calls.len();
            switch.calls.retain(|call| call.uuid != uuid);
            switch.calls.len() < before
        });
        gone.unwrap_or(false)
    }

    /// Changes a gateway's state (`REGED`, `FAIL_WAIT` …); false when there is no such gateway.
    pub fn set_gateway(&self, name: &str, state: &str, up: bool) -> bool {
        let found = self.shared.with(|switch| {
            let mut gateways = switch
                .profiles
                .iter_mut()
                .flat_map(|profile| &mut profile.gateways);
            let found = gateways.find(|gateway| gateway.name == name);
            found.map(|gateway| {
                state.clone_into(&mut gateway.state);
                gateway.up = up;
            })
        });
        found.flatten().is_some()
    }
}
