//! The stock configuration, as far as anybody here looks at it: same structure, same parameters,
//! same commented-out lines as FreeSWITCH's own "vanilla", without its prose.

use std::io;
use std::path::Path;

/// Stands for the number in the file of a user.
const ID: &str = "{id}";
const USER: &str = include_str!("../vanilla/directory/default/user.xml");

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../vanilla/", $path)))),*]
    };
}

const FILES: [(&str, &str); 18] = files![
    "freeswitch.xml",
    "vars.xml",
    "autoload_configs/acl.conf.xml",
    "autoload_configs/alsa.conf.xml",
    "autoload_configs/event_socket.conf.xml",
    "autoload_configs/modules.conf.xml",
    "autoload_configs/sofia.conf.xml",
    "autoload_configs/switch.conf.xml",
    "dialplan/default.xml",
    "dialplan/public.xml",
    "dialplan/public/00_inbound_did.xml",
    "directory/default.xml",
    "directory/default/brian.xml",
    "directory/default/default.xml",
    "directory/default/example.com.xml",
    "sip_profiles/external.xml",
    "sip_profiles/external/example.xml",
    "sip_profiles/internal.xml",
];

/// Writes the configuration into a folder, which is made if there is none.
///
/// # Errors
/// When a file cannot be written.
pub fn vanilla(folder: impl AsRef<Path>) -> io::Result<()> {
    let write = |path: &str, content: &str| {
        let path = folder.as_ref().join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content)
    };
    for (path, content) in FILES {
        write(path, content)?;
    }
    for id in 1000..=1019 {
        let content = USER.replace(ID, &id.to_string());
        write(&format!("directory/default/{id}.xml"), &content)?;
    }
    Ok(())
}
