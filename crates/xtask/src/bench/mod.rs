//! `cargo xtask bench`: the bars of the product, each measured beside what it is compared with.

mod memory;

use anyhow::Result;

use crate::database::Database;
use crate::{geo, program};

/// Lines that panels are measured over, unless the variable `LINES` says otherwise. So many need some 60 GB of
/// disk and two hours; the bench alone (`cargo bench -p backend --bench panels`) takes a tenth of them.
const LINES: &str = "100000000";

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
            command.env("DATABASE_URL", database.url());
            if std::env::var_os("LINES").is_none() {
                command.env("LINES", LINES);
            }
            program::run_command(&mut command)?;
        }
    }
    memory::measure().await
}
