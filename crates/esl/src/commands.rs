//! The closed set of what is ever sent to a switch, and what counts as success.
//!
//! A command's text is made of words written here and of values whose types have no room for a line
//! end, a blank, a quote or a `$`: nothing that a person typed becomes command text. Not in the set on
//! purpose: `system` and its like, and `fsctl loglevel`, which without an argument ends all logging.

use std::net::IpAddr;
use std::time::Duration;

use domain::acl::ListName;
use domain::profile::ProfileName;

/// Something to ask a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Reads all XML again and builds every ACL list anew.
    ReloadAcl,
    /// Reads all XML again.
    ReloadXml,
    /// Takes over changed params of a SIP profile; calls go on.
    SofiaRescan(ProfileName),
    /// Is the module loaded? See [`crate::Answer::yes`].
    ModuleExists(Module),
    /// Unloads and loads a module.
    ReloadModule(Module),
    /// Does the list, as loaded, allow the address? See [`crate::Answer::yes`].
    Acl {
        /// Whom.
        address: IpAddr,
        /// By which list.
        list: ListName,
    },
    /// A configuration as loaded. See [`crate::Answer::located`].
    XmlLocate(ConfigName),
    /// Phones that are registered. See [`crate::answers::registrations`].
    ShowRegistrations,
    /// Gateways of all profiles. See [`crate::answers::gateways`].
    SofiaGateways,
    /// Profiles, aliases and gateways, as XML.
    SofiaStatus,
    /// For people. See [`crate::answers::Status`].
    Status,
    /// The whole version.
    Version,
    /// As `1.11.3-dev`.
    VersionShort,
    /// The host's name.
    Hostname,
    /// Seconds.
    Uptime,
    /// A global variable.
    Global(Global),
}

/// Modules that we ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Module {
    /// `mod_cti`, which applies the call rules.
    Cti,
    /// `mod_sofia`, which speaks SIP.
    Sofia,
    /// `mod_xml_curl`, which may replace configuration files.
    XmlCurl,
}

impl Module {
    /// As the switch names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cti => "mod_cti",
            Self::Sofia => "mod_sofia",
            Self::XmlCurl => "mod_xml_curl",
        }
    }
}

/// Configurations that we read back. `event_socket.conf` holds its password in clear and is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigName {
    /// ACL lists.
    Acl,
    /// SIP profiles and gateways.
    Sofia,
    /// The Event Socket itself; its password stands in the answer in clear.
    EventSocket,
}

impl ConfigName {
    /// As the switch names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acl => "acl.conf",
            Self::Sofia => "sofia.conf",
            Self::EventSocket => "event_socket.conf",
        }
    }
}

/// Global variables that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Global {
    /// Which process it is: another one after each start.
    CoreUuid,
    /// Where its configuration lies.
    ConfDir,
}

impl Global {
    /// As the switch names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CoreUuid => "core_uuid",
            Self::ConfDir => "conf_dir",
        }
    }
}

const QUICK: Duration = Duration::from_secs(10);
/// A reload asks every server of `mod_xml_curl` and waits for each.
const RELOAD: Duration = Duration::from_secs(30);

impl Command {
    /// What stands behind `api `: one line.
    pub fn text(&self) -> String {
        match self {
            Self::ReloadAcl => "reloadacl".into(),
            Self::ReloadXml => "reloadxml".into(),
            Self::SofiaRescan(profile) => format!("sofia profile {} rescan", profile.as_str()),
            Self::ModuleExists(module) => format!("module_exists {}", module.as_str()),
            Self::ReloadModule(module) => format!("reload {}", module.as_str()),
            Self::Acl { address, list } => {
                format!("acl {} {}", address.to_canonical(), list.as_str())
            }
            Self::XmlLocate(name) => {
                format!(
                    "xml_locate configuration configuration name {}",
                    name.as_str()
                )
            }
            Self::ShowRegistrations => "show registrations as json".into(),
            Self::SofiaGateways => "sofia xmlstatus gateway".into(),
            Self::SofiaStatus => "sofia xmlstatus".into(),
            Self::Status => "status".into(),
            Self::Version => "version".into(),
            Self::VersionShort => "version short".into(),
            Self::Hostname => "hostname".into(),
            Self::Uptime => "uptime".into(),
            Self::Global(name) => format!("global_getvar {}", name.as_str()),
        }
    }

    /// How long its answer may take.
    pub fn within(&self) -> Duration {
        match self {
            Self::ReloadAcl | Self::ReloadXml | Self::SofiaRescan(_) | Self::ReloadModule(_) => {
                RELOAD
            }
            _ => QUICK,
        }
    }

    /// Is this the answer of success? Where the switch has words for it, only these exact words: it
    /// reports errors behind `+OK`, too (`+OK [[error near line 12]: …]`).
    pub(crate) fn succeeded(&self, text: &str) -> bool {
        match self {
            Self::ReloadAcl => text == "+OK acl reloaded\n",
            Self::ReloadXml => matches!(text, "+OK [Success]\n" | "Reload XML [Success]\n"),
            Self::SofiaRescan(_) => text == "Reload XML [Success]\n+OK scan complete\n",
            // The second line is its error where the module was not loaded before, which is no fault.
            Self::ReloadModule(_) => matches!(
                text,
                "+OK Reloading XML\n+OK module unloaded\n+OK module loaded\n"
                    | "+OK Reloading XML\n-ERR unloading module [No such module!]\n+OK module loaded\n"
            ),
            Self::ModuleExists(_) | Self::Acl { .. } => matches!(text.trim_end(), "true" | "false"),
            Self::XmlLocate(_) => text.starts_with("<configuration") || text == NOT_FOUND,
            Self::ShowRegistrations => text.starts_with('{'),
            Self::SofiaGateways | Self::SofiaStatus => text.starts_with("<?xml"),
            Self::Uptime => text.trim_end().parse::<u64>().is_ok(),
            Self::Status
            | Self::Version
            | Self::VersionShort
            | Self::Hostname
            | Self::Global(_) => !text.trim().is_empty() && !text.starts_with('-'),
        }
    }
}

/// What `xml_locate` says where there is nothing.
pub(crate) const NOT_FOUND: &str = "can't find anything\n";
