//! Lists and their entries. One that exists can be written into `acl.conf.xml` and means there what it
//! means here.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::comment::Comment;
use super::name::ListName;
use crate::net::{NetError, Network};
use crate::switch_xml::is_true;

/// What an entry or a default does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Lets in.
    Allow,
    /// Keeps out.
    Deny,
}

impl Action {
    /// As written in `acl.conf.xml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    /// As FreeSWITCH reads any word: what is not true is deny.
    pub fn from_word(word: &str) -> Self {
        if is_true(word) {
            Self::Allow
        } else {
            Self::Deny
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Neither `allow` nor `deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is neither allow nor deny")]
pub struct UnknownAction;

impl FromStr for Action {
    type Err = UnknownAction;
    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        [Self::Allow, Self::Deny]
            .into_iter()
            .find(|action| action.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownAction)
    }
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedEntry")]
pub struct Entry {
    /// What it does.
    pub action: Action,
    network: Network,
    /// Beside it, for people.
    #[serde(skip_serializing_if = "Comment::is_empty")]
    pub comment: Comment,
}

#[derive(Deserialize)]
struct UncheckedEntry {
    action: Action,
    network: Network,
    #[serde(default)]
    comment: Comment,
}

/// Why a network cannot stand in a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not an address or network; with host bits, the network is offered.
    #[error(transparent)]
    Network(#[from] NetError),
    /// FreeSWITCH takes `0.0.0.0/32` for everybody.
    #[error("FreeSWITCH would match every IPv4 address with 0.0.0.0/32")]
    Unspecified,
}

impl Entry {
    /// # Errors
    /// [`EntryError::Unspecified`].
    pub fn new(action: Action, network: Network, comment: Comment) -> Result<Self, EntryError> {
        if network.is_host() && network.address() == std::net::Ipv4Addr::UNSPECIFIED {
            return Err(EntryError::Unspecified);
        }
        Ok(Self {
            action,
            network,
            comment,
        })
    }

    /// Whom it is about.
    pub fn network(&self) -> Network {
        self.network
    }
}

impl TryFrom<UncheckedEntry> for Entry {
    type Error = EntryError;
    fn try_from(entry: UncheckedEntry) -> Result<Self, EntryError> {
        Self::new(entry.action, entry.network, entry.comment)
    }
}

/// How much is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Lists.
    pub lists: usize,
    /// Entries of one list.
    pub entries: usize,
    /// Entries of all lists.
    pub all_entries: usize,
}

/// The limits.
pub const LIMITS: Limits = Limits {
    lists: 64,
    entries: 5_000,
    all_entries: 20_000,
};

/// Why lists do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AclError {
    /// Of two lists with one name FreeSWITCH takes the last and forgets the other.
    #[error("there are two lists named {0}")]
    SameName(ListName),
    /// More than [`Limits::lists`].
    #[error("at most 64 lists are possible")]
    TooManyLists,
    /// More than [`Limits::entries`].
    #[error("list {0} has more than 5000 entries")]
    TooManyEntries(ListName),
    /// More than [`Limits::all_entries`].
    #[error("the lists have more than 20000 entries together")]
    TooManyTogether,
}

/// A named list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclList {
    /// Its name.
    pub name: ListName,
    /// For addresses that no entry holds.
    pub default: Action,
    /// In order: of two with the same network the first counts.
    pub entries: Vec<Entry>,
    /// Takes the place of a list of this name that stands outside our part of the file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
}

/// Our lists, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<AclList>", into = "Vec<AclList>")]
pub struct AclLists(pub(super) Vec<AclList>);

impl AclLists {
    /// # Errors
    /// [`AclError`].
    pub fn new(lists: Vec<AclList>) -> Result<Self, AclError> {
        if lists.len() > LIMITS.lists {
            return Err(AclError::TooManyLists);
        }
        let mut names = HashSet::new();
        let mut entries = 0;
        for list in &lists {
            if !names.insert(&list.name) {
                return Err(AclError::SameName(list.name.clone()));
            }
            if list.entries.len() > LIMITS.entries {
                return Err(AclError::TooManyEntries(list.name.clone()));
            }
            entries += list.entries.len();
        }
        if entries > LIMITS.all_entries {
            return Err(AclError::TooManyTogether);
        }
        Ok(Self(lists))
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, AclList> {
        self.0.iter()
    }

    /// The list of that name, in exactly that case.
    pub fn get(&self, name: &str) -> Option<&AclList> {
        self.0.iter().find(|list| list.name.as_str() == name)
    }

    /// No lists at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many lists.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'a> IntoIterator for &'a AclLists {
    type Item = &'a AclList;
    type IntoIter = std::slice::Iter<'a, AclList>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<AclList>> for AclLists {
    type Error = AclError;
    fn try_from(lists: Vec<AclList>) -> Result<Self, AclError> {
        Self::new(lists)
    }
}

impl From<AclLists> for Vec<AclList> {
    fn from(lists: AclLists) -> Self {
        lists.0
    }
}
