//! `esl-sim`: simulated switches that run until they are stopped.

mod config;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use config::{Config, EXAMPLE};
use esl_sim::Sim;
use runtime::Shutdown;

/// Simulated FreeSWITCH nodes: each serves the Event Socket and reads a configuration folder of its own.
#[derive(Parser)]
#[command(name = "esl-sim", version, after_help = EXAMPLE)]
struct Args {
    /// Settings (TOML)
    #[arg(long)]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let config = Config::read(&Args::parse().config)?;
    let shutdown = Shutdown::new();
    shutdown
        .on_signals()
        .context("signals cannot be waited for")?;
    let mut sims = Vec::new();
    for index in 0..config.nodes {
        let sim = start(&config, index).await?;
        println!(
            "pbx{} {} {}",
            index + 1,
            sim.address(),
            sim.folder().display()
        );
        sims.push(sim);
    }
    shutdown.stopping().await;
    for sim in &sims {
        sim.shutdown().await;
    }
    Ok(())
}

async fn start(config: &Config, index: u16) -> Result<Sim> {
    let name = format!("pbx{}", index + 1);
    let folder = config.conf_dir.join(&name);
    if !folder.join("freeswitch.xml").exists() {
        esl_sim::vanilla(&folder)
            .with_context(|| format!("{} cannot be written", folder.display()))?;
    }
    let mut builder = Sim::builder(folder)
        .hostname(&name)
        .heartbeat(Duration::from_secs(config.heartbeat_seconds));
    if let Some(password) = &config.password {
        builder = builder.password(password);
    }
    for module in &config.modules {
        builder = builder.module(module, true);
    }
    let address = (config.listen, config.port(index));
    builder
        .start_on(address)
        .await
        .with_context(|| format!("{name} cannot start at {}:{}", address.0, address.1))
}
