//! What is configured, of any kind.

use domain::acl::AclLists;
use domain::config::Kind;
use domain::cti::CallRules;
use domain::ids::NodeId;
use domain::jail::JailConfig;
use domain::profile::Profiles;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;

/// A kind and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// What.
    pub kind: Kind,
    /// `None`: the fleet's; else of a node that has its own.
    pub node: Option<NodeId>,
}

impl Line {
    /// The fleet's line of a kind.
    pub fn fleet(kind: Kind) -> Self {
        Self { kind, node: None }
    }

    /// A node's own line of a kind.
    pub fn of(kind: Kind, node: NodeId) -> Self {
        let node = Some(node);
        Self { kind, node }
    }
}

/// A whole configuration of one kind; valid by its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// [`Kind::CallRules`]
    CallRules(CallRules),
    /// [`Kind::Acl`]
    Acl(AclLists),
    /// [`Kind::Profiles`]
    Profiles(Profiles),
    /// [`Kind::Jail`]
    Jail(JailConfig),
}

impl Content {
    /// Which kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::CallRules(_) => Kind::CallRules,
            Self::Acl(_) => Kind::Acl,
            Self::Profiles(_) => Kind::Profiles,
            Self::Jail(_) => Kind::Jail,
        }
    }

    /// Does what was found somewhere mean the same? Only what we configure counts: a profile that we
    /// say nothing of may be as it likes, and a list is the same once it is adopted.
    pub fn agrees(&self, found: &Self) -> bool {
        match (self, found) {
            (Self::Acl(ours), Self::Acl(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(ours, theirs)| {
                        ours.name == theirs.name
                            && ours.default == theirs.default
                            && ours.entries == theirs.entries
                    })
            }
            (Self::Profiles(ours), Self::Profiles(theirs)) => ours.iter().all(|ours| {
                theirs.get(ours.profile.as_str()).is_some_and(|theirs| {
                    let acl = ours.inbound_acl.is_none() || ours.inbound_acl == theirs.inbound_acl;
                    let auth = ours.auth_calls.is_none() || ours.auth_calls == theirs.auth_calls;
                    acl && auth
                })
            }),
            (ours, theirs) => ours == theirs,
        }
    }

    /// For reading and comparing: JSON, one value a line.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(&self.to_json()).unwrap_or_default()
    }

    /// As stored.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::CallRules(rules) => json(rules),
            Self::Acl(lists) => json(lists),
            Self::Profiles(profiles) => json(profiles),
            Self::Jail(jail) => json(jail),
        }
    }

    /// Reads what [`Content::to_json`] gave.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] where `table` holds something else.
    pub(super) fn from_json(kind: Kind, table: &'static str, json: Value) -> Result<Self, Error> {
        match kind {
            Kind::CallRules => read(table, json).map(Self::CallRules),
            Kind::Jail => read(table, json).map(Self::Jail),
            Kind::Acl => read(table, json).map(Self::Acl),
            Kind::Profiles => read(table, json).map(Self::Profiles),
        }
    }
}

fn json(content: &impl Serialize) -> Value {
    serde_json::to_value(content).expect("configuration has no maps with odd keys")
}

pub(super) fn read<T: DeserializeOwned>(table: &'static str, json: Value) -> Result<T, Error> {
    serde_json::from_value(json).map_err(|error| Error::Inconsistent {
        table,
        what: error.to_string(),
    })
}
