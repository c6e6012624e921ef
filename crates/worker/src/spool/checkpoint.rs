//! The positions up to which the console has everything; written before a segment is deleted.
//!
//! One line with the CRC-32 of the rest in hexadecimal, then JSON with a version. Written beside
//! and renamed, so there is always a whole one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::tail::Position;

const VERSION: u16 = 1;
const NAME: &str = "position";

#[derive(Serialize, Deserialize)]
struct Checkpoint {
    version: u16,
    positions: Vec<Position>,
}

/// The saved positions; none where the file is missing, empty, cut, changed or from another
/// version.
pub(super) fn load(folder: &Path) -> io::Result<Vec<Position>> {
    let bytes = match fs::read(folder.join(NAME)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let positions = parse(&bytes);
    if positions.is_none() {
        tracing::warn!("the position file is not usable; the console's position is asked for");
    }
    Ok(positions.unwrap_or_default())
}

fn parse(bytes: &[u8]) -> Option<Vec<Position>> {
    let (sum, json) = bytes.split_at_checked(9)?;
    let sum = std::str::from_utf8(sum).ok()?.strip_suffix('\n')?;
    if u32::from_str_radix(sum, 16).ok()? != crc32fast::hash(json) {
        return None;
    }
    let saved: Checkpoint = serde_json::from_slice(json).ok()?;
    (saved.version == VERSION).then_some(saved.positions)
}

/// Replaces the file.
pub(super) fn save(folder: &Path, positions: Vec<Position>) -> io::Result<()> {
    let json = serde_json::to_vec(&Checkpoint {
        version: VERSION,
        positions,
    })?;
    let temporary = folder.join("position.new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(format!("{:08x}\n", crc32fast::hash(&json)).as_bytes())?;
    file.write_all(&json)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(NAME))?;
    File::open(folder)?.sync_all()
}
