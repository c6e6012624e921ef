//! Settings of the program.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What `--help` shows.
pub const EXAMPLE: &str = r#"Settings (TOML), all with their defaults but conf_dir:

  conf_dir = "/tmp/nodes"     # each switch has a folder in it, pbx1, pbx2 …; a missing one is
                              # written with the stock configuration
  listen = "127.0.0.1"
  base_port = 8021            # the next switch has the next port; 0: any
  nodes = 1
  password = "…"              # instead of the one in event_socket.conf.xml
  heartbeat_seconds = 20
  modules = []                # loaded besides the stock ones, e.g. ["mod_cti"]"#;

/// Many more would not find ports.
const MOST_NODES: u16 = 10_000;

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub conf_dir: PathBuf,
    #[serde(default = "loopback")]
    pub listen: IpAddr,
    #[serde(default = "usual_port")]
    pub base_port: u16,
    #[serde(default = "one")]
    pub nodes: u16,
    pub password: Option<String>,
    #[serde(default = "usual_heartbeat")]
    pub heartbeat_seconds: u64,
    #[serde(default)]
    pub modules: Vec<String>,
}

fn loopback() -> IpAddr {
    IpAddr::from([127, 0, 0, 1])
}

fn usual_port() -> u16 {
    8021
}

fn one() -> u16 {
    1
}

fn usual_heartbeat() -> u64 {
    20
}

impl Config {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text =
            std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
        Self::parse(&text).with_context(|| format!("{name} is not understood"))
    }

    fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text)?;
        ensure!(
            (1..=MOST_NODES).contains(&config.nodes),
            "nodes must be from 1 to {MOST_NODES}"
        );
        ensure!(
            config.base_port == 0 || config.base_port.checked_add(config.nodes - 1).is_some(),
            "there are not so many ports above base_port"
        );
        ensure!(
            config.heartbeat_seconds > 0,
            "heartbeat_seconds must be at least 1"
        );
        Ok(config)
    }

    /// The port of a switch, counted from 0.
    pub fn port(&self, index: u16) -> u16 {
        match self.base_port {
            0 => 0,
            base => base + index,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_understood() {
        let (_, example) = EXAMPLE.split_once("\n\n").unwrap();
        let config = Config::parse(example).unwrap();
        assert_eq!((config.port(0), config.nodes), (8021, 1));
    }

    #[test]
    fn refuses_what_cannot_be() {
        for text in [
            "nodes = 1",
            "conf_dir = '/x'\nnodes = 0",
            "conf_dir = '/x'\nnodes = 2\nbase_port = 65535",
            "conf_dir = '/x'\nheartbeat_seconds = 0",
            "conf_dir = '/x'\npasword = 'typo'",
        ] {
            assert!(Config::parse(text).is_err(), "{text}");
        }
    }
}
