//! A private, real fail2ban: own network namespace, configuration, socket, database and log.
//!
//! It starts without any jail; the worker installs jail `cti` through its own installer, as on a
//! customer's node. Where the jail shall exist from the start, its files are passed in
//! (`worker::jail::files` makes them), so there is one source of their text.

mod config;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use config::{ensure_file, write_config};

use crate::keeper::Keeper;
use crate::namespace::{LOOK_EVERY, Namespace, NamespaceError};

const SERVER: &str = "/usr/bin/fail2ban-server";
const CLIENT: &str = "/usr/bin/fail2ban-client";
const NFT: &str = "/usr/sbin/nft";

/// How long the server may take to answer its first ping, on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(2);
/// How long the server may take to stop before it is killed, which would leave its rules behind: it
/// waits five seconds for its own database alone, where that is busy.
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// Why the private fail2ban is not there.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A package is missing.
    #[error("{0} is missing; install it with: apt-get install fail2ban nftables")]
    Missing(&'static str),
    /// No namespace.
    #[error(transparent)]
    Namespace(#[from] NamespaceError),
    /// A file could not be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("fail2ban-server cannot be started")]
    Start(#[source] io::Error),
    /// It ended or does not answer.
    #[error("fail2ban-server does not answer; its output: {0}")]
    Silent(String),
    /// The socket's path is longer than a Unix socket's may be (107 bytes).
    #[error("{} is too long a path for a socket; choose a shorter folder", .0.display())]
    PathTooLong(PathBuf),
}

/// What is not the same for every private fail2ban.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Further files in its configuration folder (paths relative to it), such as a jail that shall
    /// exist from the start.
    pub files: Vec<(PathBuf, String)>,
    /// Environment of the server beside our own, such as its time zone.
    pub environment: Vec<(String, String)>,
}

/// A running private fail2ban; stopped (killed) when dropped.
#[derive(Debug)]
pub struct PrivateFail2ban {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    server: Child,
    namespace: Namespace,
    // Last: fields drop in order, and the keeper's end kills whatever is left.
    keeper: Keeper,
}

impl PrivateFail2ban {
    /// Starts one without jails in `folder` (created, private to us); `attack_log` is created if
    /// missing, since fail2ban refuses a jail whose log is missing.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub async fn start(folder: &Path, attack_log: &Path) -> Result<Self, EmbeddedError> {
        Self::start_with(folder, attack_log, Setup::default()).await
    }

    /// The same with more of one's own.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub async fn start_with(
        folder: &Path,
        attack_log: &Path,
        setup: Setup,
    ) -> Result<Self, EmbeddedError> {
        for program in [SERVER, CLIENT, NFT] {
            if !Path::new(program).exists() {
                return Err(EmbeddedError::Missing(program));
            }
        }
        let folder = std::path::absolute(folder).map_err(|source| EmbeddedError::Write {
            path: folder.to_owned(),
            source,
        })?;
        write_config(&folder, &setup.files)?;
        let environment = setup.environment;
        ensure_file(attack_log)?;
        let keeper = Keeper::start().map_err(EmbeddedError::Start)?;
        let namespace = Namespace::start(&keeper).await?;
        let server = spawn(&keeper, &namespace, &folder, &environment)?;
        let mut private = Self {
            folder,
            environment,
            server,
            namespace,
            keeper,
        };
        private.wait_until_ready().await?;
        tracing::debug!(
            pid = private.pid(),
            "private fail2ban runs in {}",
            private.folder.display()
        );
        Ok(private)
    }

    /// Its control socket.
    pub fn socket(&self) -> PathBuf {
        socket(&self.folder)
    }

    /// Its own log (`fail2ban.log`).
    pub fn log(&self) -> PathBuf {
        self.folder.join("fail2ban.log")
    }

    /// Its configuration folder, in place of `/etc/fail2ban`.
    pub fn config_dir(&self) -> PathBuf {
        self.folder.join("config")
    }

    /// Runs `nft` inside the namespace.
    pub fn nft_argv(&self) -> Vec<String> {
        self.namespace.enter(&[NFT])
    }

    /// Runs any program inside the namespace.
    pub fn enter(&self, argv: &[&str]) -> Vec<String> {
        self.namespace.enter(argv)
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Kills the server as `kill -9` does: rules stay in the firewall, the socket file stays.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        self.server.kill()?;
        self.server.wait().map(drop)
    }

    /// Stops (if it runs) and starts the server, in the same namespace with the same database.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub async fn restart(&mut self) -> Result<(), EmbeddedError> {
        self.stop().await?;
        self.server = spawn(
            &self.keeper,
            &self.namespace,
            &self.folder,
            &self.environment,
        )?;
        self.wait_until_ready().await
    }

    /// Stops the server in good order: it removes its rules. Killed when that takes too long.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn stop(&mut self) -> Result<(), EmbeddedError> {
        let asked = self.signal("TERM").await.map_err(EmbeddedError::Start)?;
        let ended = async {
            while asked && matches!(self.server.try_wait(), Ok(None)) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let in_time = tokio::time::timeout(STOP_LIMIT, ended).await.is_ok();
        if !in_time || !asked {
            let _ = self.server.kill();
        }
        self.server.wait().map(drop).map_err(EmbeddedError::Start)
    }

    /// Sends the server a signal by name (`STOP`, `CONT`, `TERM`). False when it is gone already.
    ///
    /// # Errors
    /// When `kill` cannot be run.
    pub async fn signal(&mut self, name: &str) -> io::Result<bool> {
        if self.server.try_wait()?.is_some() {
            return Ok(false);
        }
        let status = tokio::process::Command::new("/bin/kill")
            .args(["-s", name, "--", &self.pid().to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await?;
        Ok(status.success())
    }

    async fn wait_until_ready(&mut self) -> Result<(), EmbeddedError> {
        let socket = self.socket();
        let ready = async {
            loop {
                if !matches!(self.server.try_wait(), Ok(None)) {
                    return false;
                }
                // It answers before it has read its jails; its own word comes after.
                if ready(&socket).await && self.output().contains("Server ready") {
                    return true;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(START_LIMIT, ready)
            .await
            .unwrap_or(false)
        {
            return Ok(());
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
        Err(EmbeddedError::Silent(self.output().trim().to_owned()))
    }

    fn output(&self) -> String {
        std::fs::read_to_string(self.folder.join("output")).unwrap_or_default()
    }
}

impl Drop for PrivateFail2ban {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("f2b.sock")
}

fn spawn(
    keeper: &Keeper,
    namespace: &Namespace,
    folder: &Path,
    environment: &[(String, String)],
) -> Result<Child, EmbeddedError> {
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    let (config, socket, pid) = (
        text(folder.join("config")),
        text(socket(folder)),
        text(folder.join("f2b.pid")),
    );
    let output = folder.join("output");
    let file = std::fs::File::create(&output).map_err(|source| EmbeddedError::Write {
        path: output,
        source,
    })?;
    let errors = file.try_clone().map_err(EmbeddedError::Start)?;
    // `-x`: a socket left by a killed server is no hindrance.
    let mut command = namespace.command(&[
        SERVER, "-f", "-x", "-c", &config, "-s", &socket, "-p", &pid, "start",
    ]);
    command.stdin(Stdio::null()).stdout(file).stderr(errors);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    keeper.spawn(command).map_err(EmbeddedError::Start)
}

/// Does it answer a ping and has it finished configuring? One raw request, without a client.
async fn ready(socket: &Path) -> bool {
    const REQUEST: &[u8] = b"\x80\x02](X\x06\x00\x00\x00statuse.<F2B_END_COMMAND>";
    let ask = async {
        let mut stream = tokio::net::UnixStream::connect(socket).await?;
        stream.write_all(REQUEST).await?;
        let mut reply = vec![0; 4096];
        let length = stream.read(&mut reply).await?;
        reply.truncate(length);
        io::Result::Ok(reply)
    };
    match tokio::time::timeout(Duration::from_secs(2), ask).await {
        Ok(Ok(reply)) => reply.windows(14).any(|part| part == b"Number of jail"),
        _ => false,
    }
}
