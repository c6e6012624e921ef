//! The data folder: made once, and never opened by two.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use super::owner::Owner;
use super::programs::Programs;
use super::{Durability, NAME, PostgresError};
use crate::namespace::LOOK_EVERY;

/// What `postmaster.pid` says.
pub(super) struct Postmaster {
    pub(super) pid: u32,
    pub(super) ready: bool,
    pub(super) socket: PathBuf,
}

pub(super) fn postmaster(data: &Path) -> Option<Postmaster> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Postmaster {
        pid: lines.first()?.parse().ok()?,
        ready: lines.get(7).is_some_and(|status| *status == "ready"),
        socket: lines.get(4).map(PathBuf::from).unwrap_or_default(),
    })
}

/// The same, if it is alive and lets somebody in.
pub(super) fn running(data: &Path) -> Option<Postmaster> {
    postmaster(data).filter(|found| found.ready && is_postmaster_of(found.pid, data))
}

/// Runs `initdb` and makes the database, in a folder that gets its name only when all is done: a
/// crash in between leaves nothing half made.
pub(super) async fn create_once(
    programs: &Programs,
    owner: &Owner,
    folder: &Path,
    data: &Path,
    durability: Durability,
) -> Result<(), PostgresError> {
    if data.join("PG_VERSION").exists() {
        return Ok(());
    }
    let draft = folder.join(format!("data.new.{}", std::process::id()));
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PostgresError::Folder { path, source }
    };
    if draft.exists() {
        fs::remove_dir_all(&draft).map_err(failed(&draft))?;
    }
    let path = |path: &PathBuf| path.display().to_string();
    let mut initdb = vec![
        path(&programs.initdb()),
        "-D".into(),
        path(&draft),
        "--username".into(),
        NAME.into(),
        // Whoever can open the socket is the owner or root: its folder is closed to all others.
        "--auth=trust".into(),
        "--encoding=UTF8".into(),
        "--locale=C.UTF-8".into(),
        "--no-instructions".into(),
    ];
    if durability == Durability::Fast {
        initdb.push("--no-sync".into());
    }
    run(owner, "initdb", initdb, "").await?;
    let mut single = vec![
        path(&programs.postgres()),
        "--single".into(),
        "-D".into(),
        path(&draft),
    ];
    single.push("postgres".into());
    run(
        owner,
        "postgres",
        single,
        &format!("create database {NAME};\n"),
    )
    .await?;
    match fs::rename(&draft, data) {
        Ok(()) => Ok(()),
        // Somebody else was faster; theirs is as good.
        Err(_) if data.join("PG_VERSION").exists() => {
            let _ = fs::remove_dir_all(&draft);
            Ok(())
        }
        Err(source) => Err(failed(data)(source)),
    }
}

async fn run(
    owner: &Owner,
    program: &'static str,
    argv: Vec<String>,
    input: &str,
) -> Result<(), PostgresError> {
    let mut command = owner.command(&argv);
    command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Translated or styled output would hide the reason.
        .env("LC_ALL", "C");
    let input = input.to_owned();
    let output: std::io::Result<Output> = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A child that does not read has its own reason, which it prints.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    })
    .await
    .unwrap_or_else(|_| Err(std::io::Error::other("the thread that ran it died")));
    let output = output.map_err(|source| PostgresError::Start { program, source })?;
    if output.status.success() {
        return Ok(());
    }
    let mut text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if let Some(signal) = output.status.signal() {
        text = format!("{text} (ended by signal {signal})");
    }
    Err(PostgresError::Init(text))
}

/// After a `kill -9` of its parent an old postmaster is about to end; after one of its own it has
/// left its file behind.
pub(super) async fn wait_for_predecessor(
    data: &Path,
    limit: Duration,
) -> Result<(), PostgresError> {
    let deadline = Instant::now() + limit;
    while let Some(old) = postmaster(data) {
        if !is_postmaster_of(old.pid, data) {
            // Its number may be another process's by now, which Postgres would take for a living
            // postmaster and refuse.
            let file = data.join("postmaster.pid");
            fs::remove_file(&file)
                .map_err(|source| PostgresError::Folder { path: file, source })?;
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(PostgresError::InUse {
                folder: data.to_owned(),
                pid: old.pid,
            });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

fn is_postmaster_of(pid: u32, data: &Path) -> bool {
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let data = data.as_os_str().as_encoded_bytes();
    command_line
        .split(|byte| *byte == 0)
        .any(|word| word == data)
}

/// The end of the log, where the reason stands.
pub(super) fn last_lines(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("; ")
}
