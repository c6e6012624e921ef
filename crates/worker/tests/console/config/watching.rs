//! Hand edits are told, however they are made.

use std::fs;

use domain::config::Found;
use domain::cti::CallRules;

use super::support::{Host, deploy, last, lists, rules, save, want_acl};
use crate::console::{Console, Stored};

fn rules_found(stored: &Stored) -> Option<Found<CallRules>> {
    last(stored, |report| &report.call_rules)
}

#[tokio::test]
async fn hostile_23_hand_edits_are_told_with_the_text() {
    let console = Console::start().await;
    let host = Host::new();
    let served = host.serve(&console);
    let written = r#"{"fail2ban": {"filename": "cti_fail2ban.log", "destination_number_max_len": 12,
        "deny_prefix": ["00"], "allow_prefix": []}}"#;
    // Made, saved by another name, broken, deleted.
    fs::write(host.at("cti.json"), written).unwrap();
    console
        .until("the new file", |stored| {
            rules_found(stored).is_some_and(|found| found.content == Some(rules("00")))
        })
        .await;
    save(&host.at("cti.json"), &written.replace("00", "01"));
    console
        .until("the saved file", |stored| {
            let found = rules_found(stored).unwrap();
            let text = found.files[0].text.as_deref();
            found.content == Some(rules("01")) && text.is_some_and(|text| text.contains("\"01\""))
        })
        .await;
    save(&host.at("cti.json"), "{\n  \"fail2ban\": {,}\n}\n");
    console
        .until("the problem", |stored| {
            let problem = rules_found(stored).unwrap().problem;
            problem.is_some_and(|problem| problem.to_string().contains("cti.json: line 2"))
        })
        .await;
    fs::remove_file(host.at("cti.json")).unwrap();
    console
        .until("the missing file", |stored| {
            let found = rules_found(stored).unwrap();
            found.problem.is_none() && found.files[0].sha256.is_empty()
        })
        .await;

    // Inside our part of a file that was written by us, and in a profile.
    let acl = host.at("autoload_configs/acl.conf.xml");
    console.want(want_acl(deploy(7, 1, lists(&["203.0.113.9"]))));
    let acl_is = |stored: &Stored, networks: &[&str]| {
        let found = last(stored, |report| &report.acl);
        found.is_some_and(|found| found.content == Some(lists(networks)))
    };
    console
        .until("ours", |stored| acl_is(stored, &["203.0.113.9"]))
        .await;
    let text = fs::read_to_string(&acl).unwrap();
    save(&acl, &text.replace("203.0.113.9/32", "203.0.113.8/32"));
    console
        .until("theirs", |stored| acl_is(stored, &["203.0.113.8"]))
        .await;
    let external = host.at("sip_profiles/external.xml");
    let text = fs::read_to_string(&external).unwrap();
    save(
        &external,
        &text.replace(
            "name=\"auth-calls\" value=\"false\"",
            "name=\"auth-calls\" value=\"true\"",
        ),
    );
    console
        .until("the profile", |stored| {
            let found = last(stored, |report| &report.profiles);
            let content = found.and_then(|found| found.content);
            content.is_some_and(|all| all.get("external").unwrap().auth_calls == Some(true))
        })
        .await;
    served.stop().await;
}

/// Nothing of FreeSWITCH is there yet; and folders go and come back.
#[tokio::test]
async fn folders_may_be_missing_and_come_later() {
    let console = Console::start().await;
    let host = Host {
        folder: tempfile::tempdir().unwrap(),
    };
    let served = host.serve(&console);
    console
        .until("nothing there", |stored| {
            let found = last(stored, |report| &report.acl);
            found.is_some_and(|found| {
                found
                    .problem
                    .is_some_and(|text| text.to_string().contains("no such file"))
            })
        })
        .await;
    for round in 0..2 {
        esl_sim::vanilla(host.at("")).unwrap();
        console
            .until("stock files", |stored| {
                let found = last(stored, |report| &report.acl);
                let profiles = last(stored, |report| &report.profiles);
                found.is_some_and(|found| found.problem.is_none())
                    && profiles.is_some_and(|found| found.files.len() == 2)
            })
            .await;
        if round == 0 {
            fs::remove_dir_all(host.at("")).unwrap();
            console
                .until("gone again", |stored| {
                    let found = last(stored, |report| &report.profiles);
                    found.is_some_and(|found| found.files.is_empty())
                })
                .await;
        }
    }
    served.stop().await;
}

#[tokio::test]
async fn a_link_stays_one_and_its_target_is_written_and_watched() {
    let console = Console::start().await;
    let host = Host::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("cti.json");
    fs::write(&target, "{\"queue\": 1}").unwrap();
    std::os::unix::fs::symlink(&target, host.at("cti.json")).unwrap();
    let served = host.serve(&console);
    console.want(domain::wire::DesiredConfig {
        call_rules: Some(deploy(7, 1, rules("00"))),
        ..domain::wire::DesiredConfig::default()
    });
    console
        .until("written", |stored| {
            rules_found(stored).is_some_and(|found| found.content == Some(rules("00")))
        })
        .await;
    assert!(
        fs::symlink_metadata(host.at("cti.json"))
            .unwrap()
            .is_symlink()
    );
    let text = fs::read_to_string(&target).unwrap();
    assert!(text.contains("\"queue\": 1") && text.contains("fail2ban"));
    save(&target, &text.replace("\"00\"", "\"01\""));
    console
        .until("edited", |stored| {
            rules_found(stored).is_some_and(|found| found.content == Some(rules("01")))
        })
        .await;
    served.stop().await;
}

#[tokio::test]
async fn what_is_too_much_for_a_proxy_is_told_without_texts() {
    let console = Console::start().await;
    let host = Host::new();
    fs::write(
        host.at("cti.json"),
        format!("{{\"x\": \"{}\"}}", "x".repeat(500_000)),
    )
    .unwrap();
    console.with(|stored| stored.body_limit = Some(100_000));
    let served = host.serve(&console);
    console
        .until("the hash", |stored| {
            rules_found(stored).is_some_and(|found| {
                let file = &found.files[0];
                file.text.is_none() && file.sha256.len() == 64 && file.bytes > 500_000
            })
        })
        .await;
    // What fits travels whole.
    console
        .until("the rest", |stored| {
            let found = last(stored, |report| &report.acl);
            found.is_some_and(|found| found.files[0].text.is_some())
        })
        .await;
    served.stop().await;
}
