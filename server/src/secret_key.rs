//! The key of what is stored sealed: from the environment, or from its file, which the first start makes.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use backend::seal::{KEY, Sealer, new_key};
use backend::secrets::{Check, check};
use backend::{Backend, Error};

use runtime::Shutdown;

use crate::config::Settings;
use crate::database;

/// 64 hexadecimal digits; wins over the file.
const VARIABLE: &str = "CALLWARDEN_SECRET_KEY";
/// In the data folder, where `secrets.key_file` names no other.
const FILE: &str = "secret.key";

/// The key of this replica.
///
/// # Errors
/// When it cannot be read or made, or is no key; never with what was read.
pub(crate) fn load(settings: &Settings) -> anyhow::Result<Sealer> {
    if let Ok(text) = std::env::var(VARIABLE) {
        return parse(&text).with_context(|| format!("{VARIABLE} must be 64 hexadecimal digits"));
    }
    let file = settings.secrets.key_file.clone();
    of_file(&file.unwrap_or_else(|| settings.data_dir.join(FILE)))
}

/// Refuses to go on with another key than the one that sealed what is stored. False when shutdown
/// came before the database.
///
/// # Errors
/// In words that say what to do.
pub(crate) async fn agree(backend: &Backend, shutdown: &Shutdown) -> anyhow::Result<bool> {
    let away = |error: &Error| matches!(error, Error::Database(error) if database::is_away(error));
    let checked = database::once_there(shutdown, async || check(backend).await, away).await;
    match checked.context("the secret key cannot be compared")? {
        None => Ok(false),
        Some(Check::Ours) => Ok(true),
        Some(Check::Other { theirs, ours }) => bail!(
            "this console's secret key ({ours}) is not the one ({theirs}) that sealed what the database \
             holds. Give every console the same key: copy the key file of the first one \
             (secrets.key_file, {FILE} in its data_dir) or set {VARIABLE}. If that key is lost: \
             `callwarden forget-secrets`, then enter the passwords of the switches again"
        ),
    }
}

fn of_file(path: &Path) -> anyhow::Result<Sealer> {
    let shown = path.display();
    match File::open(path) {
        Ok(file) => {
            let mode = file.metadata()?.permissions().mode();
            if mode & 0o077 != 0 {
                tracing::warn!("others may read the secret key; chmod 600 {shown}");
            }
            let mut text = String::new();
            let read = file.take(1_000).read_to_string(&mut text);
            read.with_context(|| format!("{shown} cannot be read"))?;
            parse(&text).with_context(|| format!("{shown} must hold 64 hexadecimal digits"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path).with_context(|| format!("the secret key {shown} cannot be made"))
        }
        Err(error) => Err(error).with_context(|| format!("{shown} cannot be read")),
    }
}

/// Whole or not at all; where two start at once, the first one's holds.
fn make(path: &Path) -> anyhow::Result<Sealer> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let key = new_key();
    let new = PathBuf::from(format!("{}.{}", path.display(), std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    let text = key
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&new, path));
    std::fs::remove_file(&new)?;
    match linked {
        Ok(()) => {
            tracing::info!("secret key made: {}; keep a copy of it", path.display());
            Ok(Sealer::new(&key))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => of_file(path),
        Err(error) => Err(error.into()),
    }
}

fn parse(text: &str) -> Option<Sealer> {
    let digits = text.trim().as_bytes();
    let mut bytes = [0; KEY];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(Sealer::new(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_it_and_the_next_one_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/secret.key");
        let first = of_file(&path).unwrap();
        assert_eq!(of_file(&path).unwrap().id(), first.id());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        for text in [
            "",
            "hunter2",
            &"g".repeat(64),
            &"a".repeat(63),
            &"a".repeat(66),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = format!("{:#}", of_file(&path).unwrap_err());
            assert!(
                error.contains("64 hexadecimal") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
