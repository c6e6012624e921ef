//! Reading what others wrote, or put a link or a pipe in place of.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use domain::reason::NotRead;
use rustix::fs::OFlags;

use super::FileError;

/// Links in a row; the kernel's own limit.
const LINKS: usize = 40;

/// The text of a file; `None` where there is none.
///
/// # Errors
/// [`FileError`].
pub fn read(path: &Path) -> Result<Option<String>, FileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::read(path, source)),
    }
}

/// The file that a name leads to: it is read and replaced itself, so that a link in the
/// configuration stays one.
///
/// A link counts only where it gives nobody a right they lack: it is root's, or belongs to the
/// owner of what it leads to. FreeSWITCH's user must not have a worker of root's read
/// `/etc/shadow`.
///
/// # Errors
/// [`FileError`]: a link that is not followed, or leads nowhere.
pub fn follow(path: &Path) -> Result<PathBuf, FileError> {
    let failed = |source| FileError::read(path, source);
    let mut at = path.to_owned();
    let mut makers = Vec::new();
    for _ in 0..LINKS {
        let metadata = match fs::symlink_metadata(&at) {
            Ok(metadata) => metadata,
            // No file yet. A link to nothing is somebody's mistake, not a wish for a file.
            Err(error) if error.kind() == io::ErrorKind::NotFound && makers.is_empty() => {
                return Ok(at);
            }
            Err(error) => return Err(failed(error)),
        };
        if !metadata.is_symlink() {
            let other = makers
                .iter()
                .any(|maker| *maker != 0 && *maker != metadata.uid());
            if other {
                return Err(failed(io::Error::other(NotRead::ForeignLink)));
            }
            return Ok(at);
        }
        makers.push(metadata.uid());
        let target = fs::read_link(&at).map_err(failed)?;
        at = at.parent().unwrap_or(Path::new("/")).join(target);
    }
    Err(failed(io::Error::other("too many links")))
}

/// The bytes of an ordinary file, and how many there are: none of them where there are more than
/// `limit`. `None` where there is no file. Never follows a link, never waits for a pipe.
///
/// # Errors
/// [`FileError`].
pub fn read_bounded(path: &Path, limit: u64) -> Result<Option<(u64, Vec<u8>)>, FileError> {
    let opened = || -> io::Result<(u64, Vec<u8>)> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags)
            .open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other(NotRead::NotAFile));
        }
        let mut bytes = Vec::new();
        if metadata.len() <= limit {
            file.take(limit + 1).read_to_end(&mut bytes)?;
        }
        let length = metadata.len().max(bytes.len() as u64);
        if length > limit {
            bytes = Vec::new();
        }
        Ok((length, bytes))
    };
    match opened() {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::read(path, source)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{lchown, symlink};

    use super::*;

    #[test]
    fn a_link_is_followed_where_it_gives_nobody_a_right() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(follow(&at("none")).unwrap(), at("none"));
        fs::write(at("real"), "x").unwrap();
        symlink("real", at("one")).unwrap();
        symlink(at("one"), at("two")).unwrap();
        assert_eq!(follow(&at("two")).unwrap(), at("real"));
        symlink("nothing", at("dangling")).unwrap();
        symlink("loop", at("loop")).unwrap();
        assert!(follow(&at("dangling")).is_err() && follow(&at("loop")).is_err());
        // Only root can make somebody else's link.
        if lchown(at("one"), Some(65_534), None).is_ok() {
            let refused = follow(&at("two")).unwrap_err();
            assert!(refused.source.to_string().contains("another user"));
            lchown(at("real"), Some(65_534), None).unwrap();
            assert_eq!(follow(&at("two")).unwrap(), at("real"));
        }
    }

    #[test]
    fn only_ordinary_files_within_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(read_bounded(&path, 3).unwrap().is_none());
        fs::write(&path, "abc").unwrap();
        assert_eq!(
            read_bounded(&path, 3).unwrap().unwrap(),
            (3, b"abc".to_vec())
        );
        assert_eq!(read_bounded(&path, 2).unwrap().unwrap(), (3, Vec::new()));
        assert!(read_bounded(folder.path(), 3).is_err());
        let link = folder.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(read_bounded(&link, 3).is_err());
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        assert!(read_bounded(&pipe, 3).is_err());
    }
}
