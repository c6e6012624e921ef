//! SIP profiles: a rescan takes over the params while calls go on.

use domain::acl::file;
use domain::profile::{ProfileAccess, Profiles, loaded};
use esl::{Command, ConfigName};

use super::attempt::{Attempt, Stop};

/// A profile that names a list which is not there would answer 403 to everybody: it is not told.
pub(super) async fn load(attempt: &mut Attempt, wanted: &Profiles) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
    let lists = match answer.located() {
        None => Vec::new(),
        Some(xml) => file::loaded(xml).map_err(|error| Stop::Fail(error.to_string()))?,
    };
    let unknown = wanted.unknown_lists(|name| lists.iter().any(|list| list.name == name.as_str()));
    if let Some((profile, list)) = unknown.first() {
        return Err(Stop::Fail(format!(
            "profile {profile} names list {list}, which the switch does not have: it would refuse \
             every call"
        )));
    }
    for access in wanted {
        let rescan = Command::SofiaRescan(access.profile.clone());
        attempt.ask(rescan).await?;
    }
    Ok(())
}

pub(super) async fn verify(attempt: &mut Attempt, wanted: &Profiles) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Sofia)).await?;
    as_located(wanted, answer.located()).map_err(Stop::Fail)
}

/// Compares what the switch has in its XML with what it should have.
pub(super) fn as_located(wanted: &Profiles, xml: Option<&str>) -> Result<(), String> {
    let found = match xml {
        None => Vec::new(),
        Some(xml) => loaded(xml).map_err(|error| format!("what the switch has loaded: {error}"))?,
    };
    for access in wanted {
        let ProfileAccess { profile, .. } = access;
        let Some(there) = found.iter().find(|found| found.name == profile.as_str()) else {
            return Err(format!("the switch has no profile {profile}"));
        };
        if !there.agrees(access) {
            return Err(format!(
                "the switch has loaded other params of profile {profile}"
            ));
        }
    }
    Ok(())
}
