//! `fail2ban-client`: the way out when the socket's answers cannot be understood, and the only way
//! to load a jail (the client reads the configuration files, not the server).
//!
//! Exit status 0 or 255, nothing else; a refusal prints a text on standard output too, so that is
//! never read unless the status is 0.

use std::path::PathBuf;
use std::time::Duration;

use super::run::{RunError, run};

/// Most bytes of its output (40,000 bans with their times are 2.8 MB).
const OUTPUT_LIMIT: usize = 16 << 20;

/// Why the client was of no help.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It did not run to its end.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It ran and refused.
    #[error("fail2ban-client refused: {0}")]
    Refused(String),
    /// It said something else than it says.
    #[error("fail2ban-client's answer cannot be understood")]
    Shape,
}

/// How the client is called.
#[derive(Clone, Debug)]
pub struct Client {
    argv: Vec<String>,
    limit: Duration,
}

impl Client {
    /// `program -c config_dir -s socket …`
    pub fn new(
        program: &[String],
        config_dir: &PathBuf,
        socket: &PathBuf,
        limit: Duration,
    ) -> Self {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut argv = program.to_vec();
        argv.extend(["-c".into(), text(config_dir), "-s".into(), text(socket)]);
        Self { argv, limit }
    }

    /// Runs one command; its standard output without the line end.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn call(&self, words: &[&str]) -> Result<String, ClientError> {
        let mut argv = self.argv.clone();
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        let output = run(&argv, self.limit, OUTPUT_LIMIT).await?;
        if !output.success {
            return Err(ClientError::Refused(output.stderr.trim().to_owned()));
        }
        let text = String::from_utf8(output.stdout).map_err(|_| ClientError::Shape)?;
        Ok(text.trim_end_matches('\n').to_owned())
    }
}

/// A bare number.
pub(super) fn number(text: &str) -> Result<i64, ClientError> {
    text.trim().parse().map_err(|_| ClientError::Shape)
}

/// `Server replied: pong`
pub(super) fn pong(text: &str) -> Result<(), ClientError> {
    (text.trim() == "Server replied: pong")
        .then_some(())
        .ok_or(ClientError::Shape)
}

/// A headed tree: `header`, then `|- entry` and `` `- entry `` lines. A header alone is an empty
/// list.
pub(super) fn tree(text: &str) -> Result<Vec<String>, ClientError> {
    text.lines()
        .skip(1)
        .map(|line| {
            line.strip_prefix("|- ")
                .or_else(|| line.strip_prefix("`- "))
                .map(str::to_owned)
                .ok_or(ClientError::Shape)
        })
        .collect()
}

/// `get JAIL actions`: a header, then the names with commas.
pub(super) fn names(text: &str) -> Result<Vec<String>, ClientError> {
    let names = text.lines().nth(1).ok_or(ClientError::Shape)?;
    Ok(names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect())
}

/// The number beside `label` in `status JAIL`'s tree.
pub(super) fn beside(text: &str, label: &str) -> Result<i64, ClientError> {
    let label = format!("{label}:");
    let line = text
        .lines()
        .find_map(|line| line.split_once(&label))
        .ok_or(ClientError::Shape)?;
    number(line.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_client_prints() {
        assert_eq!(number("86400").unwrap(), 86_400);
        assert!(number("Sorry but the jail 'x' does not exist").is_err());
        assert!(pong("Server replied: pong").is_ok() && pong("pong").is_err());
        assert_eq!(
            tree("These IP addresses/networks are ignored:\n|- 127.0.0.0/8\n`- 10.0.0.0/8")
                .unwrap(),
            ["127.0.0.0/8", "10.0.0.0/8"]
        );
        assert!(tree("No IP address/network is ignored").unwrap().is_empty());
        assert!(tree("header\nsomething else").is_err());
        assert_eq!(
            names("The jail cti has the following actions:\niptables-allports, two").unwrap(),
            ["iptables-allports", "two"]
        );
        let status = "Status for the jail: cti\n`- Actions\n   |- Currently banned:\t4\n";
        assert_eq!(beside(status, "Currently banned").unwrap(), 4);
        assert!(beside(status, "Currently failed").is_err());
    }
}
