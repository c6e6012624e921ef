//! `acl.conf.xml`: what FreeSWITCH makes of it, and our part of it.
//!
//! Ours lies between two comments inside `<network-lists>`. Everything else stays byte for byte.

mod block;
mod convert;
mod finding;
mod lists;
mod node;
#[cfg(test)]
mod properties;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use convert::{CannotImport, Imported, Unlike, compare};
pub use finding::{Fault, Finding};
pub use node::{CidrFault, Net, Node, Rule};
pub use read::{AclFile, FoundList, Verdict, loaded, read};
pub use write::{render, write};

use serde::{Deserialize, Serialize};

use super::name::ListName;
use crate::switch_xml::{Place, XmlError};

/// First of our comments starts so.
const BEGIN: &str = "callwarden: begin";
/// And the second.
const END: &str = "callwarden: end";

/// Why a file is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FileError {
    /// Not XML that is read.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The outermost element is another.
    #[error("{place}: not <configuration name=\"acl.conf\">")]
    NotAclConf {
        /// Where it stands.
        place: Place,
    },
    /// FreeSWITCH finds no list in it.
    #[error("{place}: there is no <network-lists> in <configuration>")]
    NoNetworkLists {
        /// The configuration.
        place: Place,
    },
    /// FreeSWITCH passes over the second.
    #[error("{place}: a second <network-lists>")]
    TwoNetworkLists {
        /// The second.
        place: Place,
    },
    /// Our comments are not one pair.
    #[error("{place}: the comment \"{}\" {fault}", if *.begin { BEGIN } else { END })]
    Marker {
        /// Where it stands.
        place: Place,
        /// Which of the two.
        begin: bool,
        /// What is wrong with it.
        fault: MarkerFault,
    },
    /// Outside our part stand lists of the same names; the last one would win.
    #[error("{}", conflicts(.0))]
    Conflicts(Vec<Conflict>),
    /// What FreeSWITCH has loaded could not be read back.
    #[error(
        "{place}: there is a \"<!\" in this attribute or text; from there on FreeSWITCH does not show what \
         it has loaded as XML, so nothing could be proven: take the \"<!\" out"
    )]
    Unshowable {
        /// The element.
        place: Place,
    },
    /// What is written would be too big.
    #[error("the file would be bigger than 5 MB")]
    TooBigToWrite,
    /// What was to be written reads back as something else.
    #[error("the new text does not read back as it should; nothing is written")]
    NotReadBack,
}

impl FileError {
    /// Where, if it is about one place.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Xml(error) => error.place(),
            Self::NotAclConf { place }
            | Self::NoNetworkLists { place }
            | Self::TwoNetworkLists { place }
            | Self::Marker { place, .. }
            | Self::Unshowable { place } => Some(*place),
            Self::Conflicts(_) | Self::TooBigToWrite | Self::NotReadBack => None,
        }
    }
}

/// What is wrong with one of our comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum MarkerFault {
    /// Its other half is missing.
    #[error("has no counterpart")]
    Alone,
    /// Ours can stand only once.
    #[error("stands there twice")]
    Twice,
    /// It belongs directly into `<network-lists>`.
    #[error("stands outside <network-lists> or inside a list")]
    Misplaced,
}

/// A list of the same name outside our part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The name.
    pub name: ListName,
    /// The list outside.
    pub place: Place,
    /// Other files come in inside that list, so it cannot be adopted: what they hold is not seen.
    pub has_unseen: bool,
}

fn conflicts(conflicts: &[Conflict]) -> String {
    let each: Vec<String> = conflicts
        .iter()
        .map(
            |Conflict {
                 name,
                 place,
                 has_unseen,
             }| {
                let why = if *has_unseen {
                    "; it includes other files and cannot be adopted"
                } else {
                    "; let ours take its place, or name it differently"
                };
                format!("{place}: there is a list {name} already{why}")
            },
        )
        .collect();
    each.join("; ")
}
