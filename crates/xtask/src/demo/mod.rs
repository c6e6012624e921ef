//! `cargo xtask run`: the whole product on this machine, under a steady synthetic attack.

mod attack;
mod attacker;
mod fields;
mod history;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::stage::{self, Plan, Stage};
use crate::{build, geo, paths};

/// How often to look whether everything still runs.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The call rules of the demo nodes.
const RULES: &str = r#"{
    "fail2ban": {
        "filename": "cti_fail2ban.log",
        "destination_number_max_len": 12,
        "deny_prefix": ["00", "+"],
        "allow_prefix": []
    }
}
"#;

/// How to run it.
#[derive(clap::Args)]
pub struct Options {
    /// The console's port; the next free one if it is taken
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// No attack: the nodes stay quiet
    #[arg(long)]
    quiet: bool,
    /// Do not build first
    #[arg(long)]
    no_build: bool,
}

/// Builds, starts everything, says where it is, and stops everything at Ctrl-C.
pub async fn run(options: &Options) -> Result<()> {
    if !options.no_build {
        println!("Building the site and the binaries (the first time takes some minutes)");
        build::run(&build::Options::default())?;
    }
    if let Err(error) = geo::run() {
        println!("Countries and networks of real addresses stay unknown: {error:#}");
    }
    let plan = Plan {
        folder: paths::root().join(&options.data),
        port: options.port,
        nodes: vec!["edge-1".into(), "edge-2".into()],
        places: Some(geo::folder()),
        release: false,
    };
    if !options.quiet {
        for name in &plan.nodes {
            let log = stage::attack_log(&plan.folder, name);
            history::write(&log).with_context(|| format!("cannot write {}", log.display()))?;
            let rules = stage::call_rules(&plan.folder, name);
            configure(&rules).with_context(|| format!("cannot write {}", rules.display()))?;
        }
    }
    let mut running = tokio::select! {
        running = Stage::start(&plan, |text| println!("  {text}")) => running?,
        // Everything started so far is dropped here, and ends with that.
        signal = stage::signals() => return signal,
    };
    let attack = if options.quiet {
        None
    } else {
        let logs = running
            .nodes
            .iter()
            .map(|node| node.attack_log().to_owned());
        Some(attack::Attack::start(logs.collect())?)
    };
    greet(&running, &plan);

    let ended = tokio::select! {
        signal = stage::signals() => signal,
        broken = watch(&mut running) => broken,
    };
    println!("\nStopping");
    drop(attack);
    running.stop().await;
    println!(
        "Everything is stopped; {} is kept for the next start",
        plan.folder.display()
    );
    ended
}

/// At the first start.
fn configure(rules: &Path) -> std::io::Result<()> {
    if rules.exists() {
        return Ok(());
    }
    if let Some(folder) = rules.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(rules, RULES)
}

/// Ends when one of our programs does.
async fn watch(running: &mut Stage) -> Result<()> {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        running.check()?;
    }
}

fn greet(running: &Stage, plan: &Plan) {
    println!("\nCallwarden runs.\n");
    println!("  Open     {}", running.console.url());
    match running.console.setup_token() {
        Some(token) => {
            println!(
                "  Sign in  this is the first start: create the first admin there, with a name and"
            );
            println!("           a password of your choice and this one-time setup token:\n");
            println!("           {token}\n");
        }
        None => println!("  Sign in  with the admin you created at the first start"),
    }
    println!(
        "  Nodes    {}: each a real fail2ban with a firewall of its own, and a simulated FreeSWITCH",
        plan.nodes.join(", ")
    );
    for node in &running.nodes {
        println!("           its attack log: {}", node.attack_log().display());
        let switch = node.switch();
        println!(
            "           its FreeSWITCH: Event Socket at {}, password {}, files in {}",
            switch.address(),
            switch.password(),
            switch.folder().display()
        );
    }
    println!(
        "  Data     {}: delete it to start afresh",
        plan.folder.display()
    );
    println!("  Stop     Ctrl-C\n");
}
