//! Browser tests: the whole product, started for the run, seen through Chromium.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::totals::Totals;
use super::{Run, rust};
use crate::{build, paths, program};

/// The oldest Node.js that Playwright runs on, and what to use where there is only an older one.
const NODE_LEAST: u32 = 20;
const NODE_PACKAGE: &str = "node@22";

/// The full build, then Playwright.
pub fn all(run: &mut Run) {
    let built = run.step("the site", || {
        build::run(&build::Options {
            release: false,
            site_only: true,
        })
    });
    let built = built & run.step("the binaries", rust::build);
    let installed = run.step("test runner for the browser", install)
        && run.step("types of the browser tests", types);
    if built && installed {
        let mut totals = Totals::default();
        run.step("browser tests", || playwright(&mut totals));
        run.add(totals);
    }
}

fn install() -> Result<()> {
    npm(&["ci"])?;
    // Debian 12 ships an older Node.js than Playwright runs on. npm has the program itself as a
    // package, which then stands first on the path of everything that `npx` starts.
    let version = program::output("node", &["--version"])?;
    let major = version.trim().trim_start_matches('v').split('.').next();
    let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or(0);
    if major < NODE_LEAST {
        println!("Node.js {} is too old for Playwright", version.trim());
        npm(&["install", "--no-save", NODE_PACKAGE])?;
    }
    Ok(())
}

fn npm(arguments: &[&str]) -> Result<()> {
    let mut command = program::command("npm", arguments);
    command
        .args(["--no-audit", "--no-fund"])
        .current_dir(paths::root().join("end2end"))
        // The browser is Debian's, installed by bootstrap.sh.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    program::run_command(&mut command)
}

fn types() -> Result<()> {
    let mut command = program::command("npx", &["--no-install", "tsc", "--noEmit"]);
    program::run_command(command.current_dir(paths::root().join("end2end")))
}

fn playwright(totals: &mut Totals) -> Result<()> {
    let folder = paths::root().join("end2end");
    let report = paths::target().join("end2end.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let mut command = program::command("npx", &["--no-install", "playwright", "test"]);
    command
        .current_dir(folder)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("CALLWARDEN_XTASK", paths::binaries(false).join("xtask"));
    let good = program::watch(&mut command, |_| {})?;
    let text = fs::read(&report).context("Playwright wrote no report")?;
    *totals = Totals::of_playwright(&serde_json::from_slice(&text)?)
        .context("Playwright's report has no totals")?;
    ensure!(
        totals.passed + totals.failed > 0,
        "Playwright ran no test at all"
    );
    ensure!(
        good || totals.failed > 0,
        "Playwright failed outside of its tests"
    );
    Ok(())
}
