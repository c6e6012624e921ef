//! Where FreeSWITCH's files are. Only the worker's own settings say so, never the console.

use std::path::PathBuf;

use crate::config::FreeswitchConfig;

/// Absolute paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `cti.json`
    pub cti_json: PathBuf,
    /// `autoload_configs/acl.conf.xml`
    pub acl_conf: PathBuf,
    /// `sip_profiles`, a folder.
    pub sip_profiles: PathBuf,
    /// `autoload_configs/event_socket.conf.xml`
    pub event_socket_conf: PathBuf,
    /// `vars.xml`
    pub vars: PathBuf,
}

impl Paths {
    /// Each as it is set, or where FreeSWITCH has it.
    pub fn new(config: &FreeswitchConfig) -> Self {
        let at = |set: &Option<PathBuf>, usual: &str| {
            set.clone().unwrap_or_else(|| config.conf_dir.join(usual))
        };
        Self {
            cti_json: at(&config.cti_json, "cti.json"),
            acl_conf: at(&config.acl_conf, "autoload_configs/acl.conf.xml"),
            sip_profiles: at(&config.sip_profiles, "sip_profiles"),
            event_socket_conf: at(
                &config.event_socket_conf,
                "autoload_configs/event_socket.conf.xml",
            ),
            vars: config.conf_dir.join("vars.xml"),
        }
    }
}
