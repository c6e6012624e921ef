//! Country and network of an address, from files on this machine: no lookup leaves it.
//!
//! The files are those of the npm packages `@ip-location-db/asn-country` and `@ip-location-db/asn`
//! (docs/operating.md says where they come from, and how they are updated). They are read at start and
//! whenever they change; without them countries and networks are unknown.

mod files;
mod folder;
mod places;
mod ranges;
mod read;

pub use files::NAMES as FILE_NAMES;
pub use folder::{FileState, Geo, State, watch};
pub use places::Places;
pub use read::{Fault, LoadError};

#[cfg(test)]
mod tests;
