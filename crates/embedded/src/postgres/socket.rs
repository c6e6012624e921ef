//! Where the socket is: in the data folder, unless its path is too long for one.

use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::PostgresError;
use super::owner::Owner;

/// A Unix socket's path has room for this many bytes.
const PATH_LIMIT: usize = 107;
/// The file's name in it.
const FILE: &str = ".s.PGSQL.5432.lock";

/// The folder for the socket, made if needed, closed to everybody but the owner (and root).
pub(super) fn folder(folder: &Path, owner: &Owner) -> Result<PathBuf, PostgresError> {
    let near = folder.join("socket");
    if near.as_os_str().len() + 1 + FILE.len() <= PATH_LIMIT {
        return make(near, owner);
    }
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    let name = format!("callwarden-{:016x}", hasher.finish());
    let run = Path::new("/run");
    let short = match make(run.join(&name), owner) {
        Err(PostgresError::Folder { .. }) => make(std::env::temp_dir().join(name), owner)?,
        made => made?,
    };
    if short.as_os_str().len() + 1 + FILE.len() <= PATH_LIMIT {
        Ok(short)
    } else {
        Err(PostgresError::Folder {
            path: short,
            source: std::io::Error::new(ErrorKind::InvalidFilename, "too long for a socket"),
        })
    }
}

fn make(path: PathBuf, owner: &Owner) -> Result<PathBuf, PostgresError> {
    let failed = |source| PostgresError::Folder {
        path: path.clone(),
        source,
    };
    match DirBuilder::new().mode(0o700).create(&path) {
        Ok(()) => owner.take(&path).map_err(failed)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // Made by an earlier start, unless somebody laid it there for us to fall into.
            let found = fs::symlink_metadata(&path).map_err(failed)?;
            let own = rustix::process::geteuid().as_raw();
            let ours = [owner.user(), Some(own)].contains(&Some(found.uid()));
            if !found.is_dir() || !ours || found.mode() & 0o077 != 0 {
                return Err(PostgresError::NotOurs(path));
            }
            owner.take(&path).map_err(failed)?;
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(path)
}

/// The URL of a database behind the socket.
pub(super) fn url(folder: &Path, name: &str) -> String {
    use std::fmt::Write;
    let mut host = String::new();
    for byte in folder.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            host.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(host, "%{byte:02X}");
        }
    }
    format!("postgres:///{name}?host={host}&user={name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_keep_odd_folders() {
        assert_eq!(
            url(Path::new("/srv/a b&c/socket"), "callwarden"),
            "postgres:///callwarden?host=/srv/a%20b%26c/socket&user=callwarden"
        );
    }
}
