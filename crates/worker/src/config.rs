//! The worker's settings: one TOML file, one struct per section, unknown keys refused.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key or a value of the wrong type.
    #[error("{}: {reason}", path.display())]
    Parse {
        /// Which.
        path: PathBuf,
        /// Line, column and what is wrong there.
        reason: String,
    },
    /// A value that would not be safe or could not work.
    #[error("{key}: {reason}")]
    Value {
        /// Section and key.
        key: &'static str,
        /// In words.
        reason: String,
    },
}

/// Everything the worker is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the console is.
    pub console: ConsoleConfig,
    /// This host.
    #[serde(default)]
    pub node: NodeConfig,
    /// What is tailed.
    #[serde(default)]
    pub attack_log: AttackLogConfig,
    /// The ban engine.
    #[serde(default)]
    pub fail2ban: Fail2banConfig,
    /// FreeSWITCH's own configuration.
    #[serde(default)]
    pub freeswitch: FreeswitchConfig,
    /// How the kernel's rules are read.
    #[serde(default)]
    pub firewall: FirewallConfig,
    /// The disk journal.
    #[serde(default)]
    pub spool: SpoolConfig,
}

/// `[console]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleConfig {
    /// `https://…`; `http://` only to this very host.
    pub url: String,
    /// PEM file of the authority that signed the console's certificate, where the system does not
    /// know it.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// `[node]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeConfig {
    /// Token, positions and spool.
    pub state_dir: PathBuf,
}

/// `[attack_log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttackLogConfig {
    /// `cti_fail2ban.log`
    pub path: PathBuf,
}

/// `[fail2ban]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fail2banConfig {
    /// The server's socket.
    pub socket: PathBuf,
    /// The server's log, tailed for ban events.
    pub log: PathBuf,
    /// `jail.d` and `filter.d` stand in it.
    pub config_dir: PathBuf,
    /// `fail2ban-client`, the way out when the socket's answers cannot be understood.
    pub client: PathBuf,
    /// Our jail.
    pub jail: String,
}

/// `[freeswitch]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FreeswitchConfig {
    /// Its configuration.
    pub conf_dir: PathBuf,
    /// `cti.json`, where it is not in [`Self::conf_dir`].
    pub cti_json: Option<PathBuf>,
    /// `acl.conf.xml`, where it is not in `autoload_configs` of it.
    pub acl_conf: Option<PathBuf>,
    /// The folder of the SIP profiles, where it is another.
    pub sip_profiles: Option<PathBuf>,
    /// `event_socket.conf.xml`, where it is not in `autoload_configs`.
    pub event_socket_conf: Option<PathBuf>,
}

/// `[firewall]`: argument arrays, so that a prefix (`nsenter …`) can stand in front; never a shell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FirewallConfig {
    /// `nft`
    pub nft: Vec<String>,
    /// `ipset`
    pub ipset: Vec<String>,
    /// `iptables`
    pub iptables: Vec<String>,
    /// `ip6tables`
    pub ip6tables: Vec<String>,
}

/// `[spool]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpoolConfig {
    /// Most bytes on disk; tailing pauses when they are used up.
    pub max_bytes: u64,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            state_dir: "/var/lib/callwarden-worker".into(),
        }
    }
}

impl Default for AttackLogConfig {
    fn default() -> Self {
        Self {
            path: "/var/log/freeswitch/cti_fail2ban.log".into(),
        }
    }
}

impl Default for Fail2banConfig {
    fn default() -> Self {
        Self {
            socket: "/var/run/fail2ban/fail2ban.sock".into(),
            log: "/var/log/fail2ban.log".into(),
            config_dir: "/etc/fail2ban".into(),
            client: "/usr/bin/fail2ban-client".into(),
            jail: "cti".into(),
        }
    }
}

impl Default for FreeswitchConfig {
    fn default() -> Self {
        Self {
            conf_dir: "/etc/freeswitch".into(),
            cti_json: None,
            acl_conf: None,
            sip_profiles: None,
            event_socket_conf: None,
        }
    }
}

impl Default for FirewallConfig {
    fn default() -> Self {
        let argv = |program: &str| vec![program.to_owned()];
        Self {
            nft: argv("/usr/sbin/nft"),
            ipset: argv("/usr/sbin/ipset"),
            iptables: argv("/usr/sbin/iptables"),
            ip6tables: argv("/usr/sbin/ip6tables"),
        }
    }
}

impl Default for SpoolConfig {
    fn default() -> Self {
        Self {
            max_bytes: 256 << 20,
        }
    }
}

/// Below this the spool could not hold a few reports.
const SPOOL_LEAST: u64 = 8 << 20;

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Checks a text; `path` is for the error only.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Parse {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_url(&self.console.url)?;
        let absolute = [
            ("node.state_dir", &self.node.state_dir),
            ("attack_log.path", &self.attack_log.path),
            ("fail2ban.socket", &self.fail2ban.socket),
            ("fail2ban.log", &self.fail2ban.log),
            ("fail2ban.config_dir", &self.fail2ban.config_dir),
            ("fail2ban.client", &self.fail2ban.client),
        ];
        let freeswitch = &self.freeswitch;
        let chosen = [
            ("freeswitch.conf_dir", Some(&freeswitch.conf_dir)),
            ("freeswitch.cti_json", freeswitch.cti_json.as_ref()),
            ("freeswitch.acl_conf", freeswitch.acl_conf.as_ref()),
            ("freeswitch.sip_profiles", freeswitch.sip_profiles.as_ref()),
            (
                "freeswitch.event_socket_conf",
                freeswitch.event_socket_conf.as_ref(),
            ),
        ];
        let chosen = chosen.into_iter();
        let chosen = chosen.filter_map(|(key, path)| Some((key, path?)));
        for (key, path) in absolute.into_iter().chain(chosen) {
            if !path.is_absolute() {
                return Err(value(key, "must be an absolute path"));
            }
        }
        let commands = [
            ("firewall.nft", &self.firewall.nft),
            ("firewall.ipset", &self.firewall.ipset),
            ("firewall.iptables", &self.firewall.iptables),
            ("firewall.ip6tables", &self.firewall.ip6tables),
        ];
        for (key, argv) in commands {
            if !argv.first().is_some_and(|program| program.starts_with('/')) {
                return Err(value(key, "must start with the program's absolute path"));
            }
        }
        let jail = &self.fail2ban.jail;
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if jail.is_empty() || jail.len() > 26 || !jail.bytes().all(word) || jail.starts_with('-') {
            let reason = "must be 1 to 26 letters, digits, `-` or `_`";
            return Err(value("fail2ban.jail", reason));
        }
        if self.spool.max_bytes < SPOOL_LEAST {
            return Err(value("spool.max_bytes", "must be at least 8 MiB"));
        }
        Ok(())
    }
}

/// `https`, or `http` to a loopback address; no user, password, query or fragment in it.
///
/// # Errors
/// [`ConfigError::Value`]; never with the URL's text, which may hold a password.
pub fn check_url(url: &str) -> Result<(), ConfigError> {
    let refused = |reason: &str| Err(value("console.url", reason));
    let Ok(url) = reqwest::Url::parse(url) else {
        return refused("is not a URL");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not hold a user or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refused("must not hold a query or fragment");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => refused("must be https:// (http:// only to a loopback address)"),
        _ => refused("must start with https://"),
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

fn value(key: &'static str, reason: &str) -> ConfigError {
    ConfigError::Value {
        key,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../worker.example.toml");

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("worker.toml"))
    }

    #[test]
    fn the_example_is_complete_and_shows_the_defaults() {
        let example = parse(EXAMPLE).unwrap();
        let short = parse("[console]\nurl = \"https://console.example\"").unwrap();
        let mut shown = short.clone();
        shown.console = example.console.clone();
        assert_eq!(format!("{example:?}"), format!("{shown:?}"));
        // Every key of every section stands in the example.
        for line in format!("{example:#?}").lines() {
            if let Some((key, _)) = line.trim().split_once(':') {
                assert!(EXAMPLE.contains(key), "{key} is missing in the example");
            }
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        for text in [
            "[console]\nurl = \"https://c.example\"\ncolour = 1",
            "[console]\nurl = \"https://c.example\"\n[consol]\nurl = \"x\"",
            "[console]\nurl = \"https://c.example\"\n[fail2ban]\njails = \"cti\"",
        ] {
            assert!(
                matches!(parse(text), Err(ConfigError::Parse { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn plain_http_only_to_this_host() {
        for (url, good) in [
            ("https://console.example", true),
            ("https://console.example:8443/base", true),
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("http://localhost:3000", true),
            ("http://192.0.2.7", false),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("ftp://127.0.0.1", false),
            ("https://user:secret@console.example", false),
            ("https://console.example/?a=b", false),
            ("console.example", false),
        ] {
            let got = check_url(url);
            assert_eq!(got.is_ok(), good, "{url}");
            if let Err(error) = got {
                assert!(!error.to_string().contains("secret"));
            }
        }
    }

    #[test]
    fn values_that_cannot_work_are_named() {
        for (section, key) in [
            ("[node]\nstate_dir = \"state\"", "node.state_dir"),
            ("[freeswitch]\nconf_dir = \"conf\"", "freeswitch.conf_dir"),
            (
                "[freeswitch]\ncti_json = \"../cti.json\"",
                "freeswitch.cti_json",
            ),
            ("[firewall]\nnft = [\"nft\"]", "firewall.nft"),
            ("[firewall]\nipset = []", "firewall.ipset"),
            ("[fail2ban]\njail = \"a b\"", "fail2ban.jail"),
            ("[fail2ban]\njail = \"\"", "fail2ban.jail"),
            ("[spool]\nmax_bytes = 10", "spool.max_bytes"),
        ] {
            let text = format!("[console]\nurl = \"https://c.example\"\n{section}");
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.contains(key), "{section}: {error}");
        }
    }
}
