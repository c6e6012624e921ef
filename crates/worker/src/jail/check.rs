//! What fail2ban would make of its configuration files: `fail2ban-client -d`, which asks no server.
//!
//! A file with a mistake would stop the whole fail2ban at its next start, so each change is read
//! with fail2ban's own reader before anything is loaded, and taken back if that fails.

use std::path::PathBuf;

use super::text::Limits;
use crate::fail2ban::Fail2ban;
use crate::fail2ban::client::ClientError;

/// The parsed configuration, as far as our jail is concerned.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// The jail is enabled.
    pub jail: bool,
    /// Its `ignoreip`, all files together.
    pub ignoreip: Vec<String>,
    /// Its `bantime`, `findtime` and `maxretry` as they stand there.
    pub limits: Limits,
}

/// Reads all of fail2ban's files as fail2ban does.
///
/// # Errors
/// [`ClientError::Refused`] where they hold a mistake.
pub(super) async fn parse_config(fail2ban: &Fail2ban) -> Result<Parsed, ClientError> {
    let dump = fail2ban.dump_config().await?;
    Ok(parse(&dump, fail2ban.jail_name()))
}

/// Lines are commands as Python lists of texts.
fn parse(dump: &str, jail: &str) -> Parsed {
    let start = format!("['start', '{jail}']");
    let ignore = format!("['set', '{jail}', 'addignoreip', '");
    let setting = format!("['set', '{jail}', '");
    let mut parsed = Parsed::default();
    for line in dump.lines() {
        let line = line.trim();
        if let Some((name, value)) = line
            .strip_prefix(&setting)
            .and_then(|rest| rest.strip_suffix(']')?.split_once("', "))
        {
            // What stands in quotes, or a number. Nothing else comes into a file of ours.
            let value = value.trim_matches('\'');
            let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
            if !value.is_empty() && value.bytes().all(sound) {
                match name {
                    "bantime" => value.clone_into(&mut parsed.limits.bantime),
                    "findtime" => value.clone_into(&mut parsed.limits.findtime),
                    "maxretry" => value.clone_into(&mut parsed.limits.maxretry),
                    _ => {}
                }
            }
        }
        if line == start {
            parsed.jail = true;
        } else if let Some(list) = line.strip_prefix(&ignore) {
            let list = list.trim_end_matches("']");
            parsed.ignoreip = list.split("', '").map(str::to_owned).collect();
        }
    }
    parsed
}

/// Where the configuration stands.
pub(super) fn at(fail2ban: &Fail2ban, relative: &str) -> PathBuf {
    fail2ban.config().config_dir.join(relative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_our_jails_lines_only() {
        let dump = "['set', 'sshd', 'addignoreip', '192.0.2.1']\n\
            ['set', 'sshd', 'bantime', '1d']\n\
            ['set', 'cti', 'bantime', '-1']\n['set', 'cti', 'maxretry', 3]\n\
            ['set', 'cti', 'findtime', '10m\\nx = y']\n\
            ['set', 'cti', 'addignoreip', '127.0.0.0/8', '203.0.113.9']\n['start', 'cti']\n";
        assert_eq!(
            parse(dump, "cti"),
            Parsed {
                jail: true,
                ignoreip: vec!["127.0.0.0/8".into(), "203.0.113.9".into()],
                limits: Limits {
                    bantime: "-1".into(),
                    maxretry: "3".into(),
                    ..Limits::default()
                },
            }
        );
        assert_eq!(parse(dump, "other"), Parsed::default());
    }
}
