//! Files that are whole or not there: temporary file, sync, rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rustix::fs::{XattrFlags, fsetxattr};
use rustix::io::Errno;

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written", path.display())]
pub struct FileError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Replaces a file at one stroke, keeping owner, mode and extended attributes (`security.selinux`,
/// access list) of the one before. A file that is not ours is kept once, as
/// `NAME.callwarden-backup`. False when it held the same text already.
///
/// # Errors
/// [`FileError`].
pub fn write_atomic(path: &Path, text: &str) -> Result<bool, FileError> {
    replace(path, text).map_err(|source| FileError {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, text: &str) -> io::Result<bool> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let before = match fs::read(path) {
        Ok(bytes) if bytes == text.as_bytes() => return Ok(false),
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    fs::create_dir_all(folder)?;
    let known = fs::metadata(path).ok();
    if let Some(bytes) = &before
        && !bytes.starts_with(super::text::OURS.as_bytes())
    {
        back_up(path, bytes)?;
    }
    let temporary = beside(path, ".callwarden-new");
    // One left by a crash is replaced, not written through (it might be a link).
    remove(&temporary)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(&temporary)?;
    let written = (|| {
        file.write_all(text.as_bytes())?;
        if let Some(known) = known {
            chown(&temporary, Some(known.uid()), Some(known.gid()))?;
            copy_attributes(path, &file)?;
            file.set_permissions(fs::Permissions::from_mode(known.mode() & 0o7777))?;
        }
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if let Err(error) = written {
        let _ = remove(&temporary);
        return Err(error);
    }
    // The rename itself is durable once the folder is.
    File::open(folder)?.sync_all()?;
    Ok(true)
}

/// Most bytes of a list of names, and of one value; the kernel's own limit.
const ATTRIBUTE_LIMIT: usize = 64 << 10;

/// All that the file system lets us. What signs the old content is not true of the new one.
fn copy_attributes(from: &Path, to: &File) -> io::Result<()> {
    let mut names = vec![0; ATTRIBUTE_LIMIT];
    let length = match rustix::fs::listxattr(from, &mut names[..]) {
        Err(Errno::NOTSUP) => return Ok(()),
        listed => listed?,
    };
    let mut value = vec![0; ATTRIBUTE_LIMIT];
    for name in names[..length].split(|byte| *byte == 0) {
        if name.is_empty() || [&b"security.ima"[..], b"security.evm"].contains(&name) {
            continue;
        }
        let copied = rustix::fs::getxattr(from, name, &mut value[..])
            .and_then(|length| fsetxattr(to, name, &value[..length], XattrFlags::empty()));
        match copied {
            // Without the right to: the folder's own default stays.
            Ok(()) | Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS | Errno::NODATA) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// fail2ban reads `*.conf` and `*.local` only, so a backup beside its file is not read.
fn back_up(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let backup = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(beside(path, ".callwarden-backup"));
    match backup {
        Ok(mut file) => {
            file.write_all(bytes)?;
            file.sync_all()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts back what was there: the text, or nothing.
pub(super) fn restore(path: &Path, before: Option<&str>) -> Result<(), FileError> {
    match before {
        Some(text) => write_atomic(path, text).map(drop),
        None => remove(path).map_err(|source| FileError {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The text of a file; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, FileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Makes sure that the attack log is there: without it the whole fail2ban refuses to start. A new
/// one belongs to the folder's owner, so that FreeSWITCH can write it.
///
/// # Errors
/// [`FileError`].
pub fn ensure_log(path: &Path) -> Result<(), FileError> {
    let make = || {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(folder)?;
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o640)
            .open(path);
        match made {
            Ok(_) => {
                let owner = fs::metadata(folder)?;
                chown(path, Some(owner.uid()), Some(owner.gid()))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    };
    make().map_err(|source| FileError {
        path: path.to_owned(),
        source,
    })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_mode_and_one_backup_of_what_was_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jail.d/cti.local");
        assert!(write_atomic(&path, "new\n").unwrap());
        assert!(!write_atomic(&path, "new\n").unwrap());
        fs::write(&path, "by hand\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(write_atomic(&path, "ours\n").unwrap());
        assert!(write_atomic(&path, "ours again\n").unwrap());
        let backup = beside(&path, ".callwarden-backup");
        assert_eq!(fs::read_to_string(backup).unwrap(), "by hand\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours again\n");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2);
    }

    #[test]
    fn keeps_extended_attributes_but_no_signature_of_the_old_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cti.local");
        fs::write(&path, "by hand\n").unwrap();
        let context = b"system_u:object_r:fail2ban_etc_t:s0\0".as_slice();
        let old = File::open(&path).unwrap();
        // Only root may set the second and the third.
        let set: Vec<&str> = ["user.note", "security.selinux", "trusted.note"]
            .into_iter()
            .filter(|name| fsetxattr(&old, *name, context, XattrFlags::empty()).is_ok())
            .collect();
        assert!(
            set.contains(&"user.note"),
            "the test's folder has no attributes"
        );
        let signed = fsetxattr(&old, "security.evm", b"\x02", XattrFlags::empty());
        write_atomic(&path, "ours\n").unwrap();
        let get = |name: &str| {
            let mut value = vec![0; 100];
            let length = rustix::fs::getxattr(&path, name, &mut value[..]).ok()?;
            value.truncate(length);
            Some(value)
        };
        for name in set {
            assert_eq!(get(name).as_deref(), Some(context), "{name}");
        }
        assert!(signed.is_err() || get("security.evm").as_deref() != Some(b"\x02"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours\n");
    }

    #[test]
    fn a_link_is_replaced_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("system"), folder.path().join("cti.conf"));
        fs::write(&real, "the system's\n").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_atomic(&link, "ours\n").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "the system's\n");
        assert_eq!(fs::read_to_string(&link).unwrap(), "ours\n");
    }

    #[test]
    fn an_existing_log_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log/cti_fail2ban.log");
        ensure_log(&log).unwrap();
        fs::write(&log, "ip[198.51.100.7]\n").unwrap();
        ensure_log(&log).unwrap();
        assert_eq!(fs::read_to_string(&log).unwrap(), "ip[198.51.100.7]\n");
    }
}
