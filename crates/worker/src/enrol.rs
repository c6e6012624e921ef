//! Makes this host a node: a one-time code is traded for a token.

use std::path::Path;

use domain::wire::{Enrol, VERSION};

use crate::config::{Config, ConfigError, ConsoleConfig, check_url};
use crate::console::token::{self, Token};
use crate::console::{Client, ConsoleError};
use crate::host;

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
        let text = format!("[console]\nurl = {}\n", toml::Value::from(url));
        let failed = |source| EnrolError::Write {
            path: path.display().to_string(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(path, text).map_err(failed)?;
    }
    let mut config = Config::load(path)?;
    if let Some(url) = console {
        check_url(url)?;
        url.clone_into(&mut config.console.url);
    }
    Ok(config)
}

/// Enrols and keeps the token; the node's name.
///
/// # Errors
/// [`EnrolError`].
pub async fn enrol(
    console: &ConsoleConfig,
    state_dir: &Path,
    code: &str,
) -> Result<String, EnrolError> {
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
    };
    let enrolled = Client::new(console)?.enrol(&enrol).await?;
    let token = Token::new(&enrolled.token).ok_or(ConsoleError::Garbled)?;
    token::save(state_dir, &token).map_err(failed)?;
    Ok(enrolled.node_name)
}
