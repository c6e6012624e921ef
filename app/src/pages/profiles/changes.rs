//! What differs between two settings of profiles, in words.

use backend::config::NodeFound;
use domain::profile::{ProfileAccess, Profiles};

use crate::pages::revisions::Change;
use crate::words::Words;

pub(in crate::pages) fn changes(
    words: Words,
    before: Option<&Profiles>,
    after: &Profiles,
) -> Vec<Change> {
    let empty = Profiles::default();
    let before = before.unwrap_or(&empty);
    let name = |access: &ProfileAccess| access.profile.to_string();
    let gone = before
        .iter()
        .filter(|access| after.get(&name(access)).is_none());
    let gone = gone.map(|access| Change {
        what: name(access),
        before: Some(told(words, access)),
        after: None,
    });
    let new = after
        .iter()
        .filter_map(|access| match before.get(&name(access)) {
            None => Some(Change {
                what: name(access),
                before: None,
                after: Some(told(words, access)),
            }),
            Some(old) => Change::of(name(access), told(words, old), told(words, access)),
        });
    gone.chain(new).collect()
}

/// Both parameters on two lines.
fn told(words: Words, access: &ProfileAccess) -> String {
    format!(
        "apply-inbound-acl: {}\nauth-calls: {}",
        acl(words, access),
        auth(words, access)
    )
}

pub(super) fn acl(words: Words, access: &ProfileAccess) -> String {
    match &access.inbound_acl {
        None => words.acl_keep().to_owned(),
        Some(acl) if acl.is_empty() => words.acl_nobody().to_owned(),
        Some(acl) => acl
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

pub(super) fn auth(words: Words, access: &ProfileAccess) -> &'static str {
    match access.auth_calls {
        None => words.acl_keep(),
        Some(true) => words.auth_on(),
        Some(false) => words.auth_off(),
    }
}

/// Allowed, but unwise.
pub(super) fn warnings(words: Words, profiles: &Profiles) -> Vec<String> {
    let warn = |access: &ProfileAccess| {
        let acl = access.inbound_acl.as_ref()?;
        let profile = access.profile.as_str();
        match (acl.is_empty(), access.auth_calls) {
            (true, Some(false)) => Some(words.warn_nobody(profile)),
            (false, Some(true)) => {
                Some(words.warn_all_password(profile, &self::acl(words, access)))
            }
            _ => None,
        }
    };
    profiles.iter().filter_map(warn).collect()
}

/// What a node goes on doing although these come to it: values that only a restart of the profile ends.
pub(super) fn lingering(words: Words, profiles: &Profiles, found: &NodeFound) -> Vec<String> {
    let set = |name: &str| {
        profiles
            .get(name)
            .is_some_and(|access| access.inbound_acl.is_some())
    };
    let found_there = found.lingering.iter().map(|found| &found.what);
    found_there
        .filter(|what| set(&what.profile))
        .map(|what| words.lingers_on(&found.name, &words.lingers(what)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_both_parameters() {
        let profiles = |json: &str| serde_json::from_str::<Profiles>(json).unwrap();
        let before = profiles(
            r#"[{"profile":"external","auth_calls":false},{"profile":"old","inbound_acl":[]}]"#,
        );
        let after = profiles(
            r#"[{"profile":"external","inbound_acl":["inbound","10.0.0.0/8"],"auth_calls":false}]"#,
        );
        let told: Vec<_> = changes(Words::En, Some(&before), &after)
            .into_iter()
            .map(|change| (change.what, change.before, change.after))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (
                    "old".to_owned(),
                    some(
                        "apply-inbound-acl: no list: everybody may call\nauth-calls: leave as it is"
                    ),
                    None
                ),
                (
                    "external".to_owned(),
                    some("apply-inbound-acl: leave as it is\nauth-calls: off"),
                    some("apply-inbound-acl: inbound, 10.0.0.0/8\nauth-calls: off"),
                ),
            ]
        );
        let open = profiles(r#"[{"profile":"external","inbound_acl":[],"auth_calls":false}]"#);
        assert_eq!(warnings(Words::En, &open).len(), 1);
    }
}
