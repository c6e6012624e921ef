//! `cargo xtask …`: everything the Makefile does. One file per command.

mod build;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Build, run, test and measure Callwarden")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the site (wasm, scripts, styles) and the binaries
    Build(build::Options),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Build(options) => build::run(&options),
    }
}
