//! A private Postgres: own data folder, reachable by a Unix socket only, no set-up.

mod cluster;
mod owner;
mod programs;
mod socket;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::keeper::Keeper;
use crate::namespace::LOOK_EVERY;
use owner::Owner;
use programs::Programs;
use rustix::process::{Pid, Signal, kill_process};

/// How long it may take to answer; after a crash it first replays its log.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How long a postmaster whose parent was killed may take to end.
const PREDECESSOR_LIMIT: Duration = Duration::from_secs(15);
/// How long it may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// The database, and the role that owns it.
const NAME: &str = "callwarden";

/// Why the private Postgres is not there.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// No binaries.
    #[error(
        "PostgreSQL is not installed (looked in $PGBIN, $PATH and /usr/lib/postgresql/*/bin); \
         install it with: apt-get install postgresql"
    )]
    Missing,
    /// The data folder is of another major version than any of the installed ones.
    #[error(
        "the data in {} is of PostgreSQL {found}, which is not installed; \
         install it with: apt-get install postgresql-{found}", folder.display()
    )]
    OtherVersion {
        /// The data folder.
        folder: PathBuf,
        /// Its version.
        found: String,
    },
    /// Root may not run Postgres, and there is no other user to run it as.
    #[error("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody")]
    NoUser,
    /// A file or folder could not be made, read or handed over.
    #[error("{} cannot be prepared", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The fallback folder for the socket belongs to somebody else.
    #[error("{} exists and is not ours", .0.display())]
    NotOurs(PathBuf),
    /// A program could not be started.
    #[error("{program} cannot be started")]
    Start {
        /// Which.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb failed: {0}")]
    Init(String),
    /// Another process has it open.
    #[error("the data in {} is in use by process {pid}", folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Its postmaster.
        pid: u32,
    },
    /// It ended or does not answer.
    #[error("postgres does not start; the end of its log: {0}")]
    Silent(String),
}

/// What a crash of the machine may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing.
    Durable,
    /// Everything: for tests, much faster. A crash of Postgres alone costs nothing.
    Fast,
}

/// A running private Postgres; stopped when dropped, and when the process that started it dies.
#[derive(Debug)]
pub struct PrivatePostgres {
    server: Child,
    url: String,
    socket: PathBuf,
    /// Dropped last: its end is the death signal.
    _keeper: Keeper,
}

impl PrivatePostgres {
    /// Starts it in `folder`, with whatever it held before; `initdb` runs once.
    pub async fn start(folder: &Path) -> Result<Self, PostgresError> {
        Self::start_with(folder, Durability::Durable).await
    }

    /// The same with a choice.
    pub async fn start_with(folder: &Path, durability: Durability) -> Result<Self, PostgresError> {
        let owner = Owner::find()?;
        let folder = owner.prepare(folder)?;
        let data = folder.join("data");
        let programs = Programs::find(&data)?;
        let keeper = Keeper::start().map_err(|source| PostgresError::Start {
            program: "a thread",
            source,
        })?;
        cluster::create_once(&programs, &owner, &folder, &data, durability).await?;
        cluster::wait_for_predecessor(&data, PREDECESSOR_LIMIT).await?;
        let socket = socket::folder(&folder, &owner)?;
        let log = folder.join("postgres.log");
        let command = command(&programs, &owner, &data, &socket, &log, durability)?;
        let server = keeper
            .spawn(command)
            .map_err(|source| PostgresError::Start {
                program: "postgres",
                source,
            })?;
        let url = socket::url(&socket, NAME);
        let mut postgres = Self {
            server,
            url,
            socket,
            _keeper: keeper,
        };
        postgres.wait_until_ready(&data, &log).await?;
        Ok(postgres)
    }

    /// The URL of the one that another process has started in `folder`, if it runs.
    pub fn running(folder: &Path) -> Option<String> {
        let data = folder.canonicalize().ok()?.join("data");
        cluster::running(&data).map(|found| socket::url(&found.socket, NAME))
    }

    /// For `DATABASE_URL`; its role is a superuser of this private cluster.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Process id of the postmaster.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Has it died by itself? Then drop it and start it anew in the same folder.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.server.try_wait(), Ok(None))
    }

    /// Stops it: sessions are ended, everything is written.
    pub async fn stop(mut self) -> Result<(), PostgresError> {
        self.ask_to_stop();
        let deadline = Instant::now() + STOP_LIMIT;
        while Instant::now() < deadline {
            if matches!(self.server.try_wait(), Ok(Some(_))) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(PostgresError::Silent("it does not stop".into()))
    }

    /// Ends sessions and writes everything ("fast shutdown").
    fn ask_to_stop(&self) {
        // Our own child, not yet waited for: the number is still its.
        if let Some(pid) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::INT);
        }
    }

    async fn wait_until_ready(&mut self, data: &Path, log: &Path) -> Result<(), PostgresError> {
        let deadline = Instant::now() + START_LIMIT;
        let pid = self.pid();
        while Instant::now() < deadline {
            if matches!(self.server.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            if cluster::postmaster(data).is_some_and(|found| found.pid == pid && found.ready) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(PostgresError::Silent(cluster::last_lines(log)))
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) {
            self.ask_to_stop();
            let deadline = Instant::now() + STOP_LIMIT;
            while matches!(self.server.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(LOOK_EVERY);
            }
        }
        // Past the limit only: sessions that do not end are cut off, the log is replayed next time.
        let _ = self.server.kill();
        let _ = self.server.wait();
        // Only an empty folder goes, so never one that another postmaster uses.
        let _ = std::fs::remove_dir(&self.socket);
    }
}

fn command(
    programs: &Programs,
    owner: &Owner,
    data: &Path,
    socket: &Path,
    log: &Path,
    durability: Durability,
) -> Result<Command, PostgresError> {
    let folder_error = |source| PostgresError::Folder {
        path: log.to_owned(),
        source,
    };
    // The log of this start only, so that it never grows without end.
    let log_file = File::create(log).map_err(folder_error)?;
    let mut argv = vec![
        programs.postgres().display().to_string(),
        "-D".into(),
        data.display().to_string(),
        "-k".into(),
        socket.display().to_string(),
    ];
    let mut settings = vec!["listen_addresses=", "unix_socket_permissions=0700"];
    if durability == Durability::Fast {
        settings.extend(["fsync=off", "full_page_writes=off"]);
    }
    for setting in settings {
        argv.extend(["-c".to_owned(), setting.to_owned()]);
    }
    let mut command = owner.mortal(&argv);
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log_file.try_clone().map_err(folder_error)?)
        .stderr(log_file);
    Ok(command)
}
