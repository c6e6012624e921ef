//! The console of the stage.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::Plan;
use super::child::Running;
use crate::paths;

/// How long it may take from start to the first answer (an empty database is set up in it).
const START_LIMIT: Duration = Duration::from_mins(1);
/// How often to look.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long one answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// How many ports after the wanted one are tried.
const PORTS: u16 = 100;

/// The running console.
pub struct Console {
    process: Running,
    program: PathBuf,
    config: PathBuf,
    port: u16,
    setup_token: Option<String>,
}

impl Console {
    /// Starts it and waits until it answers.
    pub async fn start(plan: &Plan) -> Result<Self> {
        let folder = plan.folder.join("console");
        std::fs::create_dir_all(&folder)?;
        let port = free_port(plan.port)?;
        let config = folder.join("console.toml");
        let binaries = paths::binaries(plan.release);
        std::fs::write(
            &config,
            settings(port, &folder, &plan.folder.join("geo"), &binaries),
        )?;
        let program = binaries.join("callwarden");
        let process = Running::start(
            "the console",
            &[
                program.to_string_lossy().into_owned(),
                "serve".into(),
                "--config".into(),
                config.to_string_lossy().into_owned(),
            ],
            &folder.join("console.out"),
        )?;
        let mut console = Self {
            process,
            program,
            config,
            port,
            setup_token: None,
        };
        let start = Instant::now();
        while !is_healthy(port) {
            console.check()?;
            ensure!(start.elapsed() < START_LIMIT, "the console does not answer");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        // Refused when there are users already.
        let answer = console.ask(&["setup-token"]).ok();
        console.setup_token = answer
            .as_deref()
            .and_then(|line| line.strip_prefix("setup token: "))
            .map(str::to_owned);
        Ok(console)
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The one-time token for the first admin; none when there is one already.
    pub fn setup_token(&self) -> Option<&str> {
        self.setup_token.as_deref()
    }

    /// Adds a node and returns its one-time enrolment code.
    pub fn add_node(&self, name: &str) -> Result<String> {
        self.ask(&["node", "add", name])
            .with_context(|| format!("node {name} cannot be added"))
    }

    /// Runs a command of the console's program beside the running console; its answer.
    fn ask(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new(&self.program)
            .args(arguments)
            .arg("--config")
            .arg(&self.config)
            .output()
            .context("callwarden cannot be started")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", errors.trim());
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Fails when it is gone.
    pub fn check(&mut self) -> Result<()> {
        self.process.check()
    }

    /// Stops it and its Postgres.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}

/// Fails with what to do when there is nothing to start.
pub fn is_built(binaries: &Path) -> Result<()> {
    for name in ["callwarden", "callwarden-worker", "hash.txt"] {
        ensure!(
            binaries.join(name).exists(),
            "{} is missing; build it first: cargo xtask build",
            binaries.join(name).display()
        );
    }
    Ok(())
}

/// Does it answer, and its Postgres too?
fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

/// `wanted`, or the next one that nobody listens on. (Another program could take it before the
/// console does; the console then says so and ends.)
fn free_port(wanted: u16) -> Result<u16> {
    let last = if wanted == 0 {
        0
    } else {
        wanted.saturating_add(PORTS)
    };
    for port in wanted..=last {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(listener.local_addr()?.port());
        }
    }
    bail!("every port from {wanted} to {last} is taken")
}

fn settings(port: u16, folder: &Path, geo: &Path, binaries: &Path) -> String {
    // JSON strings are TOML, too.
    let text = |path: &Path| serde_json::json!(path).to_string();
    format!(
        "# Written by xtask: the console of a demo.\n\
         data_dir = {data}\n\n\
         [http]\nlisten = \"127.0.0.1:{port}\"\n\n\
         [geo]\nfolder = {geo}\n\n\
         [alerts]\nallow_private = true\n\n\
         [site]\nroot = {root}\nhash_file = {hashes}\n",
        data = text(folder),
        geo = text(geo),
        root = text(&paths::site()),
        hashes = text(&binaries.join("hash.txt")),
    )
}
