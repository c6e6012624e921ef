//! The configuration of the private fail2ban.

use std::io;
use std::path::{Path, PathBuf};

use super::{EmbeddedError, socket};

const SYSTEM_CONFIG: &str = "/etc/fail2ban";

/// Creates a file that is missing, and its folder.
pub(super) fn ensure_file(path: &Path) -> Result<(), EmbeddedError> {
    let create = || {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map(drop)
    };
    create().map_err(|source| EmbeddedError::Write {
        path: path.to_owned(),
        source,
    })
}

/// The system's own filters and actions behind links, our own settings beside them.
pub(super) fn write_config(
    folder: &Path,
    files: &[(PathBuf, String)],
) -> Result<(), EmbeddedError> {
    // sun_path holds 108 bytes with its final zero.
    if socket(folder).as_os_str().len() > 107 {
        return Err(EmbeddedError::PathTooLong(socket(folder)));
    }
    let config = folder.join("config");
    for part in ["jail.d", "fail2ban.d", "filter.d", "action.d"] {
        let path = config.join(part);
        std::fs::create_dir_all(&path).map_err(|source| EmbeddedError::Write { path, source })?;
    }
    for part in ["filter.d", "action.d"] {
        link_system(&config.join(part), &Path::new(SYSTEM_CONFIG).join(part))?;
    }
    let own = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let server = format!(
        "# Written by callwarden: a private fail2ban, not the system's.\n\
         [DEFAULT]\n\n[Definition]\nloglevel = INFO\nlogtarget = {}\nsyslogsocket = auto\nsocket = {}\n\
         pidfile = {}\ndbfile = {}\ndbpurgeage = 1d\ndbmaxmatches = 10\nallowipv6 = yes\n\n[Thread]\n",
        own("fail2ban.log"),
        own("f2b.sock"),
        own("f2b.pid"),
        own("fail2ban.sqlite3"),
    );
    let jail = "# Written by callwarden: no jail of the system is started here.\n\
                [DEFAULT]\nbackend = auto\nignorecommand =\n";
    let fixed = [
        (PathBuf::from("fail2ban.conf"), server),
        (PathBuf::from("jail.conf"), jail.to_owned()),
    ];
    for (name, text) in fixed.iter().chain(files) {
        let path = config.join(name);
        std::fs::write(&path, text).map_err(|source| EmbeddedError::Write { path, source })?;
    }
    Ok(())
}

fn link_system(to: &Path, from: &Path) -> Result<(), EmbeddedError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| EmbeddedError::Write { path, source }
    };
    for entry in std::fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let link = to.join(entry.file_name());
        match std::os::unix::fs::symlink(entry.path(), &link) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(at(&link)(error));
            }
            _ => {}
        }
    }
    Ok(())
}
