//! Is this the same file? By inode, and by the bytes before the position.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// How many bytes before a position are compared.
pub const MARK_BYTES: usize = 256;

/// FNV-1a (64 bit) of the up to [`MARK_BYTES`] bytes before a position. The same on every machine
/// and in every version: it is stored in Postgres.
pub fn mark(before: &[u8]) -> i64 {
    let before = &before[before.len().saturating_sub(MARK_BYTES)..];
    let hash = before.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// Do these bytes before a position tell a file from any other? Lines carry their time, so a
/// whole line does; the first bytes of one do not.
pub fn is_telling(before: &[u8]) -> bool {
    before.len() >= 128 || (before.len() >= 32 && before.ends_with(b"\n"))
}

/// Device, inode and, where the file system keeps it, time of birth in nanoseconds: an inode
/// number comes back after a deletion, with another birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileId(u64, u64, u64);

impl FileId {
    /// Of an open file or a path.
    pub fn of(metadata: &Metadata) -> Self {
        let birth = metadata
            .created()
            .ok()
            .and_then(|birth| birth.duration_since(UNIX_EPOCH).ok())
            .and_then(|birth| u64::try_from(birth.as_nanos()).ok());
        Self(metadata.dev(), metadata.ino(), birth.unwrap_or(0))
    }
}

/// What a restart must know beyond the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The file that is being read.
    pub current: FileId,
    /// Rotated files beside it that are older, or copies: never to be read.
    pub known: Vec<FileId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_never_changes() {
        // The published values of FNV-1a.
        let published = |hash: u64| i64::from_ne_bytes(hash.to_ne_bytes());
        assert_eq!(mark(b""), published(0xcbf2_9ce4_8422_2325));
        assert_eq!(mark(b"a"), published(0xaf63_dc4c_8601_ec8c));
        assert_eq!(mark(b"foobar"), published(0x8594_4171_f739_67e8));
        assert_eq!(mark(&[b'x'; 256]), mark(&[b'x'; 300]));
        assert_ne!(mark(&[b'x'; 255]), mark(&[b'x'; 256]));
    }
}
