//! Where PostgreSQL's programs are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;

const PACKAGES: &str = "/usr/lib/postgresql";

/// A folder with `postgres` and `initdb` of one version.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// `$PGBIN`, `$PATH`, then Debian's folders, newest first; the first that fits existing data.
    pub(super) fn find(data: &Path) -> Result<Self, PostgresError> {
        let all: Vec<PathBuf> = candidates()
            .into_iter()
            .filter(|folder| is_complete(folder))
            .collect();
        let Some(first) = all.first() else {
            return Err(PostgresError::Missing);
        };
        let Ok(version) = fs::read_to_string(data.join("PG_VERSION")) else {
            return Ok(Self(first.clone()));
        };
        let version = version.trim().to_owned();
        all.iter()
            .find(|folder| major(folder).is_some_and(|major| major == version))
            .map(|folder| Self(folder.clone()))
            .ok_or_else(|| PostgresError::OtherVersion {
                folder: data.to_owned(),
                found: version,
            })
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.0.join("initdb")
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = env::var_os("PGBIN")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    if let Some(path) = env::var_os("PATH") {
        found.extend(env::split_paths(&path).filter(|folder| folder.is_absolute()));
    }
    let mut packages: Vec<(u32, PathBuf)> = fs::read_dir(PACKAGES)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    packages.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.extend(packages.into_iter().map(|(_, folder)| folder));
    found
}

fn is_complete(folder: &Path) -> bool {
    ["postgres", "initdb"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// `15` from `postgres (PostgreSQL) 15.20 (Debian …)`.
fn major(folder: &Path) -> Option<String> {
    let output = Command::new(folder.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split(") ").nth(1)?;
    Some(
        version
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .to_owned(),
    )
}
