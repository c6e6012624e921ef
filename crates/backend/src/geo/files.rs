//! The four files, as they lie in their folder.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::places::Places;
use super::read::{self, LoadError};

pub(super) const COUNTRIES_V4: &str = "asn-country-ipv4.csv";
pub(super) const COUNTRIES_V6: &str = "asn-country-ipv6.csv";
pub(super) const NETWORKS_V4: &str = "asn-ipv4.csv";
pub(super) const NETWORKS_V6: &str = "asn-ipv6.csv";

/// Names of the files, in the order of the settings page.
pub const NAMES: [&str; 4] = [COUNTRIES_V4, COUNTRIES_V6, NETWORKS_V4, NETWORKS_V6];

/// What tells a file from what it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub modified: SystemTime,
    length: u64,
    inode: u64,
}

/// Each file's stamp, in the order of [`NAMES`]; `None` where it is not there.
pub(super) type Stamps = [Option<Stamp>; 4];

/// Looks at the files without reading them.
pub(super) fn stamps(folder: &Path) -> Result<Stamps, LoadError> {
    let mut stamps = Stamps::default();
    for (stamp, file) in stamps.iter_mut().zip(NAMES) {
        let found = stamp_of(&folder.join(file));
        *stamp = found.map_err(|source| LoadError::Read { file, source })?;
    }
    Ok(stamps)
}

fn stamp_of(path: &Path) -> io::Result<Option<Stamp>> {
    use std::os::unix::fs::MetadataExt;
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    // A pipe would be waited for.
    if !metadata.is_file() {
        return Err(io::Error::other("not a file"));
    }
    Ok(Some(Stamp {
        modified: metadata.modified()?,
        length: metadata.len(),
        inode: metadata.ino(),
    }))
}

/// Reads the files that are there; takes a moment (0.3 s for the whole internet).
pub(super) fn load(folder: &Path, stamps: &Stamps) -> Result<Places, LoadError> {
    if stamps.iter().all(Option::is_none) {
        return Err(LoadError::NoFile);
    }
    let [v4, v6, networks_v4, networks_v6] = stamps.map(|stamp| stamp.is_some());
    let mut places = Places::default();
    let path = |file| folder.join(file);
    if v4 {
        places.countries_v4 = read::countries(&path(COUNTRIES_V4), COUNTRIES_V4)?;
    }
    if v6 {
        places.countries_v6 = read::countries(&path(COUNTRIES_V6), COUNTRIES_V6)?;
    }
    if networks_v4 {
        places.networks_v4 = read::networks(&path(NETWORKS_V4), NETWORKS_V4, &mut places.names)?;
    }
    if networks_v6 {
        places.networks_v6 = read::networks(&path(NETWORKS_V6), NETWORKS_V6, &mut places.names)?;
    }
    places.names.shrink();
    Ok(places)
}

impl Places {
    /// Ranges of each file, in the order of [`NAMES`].
    pub(super) fn rows(&self) -> [usize; 4] {
        [
            self.countries_v4.len(),
            self.countries_v6.len(),
            self.networks_v4.len(),
            self.networks_v6.len(),
        ]
    }
}
