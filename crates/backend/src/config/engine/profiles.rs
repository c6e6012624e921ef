//! SIP profiles: a rescan takes over the params while calls go on.

use domain::acl::file;
use domain::profile::{ProfileAccess, Profiles, loaded};
use domain::reason::SwitchReason;
use esl::{Command, ConfigName};

use super::attempt::{Attempt, Stop};

/// A profile that names a list which is not there would answer 403 to everybody: it is not told.
pub(super) async fn load(attempt: &mut Attempt, wanted: &Profiles) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
    let lists = match answer.located() {
        None => Vec::new(),
        Some(xml) => file::loaded(xml).map_err(SwitchReason::ListsUnreadable)?,
    };
    let unknown = wanted.unknown_lists(|name| lists.iter().any(|list| list.name == name.as_str()));
    if let Some((profile, list)) = unknown.into_iter().next() {
        return Err(SwitchReason::NoSuchList { profile, list }.into());
    }
    for access in wanted {
        let rescan = Command::SofiaRescan(access.profile.clone());
        attempt.ask(rescan).await?;
    }
    Ok(())
}

pub(super) async fn verify(attempt: &mut Attempt, wanted: &Profiles) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Sofia)).await?;
    as_located(wanted, answer.located()).map_err(Stop::from)
}

/// Compares what the switch has in its XML with what it should have.
pub(super) fn as_located(wanted: &Profiles, xml: Option<&str>) -> Result<(), SwitchReason> {
    let found = match xml {
        None => Vec::new(),
        Some(xml) => loaded(xml).map_err(SwitchReason::ProfilesUnreadable)?,
    };
    for access in wanted {
        let ProfileAccess { profile, .. } = access;
        let Some(there) = found.iter().find(|found| found.name == profile.as_str()) else {
            return Err(SwitchReason::ProfileMissing(profile.clone()));
        };
        if !there.agrees(access) {
            return Err(SwitchReason::OtherParams(profile.clone()));
        }
    }
    Ok(())
}
