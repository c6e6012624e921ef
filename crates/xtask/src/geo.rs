//! `cargo xtask geo`: fetches the files that say in which country and network an address is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{paths, program};

/// The console's names of the files, and the package that has each.
pub const FILES: [(&str, &str); 4] = [
    ("asn-country-ipv4.csv", "asn-country"),
    ("asn-country-ipv6.csv", "asn-country"),
    ("asn-ipv4.csv", "asn"),
    ("asn-ipv6.csv", "asn"),
];

/// Their terms, which stay with them.
const LICENCES: [(&str, &str); 4] = [
    ("NRO_LICENSE", "asn-country"),
    ("DBIP-LICENSE", "asn"),
    ("ROUTEVIEWS-LICENSE", "asn"),
    ("MODIFICATIONS", "asn"),
];

const SCOPE: &str = "node_modules/@ip-location-db";
/// Names versions and checksums; a copy beside the files says which they are.
const LOCK: &str = "package-lock.json";

/// Where the files are, once they are fetched.
pub fn folder() -> PathBuf {
    paths::target().join("geo")
}

/// Fetches what the committed lock file names, unless it is there already. npm checks that it gets
/// just that; no script of a package runs.
pub fn run() -> Result<()> {
    let (folder, wanted) = (folder(), paths::root().join("crates/xtask/geo"));
    let lock = fs::read(wanted.join(LOCK))?;
    if fs::read(folder.join(LOCK)).is_ok_and(|there| there == lock) {
        println!("{} is up to date", folder.display());
        return Ok(());
    }
    ensure!(
        program::is_there("npm"),
        "npm is missing (Debian: apt-get install npm)"
    );
    fs::create_dir_all(&folder)?;
    let beside = tempfile::tempdir_in(paths::target())?;
    for name in ["package.json", LOCK] {
        fs::copy(wanted.join(name), beside.path().join(name))?;
    }
    let arguments = [
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=1",
        "--fetch-timeout=30000",
    ];
    let mut command = program::command("npm", &arguments);
    program::run_command(command.current_dir(beside.path()))?;
    let take = |name: &str, package: &str| {
        let from = beside.path().join(SCOPE).join(package).join(name);
        replace(&from, &folder.join(name))
    };
    for (name, package) in FILES.into_iter().chain(LICENCES) {
        take(name, package)?;
    }
    fs::write(folder.join(LOCK), lock)?;
    println!("{} is fetched", folder.display());
    Ok(())
}

/// At one stroke: a console may be reading.
fn replace(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("{} cannot be written", to.display()))
}
