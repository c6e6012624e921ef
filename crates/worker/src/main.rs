//! `callwarden-worker`: command line only.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use runtime::{Clock, Shutdown};
use worker::config::Config;
use worker::duty::Engine;

/// Tails the attack log, drives fail2ban, tells the console.
#[derive(Parser)]
#[command(name = "callwarden-worker", version)]
struct Args {
    /// Log as JSON, one object a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// Where packages and the pasted command expect the settings.
const CONFIG: &str = "/etc/callwarden/worker.toml";

#[derive(Subcommand)]
enum Command {
    /// Runs until SIGINT or SIGTERM.
    Run {
        /// Settings (TOML).
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
    },
    /// Makes this host a node, with a one-time code from the console.
    Enrol {
        /// Settings (TOML); written if missing.
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
        /// The console's address; the settings have it from then on.
        #[arg(long)]
        console: Option<String>,
        /// The code. Other users of this host may see it here: leave it out to give it on standard
        /// input.
        #[arg(long, allow_hyphen_values = true)]
        code: Option<String>,
    },
    /// Writes the jail's files, has fail2ban load them and reads them back, as the button on the
    /// node's page does.
    InstallJail {
        /// Settings (TOML).
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
    },
    /// Looks once at everything a node needs.
    Check {
        /// Settings (TOML).
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    runtime::logging::start(args.json);
    match args.command {
        Command::Run { config } => {
            let shutdown = Shutdown::new();
            shutdown.on_signals().context("cannot listen for signals")?;
            worker::run(Config::load(&config)?, Clock::system(), shutdown).await?;
        }
        Command::Enrol {
            config: path,
            console,
            code,
        } => {
            let config = worker::enrol::settings(&path, console.as_deref())?;
            let code = match code {
                Some(code) => code,
                None => std::io::read_to_string(std::io::stdin()).context("no code given")?,
            };
            let name = worker::enrol::enrol(&config, &code).await?;
            worker::enrol::keep_console(&path, &config.console.url)?;
            println!("this host is node {name} now");
        }
        Command::InstallJail { config } => {
            let config = Config::load(&config)?;
            let Engine { fail2ban, firewall } = Engine::new(&config);
            let log = &config.attack_log.path;
            let installed = worker::jail::install(&fail2ban, &firewall, log).await?;
            for file in installed.written {
                println!("written: {}", file.display());
            }
            println!("jail {} runs", config.fail2ban.jail);
        }
        Command::Check { config } => {
            let (lines, good) = worker::check::check(&Config::load(&config)?).await;
            for line in lines {
                println!("{line}");
            }
            anyhow::ensure!(good, "something is broken");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_begin_with_a_hyphen() {
        let pasted = [
            "callwarden-worker",
            "enrol",
            "--console",
            "https://console.example",
        ];
        let args = pasted.into_iter().chain(["--code", "-A_nOJY7"]);
        let Command::Enrol { code, .. } = Args::try_parse_from(args).unwrap().command else {
            panic!("not an enrolment");
        };
        assert_eq!(code.as_deref(), Some("-A_nOJY7"));
    }
}
