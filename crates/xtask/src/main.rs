//! `cargo xtask …`: everything the Makefile does. One file or folder per command.

mod bench;
mod build;
mod database;
mod demo;
mod geo;
mod paths;
mod program;
mod sqlx;
mod stage;
mod test;

use std::process::ExitCode;

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
    /// Build and start everything on this machine, under a demo attack
    Run(demo::Options),
    /// Start console and nodes for tests, print where they are, stop when standard input closes
    Stage(stage::Options),
    /// Run every check and test, cheap first
    Test(test::Options),
    /// Measure the bars of the product
    Bench(bench::Options),
    /// Fetch which country and network an address is in, for the demo and the benches
    Geo,
    /// Write .sqlx anew after a query or a migration has changed
    Sqlx,
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Build(options) => build::run(&options),
        Command::Run(options) => demo::run(&options).await,
        Command::Stage(options) => stage::run(&options).await,
        Command::Test(options) => {
            // Its closing line is the last word.
            return ExitCode::from(u8::from(!test::run(&options).await));
        }
        Command::Bench(options) => bench::run(&options).await,
        Command::Geo => geo::run(),
        Command::Sqlx => sqlx::run().await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
