//! Files that are whole or not there: temporary file, sync, rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
use rustix::io::Errno;

use super::FileError;

/// First line of every file that is ours alone.
pub const OURS: &str = "# Written by callwarden; changes made here are lost.\n";

/// Whose file it is, and so what becomes of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Ours alone. One that is not (see [`OURS`]) is kept once, as `NAME.callwarden-backup`; a link
    /// is replaced. Folders are made; everybody may read a new one.
    Generated,
    /// Somebody else's, of which a part is ours: the one before is kept as `NAME.callwarden-backup`.
    /// A new one has the owner of its folder, and who may read that may read it.
    Shared,
    /// The worker's state: nobody else reads it.
    Private,
    /// State of which a loss at a power cut does no harm, so the disk is not waited for.
    Passing,
}

/// Replaces a file at one stroke, keeping owner, mode and extended attributes (`security.selinux`,
/// access list) of the one before. False when it held the same already.
///
/// # Errors
/// [`FileError`]; the file is as it was then.
pub fn replace(path: &Path, bytes: &[u8], sort: Sort) -> Result<bool, FileError> {
    replaced(path, bytes, sort).map_err(|source| FileError::write(path, source))
}

/// [`replace`] of a file that is ours alone.
///
/// # Errors
/// [`FileError`].
pub fn write_atomic(path: &Path, text: &str) -> Result<bool, FileError> {
    replace(path, text.as_bytes(), Sort::Generated)
}

fn replaced(path: &Path, bytes: &[u8], sort: Sort) -> io::Result<bool> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let before = match fs::read(path) {
        Ok(before) if before == bytes => return Ok(false),
        Ok(before) => Some(before),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if sort != Sort::Shared {
        fs::create_dir_all(folder)?;
    }
    let known = before.is_some().then(|| File::open(path)).transpose()?;
    if let Some(before) = &before
        && sort == Sort::Generated
        && !before.starts_with(OURS.as_bytes())
    {
        back_up(path, before)?;
    }
    let temporary = beside(path, ".callwarden-new");
    // One left by a crash is replaced, not written through (it might be a link).
    remove(&temporary)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    let written = (|| {
        file.write_all(bytes)?;
        match &known {
            Some(known) => copy_attributes(known, &file)?,
            None => new_attributes(folder, &file, sort)?,
        }
        if sort != Sort::Passing {
            file.sync_all()?;
        }
        if let Some(before) = before.as_deref().filter(|_| sort == Sort::Shared) {
            set_aside(path, before)?;
        }
        fs::rename(&temporary, path)
    })();
    if let Err(error) = written {
        let _ = remove(&temporary);
        return Err(error);
    }
    // The rename itself is durable once the folder is.
    if sort != Sort::Passing {
        File::open(folder)?.sync_all()?;
    }
    Ok(true)
}

/// Always by the open file: a name in a folder of FreeSWITCH's user may lead elsewhere by now.
fn new_attributes(folder: &Path, file: &File, sort: Sort) -> io::Result<()> {
    let mode = match sort {
        Sort::Private | Sort::Passing => return Ok(()),
        Sort::Generated => 0o644,
        Sort::Shared => {
            let folder = fs::metadata(folder)?;
            give(file, &folder)?;
            folder.mode() & 0o666
        }
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

fn give(file: &File, owner: &fs::Metadata) -> io::Result<()> {
    fchown(file, Some(owner.uid()), Some(owner.gid()))
}

/// Most bytes of a list of names, and of one value; the kernel's own limit.
const ATTRIBUTE_LIMIT: usize = 64 << 10;

/// All that the file system lets us. What signs the old content is not true of the new one.
fn copy_attributes(from: &File, to: &File) -> io::Result<()> {
    let known = from.metadata()?;
    give(to, &known)?;
    copy_extended(from, to)?;
    to.set_permissions(fs::Permissions::from_mode(known.mode() & 0o7777))
}

fn copy_extended(from: &File, to: &File) -> io::Result<()> {
    let mut names = vec![0; ATTRIBUTE_LIMIT];
    let length = match flistxattr(from, &mut names[..]) {
        Err(Errno::NOTSUP) => return Ok(()),
        listed => listed?,
    };
    let mut value = vec![0; ATTRIBUTE_LIMIT];
    for name in names[..length].split(|byte| *byte == 0) {
        if name.is_empty() || [&b"security.ima"[..], b"security.evm"].contains(&name) {
            continue;
        }
        let copied = fgetxattr(from, name, &mut value[..])
            .and_then(|length| fsetxattr(to, name, &value[..length], XattrFlags::empty()));
        match copied {
            // Without the right to: the folder's own default stays.
            Ok(()) | Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS | Errno::NODATA) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The file before gets the backup's name, with all that it has; what is written then is another
/// file. FreeSWITCH reads `*.xml` only, so a backup beside its file is not read.
fn set_aside(path: &Path, before: &[u8]) -> io::Result<()> {
    let backup = beside(path, BACKUP);
    remove(&backup)?;
    // Not every file system has a second name for a file.
    fs::hard_link(path, &backup).or_else(|_| back_up(path, before))
}

const BACKUP: &str = ".callwarden-backup";

/// Kept once. fail2ban reads `*.conf` and `*.local` only, so a backup beside its file is not read.
fn back_up(path: &Path, before: &[u8]) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(beside(path, BACKUP));
    match made {
        Ok(mut file) => {
            file.write_all(before)?;
            file.sync_all()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts back what was there: the text, or nothing.
///
/// # Errors
/// [`FileError`].
pub fn restore(path: &Path, before: Option<&str>, sort: Sort) -> Result<(), FileError> {
    match before {
        Some(text) => replace(path, text.as_bytes(), sort).map(drop),
        None => remove(path).map_err(|source| FileError::write(path, source)),
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
    make().map_err(|source| FileError::write(path, source))
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
    fn a_new_file_of_somebody_elses_can_be_read_by_whom_the_folder_is_for() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let path = folder.join("cti.json");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o750)).unwrap();
        // Only root can give it away.
        let owner = chown(folder, Some(65_534), Some(65_534))
            .map_or_else(|_| fs::metadata(folder).unwrap().uid(), |()| 65_534);
        assert!(replace(&path, b"{}", Sort::Shared).unwrap());
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!((metadata.mode() & 0o7777, metadata.uid()), (0o640, owner));
        // The backup is the one before, not the first.
        for text in ["1", "2"] {
            replace(&path, text.as_bytes(), Sort::Shared).unwrap();
        }
        let backup = beside(&path, ".callwarden-backup");
        assert_eq!(fs::read_to_string(&backup).unwrap(), "1");
        assert_eq!(fs::read_to_string(&path).unwrap(), "2");
        assert_eq!(fs::metadata(&backup).unwrap().mode() & 0o777, 0o640);
        let nowhere = folder.join("none/cti.json");
        assert!(replace(&nowhere, b"{}", Sort::Shared).is_err());
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
