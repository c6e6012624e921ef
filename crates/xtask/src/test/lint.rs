//! The cheap checks: form, lints, documentation, arrows, dependencies.

use anyhow::Result;

use super::{Run, arrows, tools};
use crate::{paths, program};

/// Every check that needs no running program. All of them run, also after one has failed.
pub fn all(run: &mut Run) {
    let wasm = paths::wasm_target();
    let wasm = wasm.to_string_lossy();
    let browser = ["--target", "wasm32-unknown-unknown", "--target-dir", &wasm];

    run.step("format", || {
        program::run("cargo", &["fmt", "--all", "--check"])
    });
    run.step("lints, native half", || {
        program::run(
            "cargo",
            &[
                "clippy",
                "--locked",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        )
    });
    run.step("lints, browser half", || {
        let mut arguments = vec!["clippy", "--locked", "-p", "frontend"];
        arguments.extend(browser);
        arguments.extend(["--", "-D", "warnings"]);
        program::run("cargo", &arguments)
    });
    run.step("domain compiles to wasm", || {
        let mut arguments = vec!["check", "--locked", "-p", "domain"];
        arguments.extend(browser);
        program::run("cargo", &arguments)
    });
    run.step("documentation", documentation);
    run.step("who imports whom", arrows::check);
    run.step("licences, bans and sources of dependencies", || {
        tools::cargo_deny()?;
        // Advisories are left out: their database is a download of its own.
        program::run(
            "cargo",
            &["deny", "--locked", "check", "bans", "licenses", "sources"],
        )
    });
}

fn documentation() -> Result<()> {
    let mut command = program::command("cargo", &["doc", "--locked", "--no-deps"]);
    program::run_command(command.env("RUSTDOCFLAGS", "-D warnings"))
}
