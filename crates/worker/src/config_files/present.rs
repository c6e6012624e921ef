//! A file as it is now.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use domain::config::{FILE_LIMIT, FoundFile};
use domain::inert::inert;
use domain::reason::{FileReason, Reason};
use sha2::{Digest, Sha256};

use crate::files::{FileError, follow, read_bounded};

/// Longer files are no configuration: they are hashed, not read, and never written.
const LIMIT: u64 = 5 << 20;
/// So much of a longer one is hashed.
const HASH_LIMIT: u64 = 64 << 20;

/// A file, read.
#[derive(Clone, Debug)]
pub(super) struct Present {
    /// As it is set.
    pub path: PathBuf,
    /// Where it really is; what is written.
    pub real: PathBuf,
    /// What is in it; `None` where there is no file.
    pub bytes: Option<Vec<u8>>,
    length: u64,
    sha256: String,
}

impl Present {
    /// Reads it.
    ///
    /// # Errors
    /// Why not; and what is known of it then.
    pub fn read(path: &Path) -> Result<Self, Box<Unreadable>> {
        let unreadable = |error: FileError| {
            Box::new(Unreadable {
                reason: Reason::from(&error),
                file: FoundFile {
                    path: shown(path),
                    bytes: 0,
                    sha256: String::new(),
                    text: None,
                },
            })
        };
        let real = follow(path).map_err(unreadable)?;
        let Some((length, bytes)) = read_bounded(&real, LIMIT).map_err(unreadable)? else {
            return Ok(Self {
                path: path.to_owned(),
                real,
                bytes: None,
                length: 0,
                sha256: String::new(),
            });
        };
        if length > LIMIT {
            return Err(Box::new(Unreadable {
                reason: Reason::file(shown(path), FileReason::TooLong),
                file: FoundFile {
                    path: shown(path),
                    bytes: length,
                    sha256: hash_of_long(&real).unwrap_or_default(),
                    text: None,
                },
            }));
        }
        Ok(Self {
            path: path.to_owned(),
            real,
            length,
            sha256: sha256(&bytes),
            bytes: Some(bytes),
        })
    }

    /// What is in it, or nothing.
    pub fn content(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// The same as text.
    ///
    /// # Errors
    /// Where it is none.
    pub fn text(&self) -> Result<&str, Reason> {
        std::str::from_utf8(self.content()).map_err(|error| {
            let before = &self.content()[..error.valid_up_to()];
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            self.says(FileReason::NotUtf8 { line })
        })
    }

    /// That about it.
    pub fn says(&self, what: impl Into<FileReason>) -> Reason {
        Reason::file(shown(&self.path), what)
    }

    /// For the console.
    pub fn found(self) -> FoundFile {
        let text = self.bytes.and_then(|bytes| {
            (bytes.len() <= FILE_LIMIT)
                .then(|| String::from_utf8(bytes).ok())
                .flatten()
        });
        FoundFile {
            path: shown(&self.path),
            bytes: self.length,
            sha256: self.sha256,
            text,
        }
    }
}

/// A file that cannot be used.
#[derive(Clone, Debug)]
pub(super) struct Unreadable {
    /// Why.
    pub reason: Reason,
    /// What is known of it.
    pub file: FoundFile,
}

/// A path as people and the console see it.
pub(super) fn shown(path: &Path) -> String {
    inert(path.as_os_str().as_encoded_bytes(), 500)
}

/// Lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The hash of a file that may be there; empty where it is not.
///
/// # Errors
/// [`FileError`].
pub(super) fn sha256_at(path: &Path) -> Result<String, FileError> {
    let read = read_bounded(path, LIMIT)?;
    Ok(match read {
        None => String::new(),
        Some((length, _)) if length > LIMIT => "longer".to_owned(),
        Some((_, bytes)) => sha256(&bytes),
    })
}

fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let both = |byte: &u8| [byte >> 4, byte & 15];
    let digits = digest.iter().flat_map(both);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

fn hash_of_long(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?.take(HASH_LIMIT);
    let mut hash = Sha256::new();
    io::copy(&mut file, &mut hash)?;
    Ok(hex(&hash.finalize()))
}

/// What tells without reading that a file is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    path: PathBuf,
    /// Device, inode, size, modified and changed (seconds, nanoseconds); `None` where there is no
    /// file.
    stat: Option<(u64, u64, u64, [i64; 4])>,
}

impl Signature {
    /// Of the file that the name leads to.
    pub fn of(path: PathBuf) -> Self {
        let stat = fs::metadata(&path).ok().map(|metadata| {
            let times = [
                metadata.mtime(),
                metadata.mtime_nsec(),
                metadata.ctime(),
                metadata.ctime_nsec(),
            ];
            (metadata.dev(), metadata.ino(), metadata.size(), times)
        });
        Self { path, stat }
    }

    /// Of a folder: which it is, not what is in it.
    pub fn of_folder(path: PathBuf) -> Self {
        let stat = fs::metadata(&path).ok();
        let stat = stat.map(|metadata| (metadata.dev(), metadata.ino(), 0, [0; 4]));
        Self { path, stat }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_named_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cti.json");
        assert!(Present::read(&path).unwrap().bytes.is_none());
        fs::write(&path, "{}").unwrap();
        let found = Present::read(&path).unwrap().found();
        let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(
            (found.bytes, found.sha256.as_str(), found.text.as_deref()),
            (2, hash, Some("{}"))
        );
        fs::write(&path, vec![b' '; (5 << 20) + 1]).unwrap();
        let refused = Present::read(&path).unwrap_err();
        assert!(refused.reason.to_string().ends_with("larger than 5 MiB"));
        assert_eq!(
            (refused.file.bytes, refused.file.sha256.len()),
            ((5 << 20) + 1, 64)
        );
        fs::write(&path, b"a\n\xff").unwrap();
        let present = Present::read(&path).unwrap();
        assert!(present.text().unwrap_err().to_string().contains("line 2"));
        assert!(present.found().text.is_none());
    }
}
