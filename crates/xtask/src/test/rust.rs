//! Tests in Rust: units, real Postgres, real fail2ban.

use std::process::Command;

use anyhow::{Result, ensure};

use super::totals::Totals;
use super::{Run, tools};
use crate::database::Database;
use crate::{program, sqlx};

/// Query data, then `cargo test` with a private Postgres.
pub async fn all(run: &mut Run) {
    let Some(database) = run.step_async("private Postgres", Database::start()).await else {
        return;
    };
    run.step("committed query data", || {
        tools::cargo_sqlx()?;
        sqlx::check(&database)
    });
    let mut totals = Totals::default();
    run.step("tests", || tests(&database, &mut totals));
    run.add(totals);
}

/// The selection and profile of every native build here: tests and binaries together, so that
/// cargo settles on one set of features and builds each dependency once.
pub fn build() -> Result<()> {
    program::run("cargo", &["build", "--locked", "--bins", "--tests"])
}

fn tests(database: &Database, totals: &mut Totals) -> Result<()> {
    build()?;
    let mut command: Command = program::command("cargo", &["test", "--locked", "--no-fail-fast"]);
    command.env("DATABASE_URL", database.url());
    let mut binaries = 0;
    let good = program::watch(&mut command, |line| {
        if let Some(counts) = Totals::of_cargo_line(line) {
            binaries += 1;
            totals.add(counts);
        }
    })?;
    ensure!(binaries > 0, "cargo test ran no test");
    ensure!(
        good || totals.failed > 0,
        "cargo test failed outside of its tests"
    );
    Ok(())
}
