//! Rotated files beside a log: `log.1`, `log-20261122`, `log.2026-11-22-09-44-02.1`, `log.old`,
//! and `log-20261122.ext` for `log.ext`.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::identity::FileId;

/// A log's rotated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sibling {
    pub path: PathBuf,
    pub id: FileId,
    pub size: u64,
    pub modified: SystemTime,
}

/// What stands in the log's folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Rotated files, oldest first.
    pub rotated: Vec<Sibling>,
    /// The file at the log's own path.
    pub current: Option<FileId>,
    /// Nothing was renamed meanwhile, so nothing can be missing.
    pub stable: bool,
}

/// Lists the folder. It is listed twice: an entry that is renamed during a listing may be seen
/// under neither name.
pub(super) fn list(log: &Path) -> io::Result<Listing> {
    let first = (rotated(log)?, id_of(log)?);
    let (rotated, current) = (rotated(log)?, id_of(log)?);
    let ids = |list: &[Sibling]| -> Vec<FileId> { list.iter().map(|file| file.id).collect() };
    Ok(Listing {
        stable: ids(&first.0) == ids(&rotated) && first.1 == current,
        rotated,
        current,
    })
}

/// Identity of the regular file at a path, if there is one.
pub(super) fn id_of(path: &Path) -> io::Result<Option<FileId>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(FileId::of(&metadata))),
        Ok(_) => Err(io::Error::other("is not a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn rotated(log: &Path) -> io::Result<Vec<Sibling>> {
    let (Some(folder), Some(name)) = (log.parent(), log.file_name()) else {
        return Ok(Vec::new());
    };
    let name = name.to_string_lossy();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut list = Vec::new();
    for entry in entries {
        let entry = entry?;
        let entry_name = entry.file_name();
        if !is_rotated_name(&name, &entry_name.to_string_lossy()) {
            continue;
        }
        // Not followed: a link is no rotated file. Gone meanwhile: the second listing tells.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_file() {
            let sibling = Sibling {
                path: entry.path(),
                id: FileId::of(&metadata),
                size: metadata.len(),
                modified: metadata.modified()?,
            };
            list.push((metadata.created().ok(), sibling));
        }
    }
    list.sort_by(|(a_birth, a), (b_birth, b)| {
        let key = |sibling: &Sibling| (sibling.path.as_os_str().len(), sibling.path.clone());
        (a.modified, a_birth)
            .cmp(&(b.modified, b_birth))
            .then_with(|| key(a).cmp(&key(b)))
    });
    Ok(list.into_iter().map(|(_, sibling)| sibling).collect())
}

fn is_rotated_name(log: &str, name: &str) -> bool {
    let suffix = name.strip_prefix(log).or_else(|| {
        let (stem, extension) = log.rsplit_once('.')?;
        name.strip_prefix(stem)?
            .strip_suffix(extension)?
            .strip_suffix('.')
    });
    let Some(suffix) = suffix else {
        return false;
    };
    let stamp = |byte: u8| byte.is_ascii_digit() || b".-_:T".contains(&byte);
    suffix == ".old"
        || (suffix.starts_with(['.', '-', '_'])
            && suffix.bytes().all(stamp)
            && suffix.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_names() {
        for (name, expected) in [
            ("cti.log.1", true),
            ("cti.log.17", true),
            ("cti.log-20261122", true),
            ("cti.log-20261122-1795312800", true),
            ("cti.log.2026-11-22-09-44-02.1", true),
            ("cti.log.old", true),
            ("cti-20261122.log", true),
            ("cti.log", false),
            ("cti.log.1.gz", false),
            ("cti.log.swp", false),
            ("cti.log.", false),
            ("cti.log1", false),
            ("cti2.log", false),
            ("other.log.1", false),
            ("cti.logrotate", false),
        ] {
            assert_eq!(is_rotated_name("cti.log", name), expected, "{name}");
        }
    }
}
