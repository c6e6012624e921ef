//! What may be wrong with a file.

use domain::acl::file as acl;
use domain::acl::{AclError, NameError};
use domain::cti::Field;
use domain::cti::file::{FileProblem, What};
use domain::profile;
use domain::reason::{FileReason, IoKind, IoReason};
use domain::switch_xml::XmlError;

use super::{place, text, whole};

fn xml() -> Vec<XmlError> {
    let (place, reason) = (place(), text());
    whole(vec![
        XmlError::TooBig,
        XmlError::LongLine { place },
        XmlError::Malformed { place, reason },
        XmlError::Doctype { place },
        XmlError::TooDeep { place },
        XmlError::TooMany,
    ])
}

fn lists() -> Vec<acl::FileError> {
    use acl::{Conflict, FileError, MarkerFault};
    let place = place();
    let faults = whole(vec![
        MarkerFault::Alone,
        MarkerFault::Twice,
        MarkerFault::Misplaced,
    ]);
    let mut samples = vec![
        FileError::NotAclConf { place },
        FileError::NoNetworkLists { place },
        FileError::TwoNetworkLists { place },
        FileError::Unshowable { place },
        FileError::TooBigToWrite,
        FileError::NotReadBack,
    ];
    samples.extend(xml().into_iter().map(FileError::Xml));
    samples.extend(faults.into_iter().map(|fault| FileError::Marker {
        place,
        begin: true,
        fault,
    }));
    samples.extend([true, false].map(|has_unseen| {
        let name = "inbound".parse().unwrap();
        FileError::Conflicts(vec![Conflict {
            name,
            place,
            has_unseen,
        }])
    }));
    whole(samples)
}

fn foreign() -> Vec<acl::CannotImport> {
    use acl::{CannotImport, Fault, Finding};
    let place = place();
    let list = "inbound".parse::<domain::acl::ListName>().unwrap();
    whole(vec![
        CannotImport::Name {
            place,
            name: text(),
            fault: NameError::TooLong,
        },
        CannotImport::Default { place, name: list },
        CannotImport::Limit(AclError::TooManyLists),
        CannotImport::Foreign(Finding {
            place,
            list: Some(text()),
            fault: Fault::Ports,
        }),
    ])
}

fn rules() -> Vec<FileProblem> {
    let what = whole(vec![
        What::TooLarge,
        What::NotUtf8,
        What::NotJson,
        What::EndsEarly,
        What::TooDeep,
        What::NotAnObject,
        What::SectionNotAnObject,
        What::Twice(text()),
        What::OtherCase(text()),
        What::Type(Field::Deny),
        What::Value(Field::Deny, domain::cti::Reason::TooMany),
    ]);
    let problem = |what| FileProblem {
        line: 3,
        column: 7,
        what,
    };
    what.into_iter().map(problem).collect()
}

fn profiles() -> Vec<profile::FileError> {
    use profile::FileError;
    let (place, profile) = (place(), "external".parse::<profile::ProfileName>().unwrap());
    let mut samples = vec![
        FileError::NoSettings {
            profile: profile.clone(),
            place,
        },
        FileError::Twice { profile, place },
        FileError::TooBigToWrite,
        FileError::NotReadBack,
    ];
    samples.extend(xml().into_iter().map(FileError::Xml));
    whole(samples)
}

pub(super) fn files() -> Vec<FileReason> {
    let mut samples = vec![
        FileReason::Missing,
        FileReason::TooLong,
        FileReason::NotUtf8 { line: 3 },
        FileReason::Unknown,
        FileReason::NotXml { place: place() },
        FileReason::NotSet { param: text() },
        FileReason::Lacks(vec![Field::Deny, Field::Allow]),
        FileReason::ProfileTwice {
            profile: text(),
            other: text(),
        },
        FileReason::WrittenMeanwhile,
    ];
    let kinds = [
        IoKind::Missing,
        IoKind::Denied,
        IoKind::Full,
        IoKind::ReadOnly,
        IoKind::Refused,
        IoKind::NotAFile,
        IoKind::ForeignLink,
        IoKind::Other,
    ];
    for kind in kinds {
        for writing in [true, false] {
            let io = IoReason { kind, said: text() };
            samples.push(FileReason::Io { writing, io });
        }
    }
    samples.extend(lists().into_iter().map(FileReason::Acl));
    samples.extend(foreign().into_iter().map(FileReason::Foreign));
    samples.extend(rules().into_iter().map(FileReason::Rules));
    samples.extend(profiles().into_iter().map(FileReason::Profile));
    whole(samples)
}
