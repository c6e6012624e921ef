//! One node of the stage: attack log, real fail2ban, simulated FreeSWITCH, worker.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use embedded::fail2ban::PrivateFail2ban;

use super::Plan;
use super::child::Running;
use super::console::Console;
use super::switch::Switch;
use crate::paths;

/// A running node.
pub struct Node {
    name: String,
    attack_log: PathBuf,
    worker: Running,
    fail2ban: PrivateFail2ban,
    switch: Switch,
}

impl Node {
    /// Starts fail2ban and FreeSWITCH, enrols the worker at its first start, and starts it.
    pub async fn start(plan: &Plan, name: &str, console: &Console) -> Result<Self> {
        let folder = plan.folder.join(name);
        let attack_log = attack_log(&plan.folder, name);
        let fail2ban = PrivateFail2ban::start(&folder.join("fail2ban"), &attack_log)
            .await
            .with_context(|| format!("the fail2ban of {name}"))?;
        let switch = Switch::start(&switch_folder(&plan.folder, name), name).await?;
        let config = folder.join("worker.toml");
        let state = folder.join("state");
        std::fs::write(
            &config,
            settings(&console.url(), &state, &attack_log, &fail2ban, &switch),
        )?;

        let program = paths::binaries(plan.release).join("callwarden-worker");
        enrol(&program, &config, &state, name, console)?;
        ask(&program, &["install-jail"], &config, "")
            .with_context(|| format!("the jail of {name}"))?;
        let worker = Running::start(
            &format!("the worker of {name}"),
            &[
                program.to_string_lossy().into_owned(),
                "run".into(),
                "--config".into(),
                config.to_string_lossy().into_owned(),
            ],
            &folder.join("worker.out"),
        )?;
        Ok(Self {
            name: name.to_owned(),
            attack_log,
            worker,
            fail2ban,
            switch,
        })
    }

    /// Where the CTI module writes.
    pub fn attack_log(&self) -> &Path {
        &self.attack_log
    }

    /// Its FreeSWITCH.
    pub fn switch(&self) -> &Switch {
        &self.switch
    }

    /// Process ids: fail2ban's and the worker's.
    pub fn pids(&self) -> (u32, u32) {
        (self.fail2ban.pid(), self.worker.pid())
    }

    /// Fails when the worker is gone.
    pub fn check(&mut self) -> Result<()> {
        self.worker.check()
    }

    /// For tests in another language.
    pub fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "attack_log": self.attack_log,
            "nft": self.fail2ban.nft_argv(),
            "fail2ban_pid": self.fail2ban.pid(),
            "worker_pid": self.worker.pid(),
            "freeswitch": {
                "address": self.switch.address(),
                "password": self.switch.password(),
                "folder": self.switch.folder(),
            },
        })
    }

    /// Stops the worker, then FreeSWITCH and fail2ban.
    pub async fn stop(&mut self) {
        self.worker.stop();
        self.switch.stop().await;
        if let Err(error) = self.fail2ban.stop().await {
            eprintln!("fail2ban of {}: {error}", self.name);
        }
    }
}

/// Where a node's attack log stands.
pub fn attack_log(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).join("cti_fail2ban.log")
}

/// Where a node's call rules stand.
pub fn call_rules(folder: &Path, name: &str) -> PathBuf {
    switch_folder(folder, name).join("cti.json")
}

fn switch_folder(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).join("freeswitch")
}

/// Once per node, as an operator does: add it, use its one-time code.
fn enrol(program: &Path, config: &Path, state: &Path, name: &str, console: &Console) -> Result<()> {
    // A file of ours, not the worker's, so that its folder stays its own business.
    let done = state.with_extension("enrolled");
    if done.exists() {
        return Ok(());
    }
    let code = console.add_node(name)?;
    let argument = format!("--console={}", console.url());
    ask(program, &["enrol", &argument], config, &code)
        .with_context(|| format!("{name} cannot be enrolled"))?;
    std::fs::write(done, "")?;
    Ok(())
}

/// Runs a command of the worker's program with `input`.
fn ask(program: &Path, arguments: &[&str], config: &Path, input: &str) -> Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .arg("--config")
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("callwarden-worker cannot be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", errors.trim());
    Ok(())
}

fn settings(
    url: &str,
    state: &Path,
    attack_log: &Path,
    fail2ban: &PrivateFail2ban,
    switch: &Switch,
) -> String {
    // JSON strings and arrays of strings are TOML, too.
    let text = |value: &dyn AsRef<Path>| serde_json::json!(value.as_ref()).to_string();
    let argv = |words: Vec<String>| serde_json::json!(words).to_string();
    let inside = |program: &str| argv(fail2ban.enter(&[program]));
    format!(
        "# Written by xtask: the worker of a demo node.\n\
         [console]\nurl = {url}\n\n\
         [node]\nstate_dir = {state}\n\n\
         [attack_log]\npath = {log}\n\n\
         [freeswitch]\nconf_dir = {conf_dir}\n\n\
         [fail2ban]\nsocket = {socket}\nlog = {own_log}\nconfig_dir = {config}\n\n\
         [firewall]\nnft = {nft}\nipset = {ipset}\niptables = {iptables}\nip6tables = {ip6tables}\n",
        url = serde_json::json!(url),
        state = text(&state),
        log = text(&attack_log),
        conf_dir = text(&switch.folder()),
        socket = text(&fail2ban.socket()),
        own_log = text(&fail2ban.log()),
        config = text(&fail2ban.config_dir()),
        nft = argv(fail2ban.nft_argv()),
        ipset = inside("/usr/sbin/ipset"),
        iptables = inside("/usr/sbin/iptables"),
        ip6tables = inside("/usr/sbin/ip6tables"),
    )
}
