//! What a profile shall ask of callers.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::acl::{ListName, NameError};
use crate::net::{NetError, Network};

/// The name of a SIP profile, safe as a word of an ESL command: letters, digits, `_`, `-`, `.`; at most 64.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

/// The text cannot name a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a profile's name holds up to 64 letters, digits, '_', '-' and '.'")]
pub struct ProfileNameError;

impl ProfileName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProfileName {
    type Err = ProfileNameError;
    fn from_str(text: &str) -> Result<Self, ProfileNameError> {
        let text = text.trim();
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let first = text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        if first && text.len() <= 64 && text.bytes().all(good) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ProfileNameError)
        }
    }
}

impl TryFrom<String> for ProfileName {
    type Error = ProfileNameError;
    fn try_from(text: String) -> Result<Self, ProfileNameError> {
        text.parse()
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The lists that FreeSWITCH makes itself.
pub const AUTOMATIC_LISTS: [&str; 10] = [
    "rfc1918.auto",
    "rfc6598.auto",
    "nat.auto",
    "localnet.auto",
    "loopback.auto",
    "wan.auto",
    "wan_v4.auto",
    "wan_v6.auto",
    "any_v4.auto",
    "any_v6.auto",
];

/// One of [`AUTOMATIC_LISTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AutomaticList(&'static str);

/// What a profile can ask: a list, one that FreeSWITCH makes, or a network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AclRef {
    /// A list of `acl.conf.xml`.
    List(ListName),
    /// A list that is always there.
    Automatic(AutomaticList),
    /// An IPv4 network.
    Network(Network),
}

/// Why a text is none of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AclRefError {
    /// It holds a slash.
    #[error(transparent)]
    Network(#[from] NetError),
    /// FreeSWITCH takes `2001:db8::/32` for the list `2001` and the contexts `db8` and `:/32`.
    #[error("FreeSWITCH cannot read an IPv6 network here; put it into a list")]
    Ipv6,
    /// It does not, and is no list's name; `.auto` names are those of [`AUTOMATIC_LISTS`].
    #[error(transparent)]
    Name(#[from] NameError),
}

impl FromStr for AclRef {
    type Err = AclRefError;
    fn from_str(text: &str) -> Result<Self, AclRefError> {
        let text = text.trim();
        if let Some(name) = AUTOMATIC_LISTS.into_iter().find(|name| *name == text) {
            return Ok(Self::Automatic(AutomaticList(name)));
        }
        if text.contains('/') {
            let network: Network = text.parse()?;
            if network.address().is_ipv6() {
                return Err(AclRefError::Ipv6);
            }
            return Ok(Self::Network(network));
        }
        Ok(Self::List(text.parse()?))
    }
}

impl TryFrom<String> for AclRef {
    type Error = AclRefError;
    fn try_from(text: String) -> Result<Self, AclRefError> {
        text.parse()
    }
}

impl From<AclRef> for String {
    fn from(acl: AclRef) -> Self {
        acl.to_string()
    }
}

impl fmt::Display for AclRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(name) => name.fmt(f),
            Self::Automatic(AutomaticList(name)) => f.write_str(name),
            // With its length even where it is one address: without a slash it would be a list's name.
            Self::Network(network) => network.ipnet().fmt(f),
        }
    }
}

/// What shall hold for one profile; `None` leaves it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileAccess {
    /// Which profile.
    pub profile: ProfileName,
    /// `apply-inbound-acl`, one parameter each: a match with any of them is enough. Empty: everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound_acl: Option<Vec<AclRef>>,
    /// `auth-calls`: a match then means "no password needed"; without it, no match means 403.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_calls: Option<bool>,
}

/// Profiles, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ProfileAccess>", into = "Vec<ProfileAccess>")]
pub struct Profiles(Vec<ProfileAccess>);

/// Why profiles do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ProfileError {
    /// One name twice.
    #[error("there are two profiles named {0}")]
    SameName(ProfileName),
    /// More than 64 profiles, or more than 16 lists of one.
    #[error("at most 64 profiles with 16 lists each are possible")]
    TooMany,
}

impl Profiles {
    /// # Errors
    /// [`ProfileError`].
    pub fn new(profiles: Vec<ProfileAccess>) -> Result<Self, ProfileError> {
        let mut names = HashSet::new();
        for access in &profiles {
            if access
                .inbound_acl
                .as_ref()
                .is_some_and(|acl| acl.len() > 16)
            {
                return Err(ProfileError::TooMany);
            }
            if !names.insert(&access.profile) {
                return Err(ProfileError::SameName(access.profile.clone()));
            }
        }
        if profiles.len() > 64 {
            return Err(ProfileError::TooMany);
        }
        Ok(Self(profiles))
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, ProfileAccess> {
        self.0.iter()
    }

    /// What is wanted of that profile.
    pub fn get(&self, name: &str) -> Option<&ProfileAccess> {
        self.0.iter().find(|access| access.profile.as_str() == name)
    }

    /// Nothing is wanted of any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lists that profiles name and that are not there: such a profile answers 403 to everybody.
    pub fn unknown_lists(
        &self,
        is_known: impl Fn(&ListName) -> bool,
    ) -> Vec<(ProfileName, ListName)> {
        let mut unknown = Vec::new();
        for access in &self.0 {
            for acl in access.inbound_acl.iter().flatten() {
                if let AclRef::List(name) = acl
                    && !is_known(name)
                {
                    unknown.push((access.profile.clone(), name.clone()));
                }
            }
        }
        unknown
    }
}

impl<'a> IntoIterator for &'a Profiles {
    type Item = &'a ProfileAccess;
    type IntoIter = std::slice::Iter<'a, ProfileAccess>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<ProfileAccess>> for Profiles {
    type Error = ProfileError;
    fn try_from(profiles: Vec<ProfileAccess>) -> Result<Self, ProfileError> {
        Self::new(profiles)
    }
}

impl From<Profiles> for Vec<ProfileAccess> {
    fn from(profiles: Profiles) -> Self {
        profiles.0
    }
}
