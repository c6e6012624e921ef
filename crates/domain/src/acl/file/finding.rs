//! What FreeSWITCH swallows with `+OK acl reloaded` although its meaning is lost.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::node::CidrFault;
use crate::acl::Action;
use crate::inert::inert;
use crate::net::Network;
use crate::switch_xml::Place;

/// Something to know about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// In which list; none: outside of lists.
    pub list: Option<String>,
    /// What.
    pub fault: Fault,
}

/// What was found. Texts are the file's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A list without name does not exist.
    NoName,
    /// Another list of this name stands below: that one counts alone.
    Overridden,
    /// FreeSWITCH makes a list of this name itself; this one replaces it.
    AutomaticName,
    /// Neither allow nor deny, and so read as this.
    Word {
        /// The word.
        word: String,
        /// What it means.
        means: Action,
    },
    /// No `default`: it lets everybody in.
    NoDefault,
    /// No `type`: it does what the default does.
    NoType,
    /// Neither `cidr` nor `host` and `mask` nor `domain`: it is passed over.
    NoNetwork,
    /// Not a network: it is passed over.
    Cidr {
        /// As written.
        text: String,
        /// Why.
        fault: CidrFault,
    },
    /// Host bits are set; this network is meant.
    HostBits {
        /// As written.
        text: String,
        /// What it means.
        network: Network,
    },
    /// Length 0, yet one address only.
    OneAddress {
        /// As written.
        text: String,
    },
    /// `0.0.0.0/32`: everybody.
    Everybody {
        /// As written.
        text: String,
    },
    /// A mask with holes: no network, though FreeSWITCH takes it.
    Holes {
        /// As written.
        text: String,
    },
    /// Only the first 32 networks of an attribute are read; so many are not.
    CutOff {
        /// How many.
        count: usize,
    },
    /// `host` or `mask` is not an IPv4 address: nobody knows whom it matches.
    HostMask {
        /// As written.
        text: String,
    },
    /// Users of the directory come in; what they are is not in this file.
    Domain {
        /// As written.
        domain: String,
    },
    /// The node counts for some ports only; the port of a caller is not asked here.
    Ports,
    /// The value is a variable of the switch.
    Variable {
        /// As written.
        text: String,
    },
    /// An element that FreeSWITCH passes over.
    UnknownElement {
        /// Its name.
        name: String,
    },
    /// Other files come in here; what they hold is not seen.
    Include {
        /// Their pattern.
        pattern: String,
    },
    /// A program's output comes in here.
    Program,
}

impl Fault {
    /// Is something of the list's meaning missing where it is imported?
    pub fn is_left_out(&self) -> bool {
        let kept = matches!(
            self,
            Self::NoName
                | Self::Overridden
                | Self::AutomaticName
                | Self::Word { .. }
                | Self::NoDefault
                | Self::NoType
                | Self::HostBits { .. }
        );
        !kept
    }

    /// Does it leave open what the switch answers?
    pub fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::Domain { .. }
                | Self::Ports
                | Self::Variable { .. }
                | Self::Include { .. }
                | Self::Program
                | Self::HostMask { .. }
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(list) = &self.list {
            write!(f, "list {}: ", shown(list))?;
        }
        self.fault.fmt(f)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("a list without a name does not exist for FreeSWITCH"),
            Self::Overridden => {
                f.write_str("another list of this name stands below and counts alone")
            }
            Self::AutomaticName => {
                f.write_str("replaces the list of this name that FreeSWITCH makes itself")
            }
            Self::Word { word, means } => {
                write!(
                    f,
                    "\"{}\" is neither allow nor deny; FreeSWITCH reads {means}",
                    shown(word)
                )
            }
            Self::NoDefault => f.write_str("without a default, FreeSWITCH allows"),
            Self::NoType => f.write_str("a node without a type does what the default does"),
            Self::NoNetwork => {
                f.write_str("a node without cidr, host and mask, or domain is passed over")
            }
            Self::Cidr { text, fault } => {
                write!(f, "\"{}\" {fault}; FreeSWITCH passes over it", shown(text))
            }
            Self::HostBits { text, network } => {
                write!(
                    f,
                    "\"{}\" has host bits set; FreeSWITCH reads {network}",
                    shown(text)
                )
            }
            Self::OneAddress { text } => {
                write!(f, "\"{}\" matches only that one address", shown(text))
            }
            Self::Everybody { text } => {
                write!(f, "\"{}\" matches every IPv4 address", shown(text))
            }
            Self::Holes { text } => {
                write!(
                    f,
                    "\"{}\" has a mask with holes and is no network",
                    shown(text)
                )
            }
            Self::CutOff { count } => {
                write!(
                    f,
                    "FreeSWITCH reads 32 networks of one attribute; {count} more are not read"
                )
            }
            Self::HostMask { text } => {
                write!(
                    f,
                    "\"{}\" is no IPv4 host and mask; nobody knows whom it matches",
                    shown(text)
                )
            }
            Self::Domain { domain } => {
                write!(
                    f,
                    "users of the domain {} come in, unknown here",
                    shown(domain)
                )
            }
            Self::Ports => {
                f.write_str("the node counts for some ports only; judged as for any port")
            }
            Self::Variable { text } => {
                write!(
                    f,
                    "the value of {} is known to the switch only",
                    shown(text)
                )
            }
            Self::UnknownElement { name } => {
                write!(f, "FreeSWITCH passes over <{}>", shown(name))
            }
            Self::Include { pattern } => {
                write!(
                    f,
                    "the files {} come in here, not seen here",
                    shown(pattern)
                )
            }
            Self::Program => f.write_str("a program's output comes in here, not seen here"),
        }
    }
}

fn shown(text: &str) -> String {
    inert(text.as_bytes(), 200)
}
