//! Cargo's plug-ins that `make test` needs: installed once, the light way.

use anyhow::Result;

use crate::{paths, program};

/// Makes `cargo deny` there.
pub fn cargo_deny() -> Result<()> {
    install("cargo-deny", &["cargo-deny", "--no-default-features"])
}

/// Makes `cargo sqlx` there, of the very version of the library.
pub fn cargo_sqlx() -> Result<()> {
    install(
        "cargo-sqlx",
        &[
            "sqlx-cli@0.9.0",
            "--no-default-features",
            "--features",
            "postgres,rustls",
        ],
    )
}

fn install(name: &str, arguments: &[&str]) -> Result<()> {
    if program::is_there(name) {
        return Ok(());
    }
    println!("{name} is missing: cargo installs it (once, some minutes)");
    let mut command = program::command("cargo", &["install", "--locked"]);
    command
        .args(arguments)
        // One folder for all of them, so that what they share is built once.
        .env("CARGO_TARGET_DIR", paths::target().join("tools"))
        // They run for a second: building them fast matters more than their speed.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "false")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    program::run_command(&mut command)
}
