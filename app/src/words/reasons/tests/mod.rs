mod files;
mod host;

use std::collections::BTreeSet;
use std::io;

use domain::acl::file as acl;
use domain::jail::{IgnoreError, OutOfRange};
use domain::net::Network;
use domain::profile::{self, ProfileError};
use domain::reason::{
    Answered, DeployReason, IoKind, IoReason, JailReason, NotRead, Reason, SwitchReason,
};
use domain::switch_xml::{Place, XmlError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::words::Words;
use files::files;
use host::{fail2ban, hops, orders};

/// As the type itself names its members.
fn members<T: DeserializeOwned>() -> BTreeSet<String> {
    let error = serde_json::from_str::<T>("\"?\"").err().unwrap();
    let names: Vec<String> = error.to_string().split('`').map(str::to_owned).collect();
    names.into_iter().skip(3).step_by(2).collect()
}

/// Every member of the type is among these.
fn whole<T: Serialize + DeserializeOwned>(samples: Vec<T>) -> Vec<T> {
    let tag = |sample: &T| match serde_json::to_value(sample).unwrap() {
        serde_json::Value::String(tag) => tag,
        other => other.as_object().unwrap().keys().next().unwrap().clone(),
    };
    let tags: BTreeSet<String> = samples.iter().map(tag).collect();
    assert_eq!(tags, members::<T>());
    samples
}

fn place() -> Place {
    Place { line: 3, column: 7 }
}

fn text() -> String {
    "words".to_owned()
}

fn network() -> Network {
    "198.51.100.7".parse().unwrap()
}

fn io() -> IoReason {
    (&io::Error::from(io::ErrorKind::PermissionDenied)).into()
}

fn inner() -> Reason {
    Reason::from(DeployReason::OtherFiles)
}

fn answers() -> Vec<Answered> {
    whole(vec![
        Answered::NotUp {
            why: "refused".to_owned(),
            said: text(),
        },
        Answered::Busy,
        Answered::TimedOut,
        Answered::Denied { command: text() },
        Answered::Failed { said: text() },
    ])
}

fn switch() -> Vec<SwitchReason> {
    let (profile, list) = (text(), text());
    let name = || "inbound".parse::<domain::acl::ListName>().unwrap();
    let external = || "external".parse::<profile::ProfileName>().unwrap();
    let mut samples = vec![
        SwitchReason::NoSettings,
        SwitchReason::WouldVanish {
            profile: profile.clone(),
            list: list.clone(),
        },
        SwitchReason::Vanished { profile, list },
        SwitchReason::NoSuchList {
            profile: external(),
            list: name(),
        },
        SwitchReason::NoLists,
        SwitchReason::ListMissing(name()),
        SwitchReason::OtherList(name()),
        SwitchReason::ListsUnreadable(acl::FileError::NotReadBack),
        SwitchReason::ProfilesUnreadable(XmlError::TooMany),
        SwitchReason::ProfileMissing(external()),
        SwitchReason::OtherParams(external()),
    ];
    samples.extend([true, false].map(|allowed| SwitchReason::Probe {
        list: name(),
        address: network().address(),
        allowed,
    }));
    let command = |answered| SwitchReason::Command {
        command: "reloadacl".to_owned(),
        answered,
    };
    samples.extend(answers().into_iter().map(command));
    samples.extend(answers().into_iter().map(SwitchReason::NoNewConnection));
    whole(samples)
}

fn deploy() -> Vec<DeployReason> {
    let external = "external".parse::<profile::ProfileName>().unwrap();
    let mut samples = vec![
        DeployReason::OtherFiles,
        DeployReason::NoProfiles,
        DeployReason::NoProfile(external.clone()),
        DeployReason::NotReadBack,
        DeployReason::NotKept(Box::new(inner())),
        DeployReason::NotConfirmed { seconds: 60 },
        DeployReason::NotTold(Box::new(inner())),
        DeployReason::EditedSince,
        DeployReason::NotToldBack,
        DeployReason::NewerWorker,
    ];
    let profiles = whole(vec![
        ProfileError::SameName(external),
        ProfileError::TooMany,
    ]);
    samples.extend(profiles.into_iter().map(DeployReason::Profiles));
    whole(samples)
}

fn jail() -> Vec<JailReason> {
    let ignore = whole(vec![
        IgnoreError::TooMany,
        IgnoreError::Everybody(network()),
        IgnoreError::Loopback,
    ]);
    let mut samples = vec![
        JailReason::Rejected(Box::new(inner())),
        JailReason::NoJail(text()),
        JailReason::Overridden(text()),
        JailReason::Unlike(text()),
        JailReason::NotANumber {
            setting: text(),
            said: text(),
        },
        JailReason::OutOfRange {
            setting: text(),
            range: OutOfRange { least: 1, most: 9 },
        },
    ];
    samples.extend(ignore.into_iter().map(JailReason::Ignore));
    whole(samples)
}

#[test]
fn every_reason_has_words_in_both_languages() {
    let file = |what| Reason::file("/etc/freeswitch/acl.conf.xml", what);
    let mut all: Vec<Reason> = files().into_iter().map(file).collect();
    all.extend(switch().into_iter().map(Reason::from));
    all.extend(deploy().into_iter().map(Reason::from));
    all.extend(jail().into_iter().map(Reason::from));
    all.extend(fail2ban().into_iter().map(Reason::from));
    all.extend(orders().into_iter().map(Reason::from));
    all.extend(hops().into_iter().map(Reason::from));
    all.push(all[0].clone().and(all[1].clone()));
    all.push(Reason::from("in words"));
    let chinese = |text: &str| {
        text.chars()
            .any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
    };
    let mut seen = BTreeSet::new();
    for reason in whole(all) {
        let (en, zh) = (Words::En.because(&reason), Words::Zh.because(&reason));
        assert!(!en.is_empty() && !chinese(&en), "{en}");
        if !matches!(reason, Reason::Said(_)) {
            assert!(
                chinese(&zh) && !zh.contains("。；") && !zh.ends_with('。'),
                "{zh}"
            );
        }
        // As it comes back from where it is stored.
        assert_eq!(Reason::from_text(&reason.to_text()), reason, "{en}");
        assert!(
            seen.insert(zh.clone()) || matches!(reason, Reason::File { .. }),
            "{zh}"
        );
    }
}

#[test]
fn main_ones_read_as_an_operator_would_say_them() {
    let error = acl::read("<configuration name=\"acl.conf\">\n<a>\n").unwrap_err();
    let place = error.place().unwrap();
    let broken = Reason::file("acl.conf.xml", error);
    let (line, column) = (place.line, place.column);
    let zh = Words::Zh.because(&broken);
    let start = format!("acl.conf.xml：文件无法解析（第 {line} 行第 {column} 列）：");
    assert!(zh.starts_with(&start), "{zh}");
    let back = Reason::from(SwitchReason::NoNewConnection(Answered::NotUp {
        why: "access_denied".to_owned(),
        said: text(),
    }));
    assert_eq!(
        Words::Zh.because(&back.and(DeployReason::NotConfirmed { seconds: 60 }.into())),
        "控制台无法建立新连接：FreeSWITCH 的访问控制列表拒绝了控制台；修改未在 60 秒内得到确认"
    );
    let link = IoReason::from(&io::Error::other(NotRead::ForeignLink));
    assert_eq!(link.kind, IoKind::ForeignLink);
}
