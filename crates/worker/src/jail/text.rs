//! What stands in the jail's files.

use std::path::PathBuf;

use domain::health::JailSettings;
use domain::jail::{BASE_IGNORE, JailConfig};
use domain::net::Network;

use crate::files::OURS;
use crate::firewall::Backend;
use crate::host;

/// The nftables action: all protocols (SIP is UDP), networks too, and no program started per ban.
const NFTABLES: &str = include_str!("callwarden-nftables.py");

/// What is to be installed.
#[derive(Clone, Debug)]
pub struct JailPlan {
    /// The jail's name, `cti`.
    pub jail: String,
    /// The attack log it watches.
    pub log: PathBuf,
    /// What blocks the banned.
    pub backend: Backend,
}

/// What the jail does before and after a ban, as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an address stays banned; negative is for ever.
    pub bantime: String,
    /// Within which time failures count.
    pub findtime: String,
    /// Failures before a ban.
    pub maxretry: String,
}

impl Default for Limits {
    fn default() -> Self {
        Self::from(&JailConfig::default())
    }
}

impl From<&JailConfig> for Limits {
    fn from(config: &JailConfig) -> Self {
        Self::from(&JailSettings {
            bantime: config.bantime.get(),
            findtime: config.findtime.get(),
            maxretry: config.maxretry.get(),
        })
    }
}

impl From<&JailSettings> for Limits {
    fn from(settings: &JailSettings) -> Self {
        Self {
            bantime: settings.bantime.to_string(),
            findtime: settings.findtime.to_string(),
            maxretry: settings.maxretry.to_string(),
        }
    }
}

/// Why no file can be written from a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not 1 to 26 letters, digits, `-`, `_`.
    #[error("the jail's name must be 1 to 26 letters, digits, `-` or `_`")]
    Name,
    /// fail2ban would read it as something else: it expands `*`, `?`, `[`, `%` and splits at spaces.
    #[error("the attack log's path must be absolute, without spaces and without any of *?[]%<>#;")]
    LogPath,
}

impl JailPlan {
    /// The name of the action, as `get JAIL actions` answers it.
    pub fn action_name(&self) -> &'static str {
        match self.backend {
            Backend::Nftables => "callwarden-nftables",
            Backend::Ipset => "iptables-ipset-proto6-allports",
            Backend::Iptables => "iptables-allports",
        }
    }

    pub(super) fn jail_file(&self) -> PathBuf {
        format!("jail.d/callwarden-{}.local", self.jail).into()
    }

    fn action(&self) -> String {
        // SIP comes over UDP: the stock actions' default protocol, tcp, would let it pass, and
        // `nftables-allports[protocol=all]` of 1.0.2 fails at every ban.
        match self.backend {
            Backend::Nftables => "callwarden-nftables.py".to_owned(),
            Backend::Ipset | Backend::Iptables => {
                format!("{}[name=%(__name__)s, protocol=all]", self.action_name())
            }
        }
    }
}

/// The files of a plan: paths relative to `/etc/fail2ban`, and texts.
///
/// # Errors
/// [`PlanError`].
pub fn files(plan: &JailPlan) -> Result<Vec<(PathBuf, String)>, PlanError> {
    files_with(plan, &[], &Limits::default())
}

/// The same with other limits than ours, and with what the jail ignored before, beside
/// [`BASE_IGNORE`]; what cannot stand in the file is left out.
pub(super) fn files_with(
    plan: &JailPlan,
    kept: &[String],
    limits: &Limits,
) -> Result<Vec<(PathBuf, String)>, PlanError> {
    check_name(&plan.jail)?;
    let log = plan.log.to_str().ok_or(PlanError::LogPath)?;
    let bad = |character: char| {
        character.is_control() || character.is_whitespace() || "*?[]%<>#;\"'".contains(character)
    };
    if !plan.log.is_absolute() || log.contains(bad) {
        return Err(PlanError::LogPath);
    }
    let mut files = vec![
        (format!("filter.d/{}.conf", plan.jail).into(), filter()),
        (plan.jail_file(), jail(plan, log, kept, limits)),
    ];
    if plan.backend == Backend::Nftables {
        files.insert(
            0,
            ("action.d/callwarden-nftables.py".into(), NFTABLES.into()),
        );
    }
    Ok(files)
}

fn check_name(name: &str) -> Result<(), PlanError> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let good = (1..=26).contains(&name.len()) && name.bytes().all(word) && !name.starts_with('-');
    good.then_some(()).ok_or(PlanError::Name)
}

/// An octet without leading zeros.
const OCTET: &str = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

/// fail2ban's `<ADDR>` takes `1.2.3.999` and `1::2::3` too; banning such a text would have the
/// firewall program look it up as a name. So what may stand there is said before it.
fn failregex() -> String {
    let v4 = format!("{OCTET}(?:\\.{OCTET}){{3}}\\]");
    // `<ADDR>` knows the prefix of a mapped address in small letters only.
    format!(
        "^\\s*ip\\[(?=\\[?(?:(?:::[fF]{{4}}:)?{v4}|(?![^\\]]*::[^\\]]*::)[0-9a-fA-F:]*:[0-9a-fA-F:]*\\]))\
         (?:\\[?::[fF]{{4}}:(?=[0-9.]+\\]))?<ADDR>\\]"
    )
}

/// Do these expressions (as the running jail answers them) find attack lines?
pub fn finds_attacks(failregex: &[String]) -> bool {
    failregex
        .iter()
        .any(|regex| regex.starts_with("^\\s*ip\\[") || regex.starts_with("^ip\\["))
}

fn filter() -> String {
    format!(
        "{OURS}\
         # Only the address at the beginning counts, only the date that the module itself wrote last:\n\
         # everything between the two is the attacker's text.\n\
         [Definition]\n\
         failregex = {}\n\
         ignoreregex =\n\
         datepattern = at\\[({{DATE}})\\] [^\\[\\]]*$\n",
        failregex()
    )
}

fn jail(plan: &JailPlan, log: &str, kept: &[String], limits: &Limits) -> String {
    let Limits {
        bantime,
        findtime,
        maxretry,
    } = limits;
    let (name, action) = (&plan.jail, plan.action());
    let kept = kept.iter().map(String::as_str);
    let kept = kept.filter(|text| is_sound(text) && !BASE_IGNORE.contains(text));
    let ignore: Vec<&str> = BASE_IGNORE.into_iter().chain(kept).collect();
    let ignore = ignore.join(" ");
    // No name is ever looked up, neither an attacker's (`usedns`) nor our own host's: `ignoreself` asks
    // for that at the first failure, and bans wait for a name server that does not answer.
    format!(
        "{OURS}\
         [{name}]\n\
         enabled = true\n\
         filter = {name}\n\
         logpath = {log}\n\
         backend = auto\n\
         usedns = no\n\
         ignoreself = false\n\
         bantime = {bantime}\n\
         findtime = {findtime}\n\
         maxretry = {maxretry}\n\
         ignoreip = {ignore}\n\
         action = {action}\n"
    )
}

/// May it stand in `ignoreip`? Addresses, networks, host names, and `file:/path` of newer releases.
pub(super) fn is_sound(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".:/_-".contains(&byte);
    !text.is_empty() && text.bytes().all(good)
}

/// What a new jail's base list does not cover of this host's addresses. Later changes come with the
/// console's list of whom not to ban.
pub(super) fn own_addresses() -> Vec<Network> {
    let base: Vec<Network> = BASE_IGNORE
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let mut own = host::addresses();
    own.retain(|own| !base.iter().any(|base| base.contains(*own)));
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(jail: &str, log: &str) -> JailPlan {
        JailPlan {
            jail: jail.into(),
            log: log.into(),
            backend: Backend::Nftables,
        }
    }

    #[test]
    fn hostile_26_names_and_paths_cannot_add_settings() {
        assert!(files(&plan("cti", "/var/log/freeswitch/cti_fail2ban.log")).is_ok());
        for name in ["", "a b", "a]\n[sshd", "../x", "-cti", "a%b"] {
            let refused = files(&plan(name, "/var/log/x.log")).map(drop);
            assert_eq!(refused, Err(PlanError::Name), "{name:?}");
        }
        for log in [
            "relative.log",
            "/var/log/x\nenabled = false",
            "/var/log/*.log",
            "/var/log/%(x)s",
            "/var/log/a b",
            "/var/log/<HOST>",
        ] {
            let refused = files(&plan("cti", log)).map(drop);
            assert_eq!(refused, Err(PlanError::LogPath), "{log:?}");
        }
    }
}
