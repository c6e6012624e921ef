//! The query data in `.sqlx`: written anew after a change, and checked by `make test`.

use anyhow::Result;

use crate::database::Database;
use crate::program;
use crate::test::tools;

/// `cargo xtask sqlx`: writes `.sqlx` anew.
pub async fn run() -> Result<()> {
    tools::cargo_sqlx()?;
    let database = Database::start().await?;
    prepare(&database, &[])
}

/// Fails when `.sqlx` is not what the queries and migrations in this tree give.
pub fn check(database: &Database) -> Result<()> {
    prepare(database, &["--check"])
}

fn prepare(database: &Database, flags: &[&str]) -> Result<()> {
    let run = |arguments: &[&str]| {
        let mut command = program::command("cargo", &["sqlx"]);
        command.args(arguments).env("DATABASE_URL", database.url());
        program::run_command(&mut command)
    };
    run(&["migrate", "run", "--source", "migrations"])?;
    let mut arguments = vec!["prepare", "--workspace"];
    arguments.extend(flags);
    // The default members: the browser half has no queries and does not build here.
    arguments.extend(["--", "--all-targets"]);
    run(&arguments)
}
