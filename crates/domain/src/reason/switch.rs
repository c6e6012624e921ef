//! What a switch said, or has loaded.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::acl::ListName;
use crate::acl::file::FileError;
use crate::profile::ProfileName;
use crate::switch_xml::XmlError;

/// The switch was told, and asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SwitchReason {
    /// A command did nothing, or nothing is known of what it did.
    #[error("{command}: {answered}")]
    Command {
        /// The command.
        command: String,
        /// What came back.
        answered: Answered,
    },
    /// After a change nobody gets in any more.
    #[error("a new connection of the console fails: {0}")]
    NoNewConnection(Answered),
    /// The console has nowhere to connect to.
    #[error(
        "the console has no Event Socket settings for this node: enter them on the node's page, then \
         try again"
    )]
    NoSettings,
    /// It was not told to load the lists.
    #[error(
        "list {list} would be gone, and profile {profile}, which asks it, would refuse every call; the \
         switch was not told to load this: change the profile first"
    )]
    WouldVanish {
        /// As the switch names it.
        profile: String,
        /// The same.
        list: String,
    },
    /// A list went, and a profile asks it.
    #[error(
        "profile {profile} asks list {list}, which the switch does not have any more: it refuses every \
         call"
    )]
    Vanished {
        /// As the switch names it.
        profile: String,
        /// The same.
        list: String,
    },
    /// The profile was not told to take it.
    #[error(
        "profile {profile} names list {list}, which the switch does not have: it would refuse every \
         call"
    )]
    NoSuchList {
        /// The profile.
        profile: ProfileName,
        /// What it would ask.
        list: ListName,
    },
    /// `acl <address> <list>` says the other.
    #[error(
        "list {list}: the switch would have {address} {}, it should be {}",
        word(!.allowed), word(*.allowed)
    )]
    Probe {
        /// The list.
        list: ListName,
        /// Who was asked about.
        address: IpAddr,
        /// What it should be.
        allowed: bool,
    },
    /// No `acl.conf` is loaded.
    #[error("the switch has loaded no acl.conf at all")]
    NoLists,
    /// One of our lists is not.
    #[error("the switch has not loaded list {0}")]
    ListMissing(ListName),
    /// One of that name is.
    #[error("list {0}: the switch has loaded something else")]
    OtherList(ListName),
    /// What is loaded cannot be compared.
    #[error(
        "what the switch has loaded cannot be read back ({0}); a \"<!\" in an attribute of a file that \
         acl.conf.xml brings in does that"
    )]
    ListsUnreadable(FileError),
    /// The same of profiles.
    #[error("what the switch has loaded: {0}")]
    ProfilesUnreadable(XmlError),
    /// The profile is not loaded.
    #[error("the switch has no profile {0}")]
    ProfileMissing(ProfileName),
    /// It is, with something else in it.
    #[error("the switch has loaded other params of profile {0}")]
    OtherParams(ProfileName),
}

fn word(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "denied" }
}

/// Anything but success of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// There is no connection.
    #[error("{said}")]
    NotUp {
        /// The link's stable word.
        why: String,
        /// In English.
        said: String,
    },
    /// Too many wait.
    #[error("too many commands are waiting")]
    Busy,
    /// No answer.
    #[error("the switch did not answer in time")]
    TimedOut,
    /// The account may not.
    #[error("the switch account may not run `{command}`")]
    Denied {
        /// Its first word.
        command: String,
    },
    /// Other words than those of success.
    #[error("the switch answered: {said}")]
    Failed {
        /// Those words.
        said: String,
    },
}
