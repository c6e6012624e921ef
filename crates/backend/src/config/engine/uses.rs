//! Which lists the profiles of a switch ask: where such a list vanishes, the profile refuses every call,
//! and `reloadacl` says that all is well.

use domain::acl::file::{self, Fault, FoundList};
use domain::profile;
use domain::reason::SwitchReason;

/// A profile that asks a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub profile: String,
    pub list: String,
}

/// What is loaded of every profile, ours to change or not; none where that cannot be read.
pub(super) fn of_profiles(sofia: Option<&str>) -> Vec<Use> {
    let profiles = sofia.and_then(|xml| profile::loaded(xml).ok());
    let profiles = profiles.unwrap_or_default();
    let uses = profiles.iter().flat_map(|profile| {
        let lists = profile.named_lists().into_iter();
        lists.map(|list| Use {
            profile: profile.name.clone(),
            list: list.to_owned(),
        })
    });
    uses.collect()
}

fn has(lists: &[FoundList], name: &str) -> bool {
    lists.iter().any(|list| list.name == name)
}

/// Keeps those whose list is loaded: what never was there is nobody's change.
pub(super) fn retain_loaded(uses: &mut Vec<Use>, acl: Option<&str>) {
    let lists = acl.and_then(|xml| file::loaded(xml).ok());
    let lists = lists.unwrap_or_default();
    uses.retain(|used| has(&lists, &used.list));
}

/// Takes out those whose list is not in the file that is to be loaded. True where more may come into it
/// than it says: then none is taken out.
pub(super) fn missing(uses: &mut Vec<Use>, text: Option<&str>) -> (Vec<Use>, bool) {
    let Some(file) = text.and_then(|text| file::read(text).ok()) else {
        return (Vec::new(), true);
    };
    let hidden = |fault: &Fault| matches!(fault, Fault::Include { .. } | Fault::Program);
    let open = file.findings.iter().any(|found| hidden(&found.fault))
        || file.lists.iter().any(|list| list.name.contains("$${"));
    if open {
        return (Vec::new(), true);
    }
    let is_missing = |used: &mut Use| !has(&file.lists, &used.list);
    (uses.extract_if(.., is_missing).collect(), false)
}

/// The first whose list is not loaded any more.
pub(super) fn gone<'a>(uses: &'a [Use], acl: Option<&str>) -> Option<&'a Use> {
    let lists = acl.and_then(|xml| file::loaded(xml).ok())?;
    uses.iter().find(|used| !has(&lists, &used.list))
}

pub(super) fn would_vanish(Use { profile, list }: &Use) -> SwitchReason {
    SwitchReason::WouldVanish {
        profile: profile.clone(),
        list: list.clone(),
    }
}

pub(super) fn vanished(Use { profile, list }: &Use) -> SwitchReason {
    SwitchReason::Vanished {
        profile: profile.clone(),
        list: list.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOFIA: &str = "<configuration name=\"sofia.conf\"><profiles><profile name=\"external\"><settings>\
        <param name=\"apply-inbound-acl\" value=\"forgotten\"/>\
        <param name=\"apply-inbound-acl\" value=\"none\"/>\
        <param name=\"apply-inbound-acl\" value=\"rfc1918.auto\"/>\
        <param name=\"apply-inbound-acl\" value=\"192.0.2.0/24\"/>\
        <param name=\"apply-inbound-acl\" value=\"inbound:friends:strangers\"/>\
        <param name=\"apply-inbound-acl\" value=\"lan\"/>\
        </settings></profile></profiles></configuration>";

    fn acl(inner: &str) -> String {
        format!(
            "<configuration name=\"acl.conf\">\n<network-lists>\n{inner}\n</network-lists>\n</configuration>"
        )
    }

    #[test]
    fn only_what_was_there_and_is_asked_can_vanish() {
        let mut uses = of_profiles(Some(SOFIA));
        let names = |uses: &[Use]| {
            uses.iter()
                .map(|used| used.list.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&uses), ["inbound", "lan"]);
        let lan = acl("<list name=\"lan\" default=\"deny\"/>");
        retain_loaded(&mut uses, Some(&lan));
        assert_eq!(names(&uses), ["lan"]);
        let missing_of = |text: &str| {
            let (missing, open) = missing(&mut uses.clone(), Some(text));
            (names(&missing), open)
        };
        assert_eq!(missing_of(&lan), (vec![], false));
        assert_eq!(missing_of(&acl("")), (vec!["lan".to_owned()], false));
        assert_eq!(gone(&uses, Some(&acl(""))), uses.first());
        assert_eq!(gone(&uses, Some(&lan)), None);
        for unknown in [
            "<X-PRE-PROCESS cmd=\"include\" data=\"more/*.xml\"/>",
            "<list name=\"$${which}\" default=\"deny\"/>",
        ] {
            assert_eq!(missing_of(&acl(unknown)), (vec![], true), "{unknown}");
        }
        let said = would_vanish(&uses[0]).to_string();
        assert!(said.starts_with("list lan would be gone, and profile external"));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        assert_eq!(of_profiles(None), []);
        assert_eq!(of_profiles(Some("<broken")), []);
        let mut uses = of_profiles(Some(SOFIA));
        assert_eq!(missing(&mut uses, Some("<broken")), (vec![], true));
        assert_eq!(missing(&mut uses, None), (vec![], true));
        assert_eq!(gone(&uses, None), None);
    }
}
