//! Lists of a file as lists of ours.

use serde::{Deserialize, Serialize};

use super::finding::{Fault, Finding};
use super::node::Rule;
use super::read::{AclFile, FoundList};
use crate::acl::{AclError, AclList, AclLists, Comment, Entry, LIMITS, ListName, NameError};
use crate::net::Network;
use crate::switch_xml::Place;

/// A list of a file, taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What can be taken.
    pub list: AclList,
    /// What cannot, each named.
    pub left_out: Vec<Finding>,
}

/// Why a list cannot be ours at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CannotImport {
    /// Its name.
    #[error("{place}: list \"{}\": {fault}", crate::inert::inert(.name.as_bytes(), 200))]
    Name {
        /// Where it stands.
        place: Place,
        /// As written.
        name: String,
        /// Why.
        fault: NameError,
    },
    /// Its default is a variable of the switch.
    #[error("{place}: the default of list {name} is a variable")]
    Default {
        /// Where it stands.
        place: Place,
        /// Its name.
        name: ListName,
    },
    /// Too much for us.
    #[error(transparent)]
    Limit(#[from] AclError),
    /// What stands in our part is more than we write: somebody else wrote there.
    #[error("{0}")]
    Foreign(Finding),
}

impl Imported {
    /// Is something left out that the switch acts on? What it passes over itself is no loss.
    pub fn loses_meaning(&self) -> bool {
        self.left_out
            .iter()
            .any(|finding| finding.fault.is_unknown())
    }
}

impl FoundList {
    /// As a list of ours, with the same answers as far as nothing is left out.
    pub fn import(&self) -> Result<Imported, CannotImport> {
        let place = self.place;
        let name: ListName = self.name.parse().map_err(|fault| CannotImport::Name {
            place,
            name: self.name.clone(),
            fault,
        })?;
        let Some(default) = self.default else {
            return Err(CannotImport::Default { place, name });
        };
        let mut entries = Vec::new();
        for node in &self.nodes {
            let (Some(action), Rule::Nets(nets)) = (node.action, &node.rule) else {
                continue;
            };
            if self.counts_for_ports(node.place) {
                continue;
            }
            let comment = Comment::from_foreign(&node.comment);
            let networks = nets.iter().filter(|net| match net.fault() {
                None | Some(Fault::HostBits { .. }) => true,
                Some(_) => false,
            });
            for (address, bits) in networks.filter_map(super::node::Net::written) {
                let entry = Network::around(address, bits)
                    .ok()
                    .and_then(|network| Entry::new(action, network, comment.clone()).ok());
                entries.extend(entry);
            }
        }
        if entries.len() > LIMITS.entries {
            return Err(AclError::TooManyEntries(name).into());
        }
        let left_out = self
            .findings
            .iter()
            .filter(|finding| finding.fault.is_left_out());
        let left_out = left_out.cloned().collect();
        let adopted = self.adopted;
        let list = AclList {
            name,
            default,
            entries,
            adopted,
        };
        Ok(Imported { list, left_out })
    }

    fn counts_for_ports(&self, place: Place) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.place == place && finding.fault == Fault::Ports)
    }
}

impl AclFile {
    /// Our part as lists, if it is no more than what we write.
    pub fn ours(&self) -> Result<AclLists, CannotImport> {
        let mut lists = Vec::new();
        for found in self.lists.iter().filter(|list| list.ours) {
            let imported = found.import()?;
            if let Some(finding) = imported.left_out.into_iter().next() {
                return Err(CannotImport::Foreign(finding));
            }
            lists.push(imported.list);
        }
        Ok(AclLists::new(lists)?)
    }
}

/// What a switch has loaded instead of one of our lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlike {
    /// No list of this name.
    Missing(ListName),
    /// Another list of this name.
    Other(ListName),
}

/// Compares [`super::loaded`] lists with ours; empty: the switch has what we want.
pub fn compare(wanted: &AclLists, loaded: &[FoundList]) -> Vec<Unlike> {
    let unlike = |wanted: &AclList| {
        let name = wanted.name.clone();
        let Some(found) = loaded
            .iter()
            .rev()
            .find(|found| found.name == name.as_str())
        else {
            return Some(Unlike::Missing(name));
        };
        let same = found
            .import()
            .is_ok_and(|imported| imported.left_out.is_empty() && imported.list == *wanted);
        (!same).then_some(Unlike::Other(name))
    };
    wanted.iter().filter_map(unlike).collect()
}
