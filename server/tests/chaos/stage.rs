//! A console with its Postgres and one node's worker, each a process of its own.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use backend::seal::Sealer;
use embedded::fail2ban::PrivateFail2ban;
use embedded::postgres::{Durability, PrivatePostgres};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::process::{Process, ask};

/// Far longer than anything here takes; a test that waits for it fails.
pub const PATIENCE: Duration = Duration::from_mins(5);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Everything that runs.
pub struct Stage {
    pub console: Process,
    pub worker: Process,
    /// The attack log.
    pub log: PathBuf,
    /// Of Postgres.
    pub url: String,
    /// Of the console.
    pub console_url: String,
    console_config: PathBuf,
    postgres: Option<PrivatePostgres>,
    folder: tempfile::TempDir,
    durability: Durability,
}

impl Stage {
    /// Starts Postgres and the console, adds the node `edge` and enrols its worker, which is not
    /// started yet. Without `fail2ban` the worker finds none.
    pub async fn start(
        folder: tempfile::TempDir,
        log: PathBuf,
        durability: Durability,
        fail2ban: Option<&PrivateFail2ban>,
    ) -> Self {
        let worker = worker_program();
        let console = Path::new(env!("CARGO_BIN_EXE_callwarden"));
        let data = folder.path().join("postgres");
        let postgres = PrivatePostgres::start_with(&data, durability)
            .await
            .unwrap();
        let listen = free_address();
        let url = format!("http://{listen}");
        let console_config = folder.path().join("console.toml");
        let settings = format!(
            "data_dir = {}\n[http]\nlisten = \"{listen}\"\n[database]\nurl = {}\n",
            json!(folder.path()),
            json!(postgres.url()),
        );
        std::fs::write(&console_config, settings).unwrap();
        let worker_config = folder.path().join("worker.toml");
        let settings = worker_settings(&url, folder.path(), &log, fail2ban);
        std::fs::write(&worker_config, settings).unwrap();

        let code = ask(console, &["node", "add", "edge"], &console_config, "");
        let mut stage = Self {
            console: Process::new(console, &["serve"], &console_config),
            worker: Process::new(&worker, &["run"], &worker_config),
            log,
            url: postgres.url().to_owned(),
            console_url: url,
            console_config,
            postgres: Some(postgres),
            folder,
            durability,
        };
        stage.console.start();
        let console = listen.as_str();
        until("the console", async || {
            std::net::TcpStream::connect(console).ok()
        })
        .await;
        ask(&worker, &["enrol"], &worker_config, &code);
        if fail2ban.is_some() {
            ask(&worker, &["install-jail"], &worker_config, "");
        }
        stage
    }

    /// Adds somebody who may see everything.
    pub fn add_user(&self, name: &str, password: &str) {
        let arguments = ["user", "add", name, "--role", "viewer"];
        let console = Path::new(env!("CARGO_BIN_EXE_callwarden"));
        ask(console, &arguments, &self.console_config, password);
    }

    /// Adds a node of this name and enrols its worker, which is not started yet; its files stand in a
    /// folder of that name.
    pub fn another_worker(&self, name: &str) -> Process {
        let console = Path::new(env!("CARGO_BIN_EXE_callwarden"));
        let code = ask(console, &["node", "add", name], &self.console_config, "");
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let log = folder.join("cti_fail2ban.log");
        let config = folder.join("worker.toml");
        let settings = worker_settings(&self.console_url, &folder, &log, None);
        std::fs::write(&config, settings).unwrap();
        let worker = worker_program();
        ask(&worker, &["enrol"], &config, &code);
        Process::new(&worker, &["run"], &config)
    }

    /// The console's secret key, as in its file.
    pub fn key(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("secret.key")).unwrap();
        text.trim().to_owned()
    }

    /// What seals with it.
    pub fn sealer(&self) -> Sealer {
        let key = self.key();
        let byte = |at: usize| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap();
        Sealer::new(&std::array::from_fn(byte))
    }

    /// Kills the console and starts it again with further settings.
    pub fn restart_console_with(&mut self, settings: &str) {
        self.console.kill();
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.append(true).open(&self.console_config).unwrap();
        file.write_all(settings.as_bytes()).unwrap();
        self.console.start();
    }

    /// SIGKILL for the postmaster: what its sessions do, they do without it.
    pub fn kill_postgres(&mut self) {
        let postgres = self.postgres.take().expect("it runs");
        kill(postgres.pid());
        // Dropped: waits for the dead one.
    }

    /// Starts it again. As long as sessions of the killed one end, it refuses to.
    pub async fn start_postgres(&mut self) {
        let data = self.folder.path().join("postgres");
        let started = until("Postgres", async || {
            PrivatePostgres::start_with(&data, self.durability)
                .await
                .ok()
        });
        self.postgres = Some(started.await);
    }

    /// SIGKILL for one session of the console, in whatever it does; all others end with it and
    /// Postgres recovers. False when there is none.
    pub async fn kill_session(&self) -> bool {
        let sql = "select pid from pg_stat_activity where application_name = 'callwarden' \
                   order by state = 'active' desc, random() limit 1";
        let pid: Option<i32> = self.look(sql).await;
        if let Some(pid) = pid {
            kill(u32::try_from(pid).unwrap());
        }
        pid.is_some()
    }

    /// One value; `None` where there is no row, or no Postgres at the moment.
    pub async fn look<T>(&self, sql: &'static str) -> Option<T>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        // A connection of its own each time: the one before may have died with Postgres.
        let mut connection = PgConnection::connect(&self.url).await.ok()?;
        let found = sqlx::query_scalar(sql).fetch_optional(&mut connection);
        found.await.ok()?
    }
}

/// Waits until `look` finds something.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    until_within(PATIENCE, what, look).await
}

/// The same for what takes its time.
pub async fn until_within<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    look: impl Fn() -> F,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn kill(pid: u32) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    // A session may have ended by itself meanwhile.
    let _ = kill_process(pid, Signal::KILL);
}

/// It stands beside the console's program.
fn worker_program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_callwarden")).with_file_name("callwarden-worker");
    assert!(
        program.exists(),
        "{} is missing; build it first: cargo build -p worker",
        program.display()
    );
    program
}

/// An address that stays ours while the console is dead: nobody else uses this one of loopback.
pub fn free_address() -> String {
    let [_, .., a, b] = std::process::id().to_be_bytes();
    let listener = TcpListener::bind((format!("127.77.{a}.{b}").as_str(), 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

fn worker_settings(
    url: &str,
    folder: &Path,
    log: &Path,
    fail2ban: Option<&PrivateFail2ban>,
) -> String {
    let nothing = || vec!["/bin/false".to_owned()];
    let inside = |program: &str| fail2ban.map_or_else(nothing, |jail| jail.enter(&[program]));
    let missing = folder.join("missing");
    let socket = fail2ban.map_or(missing.join("sock"), PrivateFail2ban::socket);
    let own_log = fail2ban.map_or(missing.join("fail2ban.log"), PrivateFail2ban::log);
    let config = fail2ban.map_or(missing.join("config"), PrivateFail2ban::config_dir);
    let client = if fail2ban.is_some() {
        "/usr/bin/fail2ban-client"
    } else {
        "/bin/false"
    };
    // JSON strings and arrays of strings are TOML, too.
    format!(
        "[console]\nurl = \"{url}\"\n[node]\nstate_dir = {}\n[attack_log]\npath = {}\n\
         [freeswitch]\nconf_dir = {}\n[fail2ban]\nsocket = {}\nlog = {}\nconfig_dir = {}\nclient = \"{client}\"\n\
         [firewall]\nnft = {}\nipset = {}\niptables = {}\nip6tables = {}\n",
        json!(folder.join("state")),
        json!(log),
        json!(folder.join("conf")),
        json!(socket),
        json!(own_log),
        json!(config),
        json!(inside("/usr/sbin/nft")),
        json!(inside("/usr/sbin/ipset")),
        json!(inside("/usr/sbin/iptables")),
        json!(inside("/usr/sbin/ip6tables")),
    )
}
