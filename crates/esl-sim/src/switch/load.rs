//! Reading the configuration: at start, and again on command.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use runtime::Clock;
use tokio::time::Instant;

use super::{Modules, Profile, Switch};
use crate::acl::Lists;
use crate::event::Event;
use crate::uuid;
use crate::xml::{Mistake, Tree, Variables, preprocess};

/// The first event of a fresh FreeSWITCH has about this number.
const FIRST_SEQUENCE: u64 = 400;

/// The machine it pretends to run on.
#[derive(Debug, Clone)]
pub struct Identity {
    /// `hostname`
    pub hostname: String,
    /// `$${local_ip_v4}`: where the profiles listen.
    pub ipv4: Ipv4Addr,
    /// Its network's mask.
    pub mask: Ipv4Addr,
}

/// Why the old configuration stays in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// There is nothing to read.
    #[error("Cannot Open log directory or XML Root!")]
    NoRoot,
    /// The text is not well-formed.
    #[error("{0}")]
    Mistake(#[from] Mistake),
}

impl Switch {
    /// Reads `folder` and starts.
    pub fn start(
        folder: &Path,
        identity: Identity,
        clock: Clock,
        modules: Modules,
    ) -> Result<Self, ReloadError> {
        let core_uuid = uuid::random();
        let mut variables = own_variables(folder, &identity, &core_uuid);
        let tree = read(folder, &mut variables)?;
        let lists = Lists::build(&tree, identity.ipv4, identity.mask);
        let profiles = Profile::all(&tree, identity.ipv4);
        let (password, access) = event_socket(&tree);
        let mut switch = Self {
            folder: folder.to_owned(),
            identity,
            clock,
            core_uuid,
            started: Instant::now(),
            variables,
            tree,
            lists,
            profiles,
            modules,
            registrations: Vec::new(),
            calls: Vec::new(),
            rules: None,
            password,
            access,
            to_start: Vec::new(),
            sequence: FIRST_SEQUENCE,
            fired: Vec::new(),
        };
        switch.read_rules();
        Ok(switch)
    }

    /// `reloadxml`: takes over the files as they are, or says why not.
    pub fn reload_xml(&mut self) -> Result<(), ReloadError> {
        // Variables that a broken configuration sets are set nonetheless.
        let read = read(&self.folder, &mut self.variables);
        self.tree = read?;
        self.fire(Event::new("RELOADXML").source("switch_xml.c", "switch_xml_open_root", 2423));
        Ok(())
    }

    /// `reloadacl`: that, and every list afresh.
    pub fn reload_acl(&mut self) -> Result<(), ReloadError> {
        self.reload_xml()?;
        self.lists = Lists::build(&self.tree, self.identity.ipv4, self.identity.mask);
        Ok(())
    }

    /// How a reload's outcome stands in replies.
    pub fn reload_words(&mut self) -> String {
        match self.reload_xml() {
            Ok(()) => "Success".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// What `mod_cti` does when it is loaded.
    pub fn read_rules(&mut self) {
        if self.modules.has("mod_cti") {
            self.rules = std::fs::read_to_string(self.folder.join("cti.json")).ok();
        }
    }
}

fn read(folder: &Path, variables: &mut Variables) -> Result<Arc<Tree>, ReloadError> {
    let text = preprocess(folder, variables).ok_or(ReloadError::NoRoot)?;
    if text.is_empty() {
        return Err(ReloadError::NoRoot);
    }
    Ok(Tree::read(&text)?)
}

/// What FreeSWITCH knows before it reads anything, in its order.
fn own_variables(folder: &Path, identity: &Identity, core_uuid: &str) -> Variables {
    const PLACES: [(&str, &str); 18] = [
        ("base_dir", "/usr/fs"),
        ("recordings_dir", "/usr/fs/var/lib/freeswitch/recordings"),
        ("sounds_dir", "/usr/fs/share/freeswitch/sounds"),
        ("conf_dir", ""),
        ("log_dir", "/usr/fs/lab/log"),
        ("run_dir", "/usr/fs/lab/run"),
        ("db_dir", "/usr/fs/lab/db"),
        ("mod_dir", "/usr/fs/lib/freeswitch/mod"),
        ("htdocs_dir", "/usr/fs/share/freeswitch/htdocs"),
        ("script_dir", "/usr/fs/lab/scripts"),
        ("temp_dir", "/tmp"),
        ("grammar_dir", "/usr/fs/share/freeswitch/grammar"),
        ("fonts_dir", "/usr/fs/share/freeswitch/fonts"),
        ("images_dir", "/usr/fs/var/lib/freeswitch/images"),
        ("certs_dir", "/usr/fs/lab/tls"),
        ("storage_dir", "/usr/fs/var/lib/freeswitch/storage"),
        ("cache_dir", "/usr/fs/var/cache/freeswitch"),
        ("data_dir", "/usr/fs/share/freeswitch"),
    ];
    let mut variables = Variables::default();
    let mut set = |name: &str, value: &str| variables.set(name, Some(value));
    set("hostname", &identity.hostname);
    set("local_mask_v4", &identity.mask.to_string());
    set("local_ip_v6", "::1");
    for (name, place) in PLACES {
        match name {
            "conf_dir" => set(name, &format!("{}/", folder.display())),
            _ => set(name, place),
        }
    }
    set("localstate_dir", "/usr/fs/var/lib/freeswitch");
    set("core_uuid", core_uuid);
    set("local_ip_v4", &identity.ipv4.to_string());
    variables
}

fn event_socket(tree: &Tree) -> (String, Vec<String>) {
    let file = tree.configuration("event_socket.conf");
    let mut password = "ClueCon".to_owned();
    let mut access = Vec::new();
    for (name, value) in file
        .iter()
        .flat_map(|file| file.children("settings"))
        .flat_map(|settings| settings.settings("param"))
    {
        match name {
            "password" => value.clone_into(&mut password),
            "apply-inbound-acl" => access.push(value.to_owned()),
            _ => {}
        }
    }
    if access.is_empty() {
        access.push("loopback.auto".to_owned());
    }
    (password, access)
}
