//! The console's settings: one TOML file, read once; secrets may come from the environment.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use axum::http::Uri;
use backend::retention::Limits;
use ipnet::IpNet;
use serde::Deserialize;

/// Overrides `database.url`, so that the file needs no password in it.
const DATABASE_URL: &str = "CALLWARDEN_DATABASE_URL";

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no TOML, or has a key that is not known.
    #[error("{}: {source}", path.display())]
    Parse {
        /// Which.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// `http.public_url` is not `http(s)://host[:port]`.
    #[error("http.public_url must be http:// or https:// with a host and nothing after it")]
    PublicUrl,
}

/// Everything. `server/callwarden.example.toml` explains each key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The private Postgres keeps its files here.
    pub data_dir: PathBuf,
    /// `[http]`
    pub http: Http,
    /// `[database]`
    pub database: Database,
    /// `[secrets]`
    pub secrets: Secrets,
    /// `[retention]`
    pub retention: Limits,
    /// `[geo]`
    pub geo: Geo,
    /// `[alerts]`
    pub alerts: backend::alerts::Settings,
    /// `[site]`
    pub site: Site,
    /// `[log]`
    pub log: Log,
}

/// How browsers and workers reach the console.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// What stands in the browser's address bar, where that is not what we listen on.
    pub public_url: Option<String>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Sends the session cookie over plain HTTP too.
    pub insecure_cookies: bool,
}

/// Where the state is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `None`: a private Postgres in [`Settings::data_dir`].
    pub url: Option<Secret>,
    /// Most connections of this replica.
    pub max_connections: u32,
}

/// What is stored sealed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secrets {
    /// The key's file; `None`: `secret.key` in [`Settings::data_dir`].
    pub key_file: Option<PathBuf>,
}

/// Countries and networks of addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Geo {
    /// Folder with the files; `None`: they stay unknown.
    pub folder: Option<PathBuf>,
}

/// The files that browsers load.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// Folder with `pkg/` and the public files.
    pub root: PathBuf,
    /// Names the hashed files in `pkg/`; a relative path starts beside the program.
    pub hash_file: PathBuf,
}

/// Log lines on standard error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// One JSON object a line.
    pub json: bool,
}

/// Text that is never printed.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            http: Http::default(),
            database: Database::default(),
            secrets: Secrets::default(),
            retention: Limits::default(),
            geo: Geo::default(),
            alerts: backend::alerts::Settings::default(),
            site: Site::default(),
            log: Log::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            public_url: None,
            trusted_proxies: Vec::new(),
            insecure_cookies: false,
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            max_connections: 20,
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            root: PathBuf::from("site"),
            hash_file: PathBuf::from("hash.txt"),
        }
    }
}

impl Settings {
    /// From a file (or only defaults), the environment on top.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let mut settings = match path {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
                    path: path.to_owned(),
                    source,
                })?;
                toml::from_str(&text).map_err(|mut source| {
                    // The line it quotes may hold the database's password.
                    source.set_input(None);
                    ConfigError::Parse {
                        path: path.to_owned(),
                        source: Box::new(source),
                    }
                })?
            }
        };
        if let Ok(url) = std::env::var(DATABASE_URL) {
            settings.database.url = Some(Secret(url));
        }
        settings.http.public_origin()?;
        Ok(settings)
    }

    /// `[alerts]`, with the page that messages lead to.
    pub fn alerts(&self) -> backend::alerts::Settings {
        let origin = self.http.public_origin().ok().flatten();
        backend::alerts::Settings {
            console: origin.map(|origin| format!("{origin}/alerts")),
            ..self.alerts.clone()
        }
    }
}

impl Http {
    /// Scheme, host and port of [`Http::public_url`], as browsers write them in `Origin`.
    pub fn public_origin(&self) -> Result<Option<String>, ConfigError> {
        let Some(url) = &self.public_url else {
            return Ok(None);
        };
        let uri: Uri = url.parse().map_err(|_| ConfigError::PublicUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(ConfigError::PublicUrl);
        };
        let plain = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
        if !plain || !["http", "https"].contains(&scheme) {
            return Err(ConfigError::PublicUrl);
        }
        Ok(Some(format!(
            "{scheme}://{}",
            authority.as_str().to_ascii_lowercase()
        )))
    }

    /// The host name or address in [`Http::public_url`], without the port.
    pub fn public_host(&self) -> Option<String> {
        let uri: Uri = self.public_url.as_deref()?.parse().ok()?;
        Some(uri.host()?.trim_matches(['[', ']']).to_owned())
    }

    /// Does the browser speak HTTPS with us?
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https:"))
    }

    /// Only over HTTPS, except where that cannot be: on this machine itself, or by order.
    pub fn secure_cookies(&self) -> bool {
        let this_machine = self.listen.ip().is_loopback() && !self.is_https();
        !self.insecure_cookies && !this_machine
    }

    /// Is it the address of a proxy that is ours?
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&peer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn the_example_shows_every_key_and_works() {
        let text = include_str!("../callwarden.example.toml");
        let settings = parse(text).unwrap();
        assert_eq!(settings.http.listen.port(), 3000);
        assert!(settings.http.secure_cookies());
        assert_eq!(
            settings.http.public_origin().unwrap().unwrap(),
            "https://console.example.org"
        );
        for key in [
            "data_dir",
            "listen",
            "public_url",
            "trusted_proxies",
            "insecure_cookies",
        ]
        .into_iter()
        .chain([
            "url",
            "max_connections",
            "key_file",
            "folder",
            "root",
            "hash_file",
            "json",
        ])
        .chain(["days", "attack_rows", "ban_event_rows", "allow_private"])
        {
            assert!(
                text.lines()
                    .any(|line| line.starts_with(&format!("{key} = "))),
                "{key}"
            );
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        for text in [
            "colour = 1",
            "[http]\nport = 80",
            "[database]\npassword = 'x'",
            "[tls]",
            "[geo]\nurl = 'https://geo.example.org'",
            "[retention]\nweeks = 1",
            "[retention]\ndays = 0",
            "[retention]\nattack_rows = -1",
            "[alerts]\nconsole = 'x'",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("").is_ok());
    }

    #[test]
    fn secrets_are_not_printed() {
        let settings = parse("[database]\nurl = 'postgres://u:hunter2@db/x'").unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn cookies_are_secure_unless_it_cannot_be() {
        let secure = |text: &str| parse(text).unwrap().http.secure_cookies();
        assert!(!secure(""));
        assert!(secure("[http]\nlisten = '0.0.0.0:3000'"));
        assert!(secure("[http]\npublic_url = 'https://console.example.org'"));
        assert!(!secure(
            "[http]\nlisten = '0.0.0.0:3000'\ninsecure_cookies = true"
        ));
    }

    #[test]
    fn public_urls_are_origins() {
        let origin = |url: &str| {
            Http {
                public_url: Some(url.into()),
                ..Http::default()
            }
            .public_origin()
        };
        assert_eq!(
            origin("https://A.example/").unwrap().unwrap(),
            "https://a.example"
        );
        assert_eq!(
            origin("http://a.example:81").unwrap().unwrap(),
            "http://a.example:81"
        );
        let host = Http {
            public_url: Some("https://[2001:db8::1]:8443".into()),
            ..Http::default()
        };
        assert_eq!(host.public_host().as_deref(), Some("2001:db8::1"));
        for bad in [
            "a.example",
            "ftp://a.example",
            "https://a.example/x",
            "https://u@a.example",
            "/",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
