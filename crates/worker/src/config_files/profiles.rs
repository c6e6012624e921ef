//! SIP profiles: `apply-inbound-acl` and `auth-calls` in the files of `sip_profiles`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::config::{Deploy, Kind, KindReport};
use domain::profile::{self, AclRef, FoundProfile, ProfileAccess, Profiles};
use domain::reason::{DeployReason, FileReason, Reason};
use domain::wire::{ConfigReport, DesiredConfig};

use super::paths::Paths;
use super::present::{Present, shown};
use super::subject::Subject;

/// [`Kind::Profiles`].
pub(super) struct SipProfiles;

/// More files are no profiles of one switch.
const FILES: usize = 200;

impl Subject for SipProfiles {
    type Content = Profiles;
    const KIND: Kind = Kind::Profiles;

    /// What FreeSWITCH's own `sofia.conf.xml` includes: `*.xml` of the folder, not of those below.
    fn files(paths: &Paths) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&paths.sip_profiles);
        let paths = entries.into_iter().flatten().flatten();
        let paths = paths.map(|entry| entry.path());
        let mut files: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "xml"))
            .take(FILES)
            .collect();
        files.sort();
        files
    }

    fn content(files: &[Present]) -> Result<Option<Profiles>, Reason> {
        if files.is_empty() {
            return Err(DeployReason::NoProfiles.into());
        }
        let mut all = Vec::new();
        for file in files {
            all.extend(read(file)?.iter().filter_map(access));
        }
        let profiles = Profiles::new(all).map_err(DeployReason::Profiles)?;
        Ok(Some(profiles))
    }

    fn edit(files: &[Present], wanted: &Profiles) -> Result<Vec<Option<Vec<u8>>>, Reason> {
        let mut edited = Vec::new();
        let mut held: BTreeMap<String, String> = BTreeMap::new();
        for file in files {
            // A file that is none of ours to change may be broken.
            let names = |found: Vec<FoundProfile>| {
                found.iter().any(|found| wanted.get(&found.name).is_some())
            };
            if !read(file).is_ok_and(names) {
                edited.push(None);
                continue;
            }
            let written = profile::write(file.text()?, wanted);
            let written = written.map_err(|error| file.says(error))?;
            for name in written.profiles {
                let name = name.as_str().to_owned();
                if let Some(other) = held.insert(name.clone(), shown(&file.path)) {
                    let profile = name;
                    return Err(file.says(FileReason::ProfileTwice { profile, other }));
                }
            }
            edited.push(Some(written.text.into_bytes()));
        }
        for access in wanted {
            if !held.contains_key(access.profile.as_str()) {
                let broken = files.iter().find_map(|file| read(file).err());
                let none = Reason::from(DeployReason::NoProfile(access.profile.clone()));
                return Err(match broken {
                    Some(broken) => none.and(broken),
                    None => none,
                });
            }
        }
        Ok(edited)
    }

    fn holds(files: &[Present], wanted: &Profiles) -> bool {
        let found: Vec<FoundProfile> = files.iter().flat_map(read).flatten().collect();
        wanted
            .iter()
            .all(|wanted| found.iter().any(|found| found.agrees(wanted)))
    }

    fn wanted(desired: &DesiredConfig) -> Option<&Deploy<Profiles>> {
        desired.profiles.as_ref()
    }

    fn report(report: KindReport<Profiles>) -> ConfigReport {
        ConfigReport {
            profiles: Some(report),
            ..ConfigReport::default()
        }
    }
}

fn read(file: &Present) -> Result<Vec<FoundProfile>, Reason> {
    let found = profile::read(file.text()?);
    found.map_err(|error| file.says(profile::FileError::from(error)))
}

/// As far as it can be said: what other files or variables bring is not known here.
fn access(found: &FoundProfile) -> Option<ProfileAccess> {
    let lists = found.effective_acl().into_iter();
    let lists: Option<Vec<AclRef>> = lists.map(|list| list.parse().ok()).collect();
    let auth = found.auth_calls.last();
    let is_variable = auth.is_some_and(|param| param.value.contains("${"));
    Some(ProfileAccess {
        profile: found.name.parse().ok()?,
        inbound_acl: lists.filter(|_| !found.has_unseen),
        auth_calls: found
            .effective_auth_calls()
            .filter(|_| !is_variable && !found.has_unseen),
    })
}
