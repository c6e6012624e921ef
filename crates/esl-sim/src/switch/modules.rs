//! Which modules are loaded.

/// Modules that the stock configuration loads, as far as anybody asks for them.
const STOCK: [&str; 15] = [
    "mod_commands",
    "mod_console",
    "mod_db",
    "mod_dialplan_xml",
    "mod_dptools",
    "mod_event_socket",
    "mod_g711",
    "mod_hash",
    "mod_local_stream",
    "mod_logfile",
    "mod_loopback",
    "mod_native_file",
    "mod_sndfile",
    "mod_sofia",
    "mod_tone_stream",
];

/// The modules of a switch: a module exists on disk or not, and is loaded or not.
#[derive(Debug, Clone)]
pub struct Modules(Vec<(String, bool)>);

impl Default for Modules {
    fn default() -> Self {
        Self(STOCK.map(|name| (name.to_owned(), true)).into())
    }
}

impl Modules {
    /// Adds or removes one, loaded.
    pub fn set(&mut self, name: &str, is_there: bool) {
        self.0.retain(|(known, _)| known != name);
        if is_there {
            self.0.push((name.to_owned(), true));
        }
    }

    /// Adds one that is not loaded.
    pub fn add_unloaded(&mut self, name: &str) {
        self.set(name, false);
        self.0.push((name.to_owned(), false));
    }

    /// Is it loaded?
    pub fn has(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|(known, loaded)| known == name && *loaded)
    }

    /// The loaded ones.
    pub fn loaded(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(_, loaded)| *loaded)
            .map(|(name, _)| name.as_str())
    }

    /// Loads one.
    ///
    /// # Errors
    /// FreeSWITCH's words for why not.
    pub fn load(&mut self, name: &str) -> Result<(), &'static str> {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            None => Err("module load file routine returned an error"),
            Some((_, true)) => Err("Module already loaded"),
            Some((_, loaded)) => {
                *loaded = true;
                Ok(())
            }
        }
    }

    /// Unloads one.
    ///
    /// # Errors
    /// FreeSWITCH's words for why not.
    pub fn unload(&mut self, name: &str) -> Result<(), &'static str> {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, loaded @ true)) => {
                *loaded = false;
                Ok(())
            }
            _ => Err("No such module!"),
        }
    }
}
