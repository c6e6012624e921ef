//! Makes this host a node: a one-time code is traded for a token.

use std::path::Path;

use domain::wire::{self, Enrol, VERSION};
use serde::Deserialize;
use toml::Spanned;

use crate::config::{Config, ConfigError, check_url};
use crate::config_files::{EventSocket, Paths};
use crate::console::token::{self, Token};
use crate::console::{Client, ConsoleError};
use crate::{files, host};

/// Why the host is no node.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The console does not take the code, or is not reached.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// Settings or token cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// What.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// The settings of a file; where there is none yet it is written, with the console's address.
///
/// # Errors
/// [`EnrolError`].
pub fn settings(path: &Path, console: Option<&str>) -> Result<Config, EnrolError> {
    if let (false, Some(url)) = (path.exists(), console) {
        check_url(url)?;
        write(
            path,
            &format!("[console]\nurl = {}\n", toml::Value::from(url)),
        )?;
    }
    let mut config = Config::load(path)?;
    if let Some(url) = console {
        check_url(url)?;
        url.clone_into(&mut config.console.url);
    }
    Ok(config)
}

#[derive(Deserialize)]
struct Written {
    console: WrittenConsole,
}

#[derive(Deserialize)]
struct WrittenConsole {
    url: Spanned<String>,
}

/// Makes the file name the console that took the code; everything else in it stays as it is.
///
/// # Errors
/// [`EnrolError::Config`], [`EnrolError::Write`].
pub fn keep_console(path: &Path, url: &str) -> Result<(), EnrolError> {
    let read = |source| ConfigError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = std::fs::read_to_string(path).map_err(read)?;
    let written: Written = toml::from_str(&text).map_err(|error| ConfigError::Parse {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    let written = written.console.url;
    if written.get_ref() == url {
        return Ok(());
    }
    text.replace_range(written.span(), &toml::Value::from(url).to_string());
    // Where it is a link, what it leads to.
    let real = std::fs::canonicalize(path).map_err(read)?;
    write(&real, &text)
}

/// Whole or not at all: a full disk must not cost the operator's settings.
fn write(path: &Path, text: &str) -> Result<(), EnrolError> {
    let written = files::write_atomic(path, text);
    written.map(drop).map_err(|error| EnrolError::Write {
        path: error.path.display().to_string(),
        source: error.source,
    })
}

/// Enrols and keeps the token; the node's name.
///
/// # Errors
/// [`EnrolError`].
pub async fn enrol(config: &Config, code: &str) -> Result<String, EnrolError> {
    let state_dir = &config.node.state_dir;
    let failed = |source| EnrolError::Write {
        path: token::path(state_dir).display().to_string(),
        source,
    };
    // Before the code is used up.
    token::prepare(state_dir).map_err(failed)?;
    let enrol = Enrol {
        version: VERSION,
        code: code.trim().to_owned(),
        host_name: host::name(),
        worker_version: env!("CARGO_PKG_VERSION").to_owned(),
        event_socket: event_socket(config),
    };
    let enrolled = Client::new(&config.console)?.enrol(&enrol).await?;
    let token = Token::new(&enrolled.token).ok_or(ConsoleError::Garbled)?;
    token::save(state_dir, &token).map_err(failed)?;
    Ok(enrolled.node_name)
}

/// What the console needs to reach the switch, and to refuse one that everybody can sign in at. What
/// cannot be read here is asked for on the node's page.
fn event_socket(config: &Config) -> Option<wire::EventSocket> {
    let found = EventSocket::read(&Paths::new(&config.freeswitch)).ok()?;
    Some(wire::EventSocket {
        port: found.port,
        password: Some(found.password),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_keep_the_console_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("worker.toml");
        let example = include_str!("../worker.example.toml");
        std::fs::write(&path, example).unwrap();
        // Shows what is written into the old file.
        let old = folder.path().join("old");
        std::fs::hard_link(&path, &old).unwrap();
        keep_console(&path, "https://console.example.net:8443").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            example.replace(
                "https://console.example",
                "https://console.example.net:8443"
            )
        );
        assert_eq!(std::fs::read_to_string(old).unwrap(), example);
        let config = settings(&path, None).unwrap();
        assert_eq!(config.console.url, "https://console.example.net:8443");
    }
}
