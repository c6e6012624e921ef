//! `cargo xtask bench`: the bars of the product, each measured beside what it is compared with.

mod memory;

use anyhow::Result;

use crate::database::Database;
use crate::{geo, program};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Only the worker's memory
    #[arg(long)]
    memory: bool,
}

/// Runs the benches of the crates, then measures the worker's memory.
pub async fn run(options: &Options) -> Result<()> {
    if !options.memory {
        geo::run()?;
        let database = Database::start().await?;
        for name in ["worker", "backend", "server"] {
            let benches = ["bench", "--locked", "-p", name, "--bench", "*"];
            let mut command = program::command("cargo", &benches);
            program::run_command(command.env("DATABASE_URL", database.url()))?;
        }
    }
    memory::measure().await
}
