//! Values of `apply-inbound-acl` that stay in force when they are gone from the file.
//!
//! FreeSWITCH takes what stands behind the first colon for contexts, one for callers who are let in and
//! one for all others, and keeps them at that place of the profile until it restarts: whatever list
//! comes there later, callers go where the old value sent them.

use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use super::file::FoundProfile;
use crate::inert::inert;
use crate::switch_xml::Place;

/// Such a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lingering {
    /// The profile, inert.
    pub profile: String,
    /// As written, inert.
    pub value: String,
    /// It was meant as an IPv6 network, not as a list with contexts.
    pub is_ipv6: bool,
    /// Where it stands.
    pub place: Place,
}

/// Those of the profiles of a file. What `none` takes back lingers, too.
pub fn lingering(profiles: &[FoundProfile]) -> Vec<Lingering> {
    let found = profiles.iter().flat_map(|profile| {
        let params = profile.inbound_acl.iter();
        let params = params.filter(|param| param.value.contains(':'));
        params.map(|param| Lingering {
            profile: inert(profile.name.as_bytes(), 100),
            value: inert(param.value.as_bytes(), 100),
            is_ipv6: is_ipv6(&param.value),
            place: param.place,
        })
    });
    found.collect()
}

fn is_ipv6(value: &str) -> bool {
    let address = value.split('/').next().unwrap_or(value);
    address.trim().parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::read;

    #[test]
    fn colons_linger_and_nothing_else_does() {
        let text = "<profile name=\"external\"><settings>\n\
            <param name=\"apply-inbound-acl\" value=\"inbound\"/>\n\
            <param name=\"apply-inbound-acl\" value=\"192.0.2.0/24\"/>\n\
            <param name=\"Apply-Inbound-ACL\" value=\"inbound:friends:public\"/>\n\
            <param name=\"apply-inbound-acl\" value=\"none\"/>\n\
            <param name=\"apply-inbound-acl\" value=\"2001:db8::/32\"/>\n\
            <!-- <param name=\"apply-inbound-acl\" value=\"a:b\"/> -->\n\
            <param name=\"context\" value=\"a:b\"/>\n</settings></profile>";
        let found = lingering(&read(text).unwrap());
        let told: Vec<_> = found
            .iter()
            .map(|found| (found.place.line, found.value.as_str(), found.is_ipv6))
            .collect();
        assert_eq!(
            told,
            [
                (4, "inbound:friends:public", false),
                (6, "2001:db8::/32", true)
            ]
        );
        assert!(found.iter().all(|found| found.profile == "external"));
    }
}
