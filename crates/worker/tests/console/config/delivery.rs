//! What the console wants stands in the files, and nothing else is touched.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use domain::config::Outcome;
use domain::wire::DesiredConfig;

use super::support::{Host, answers, deploy, last, lists, profiles, rules, want_acl};
use crate::console::Console;

const ACL: &str = "autoload_configs/acl.conf.xml";

fn everything(deployment: i64) -> DesiredConfig {
    DesiredConfig {
        call_rules: Some(deploy(deployment, 1, rules("00"))),
        acl: Some(deploy(deployment, 1, lists(&["203.0.113.9"]))),
        profiles: Some(deploy(deployment, 1, profiles())),
        jail: None,
    }
}

#[tokio::test]
async fn all_kinds_are_delivered_and_told_again_after_a_break() {
    let console = Console::start().await;
    let host = Host::new();
    let (stock, internal) = (host.text(ACL), host.text("sip_profiles/internal.xml"));
    fs::set_permissions(host.at(ACL), fs::Permissions::from_mode(0o640)).unwrap();
    let served = host.serve(&console);
    console
        .until("what is there", |stored| {
            last(stored, |report| &report.profiles).is_some()
        })
        .await;
    console.with(|stored| {
        let acl = last(stored, |report| &report.acl).unwrap();
        assert!(acl.content.is_none() && acl.problem.is_none(), "{acl:?}");
        assert_eq!(acl.files[0].text.as_deref(), Some(stock.as_str()));
        let rules = last(stored, |report| &report.call_rules).unwrap();
        assert!(rules.content.is_none() && rules.files[0].sha256.is_empty());
        let profiles = last(stored, |report| &report.profiles).unwrap();
        let content = profiles.content.unwrap();
        assert_eq!(content.get("external").unwrap().auth_calls, Some(false));
        // A variable: what it says is not known here.
        assert_eq!(content.get("internal").unwrap().auth_calls, None);
        assert_eq!(profiles.files.len(), 2);
    });

    console.want(everything(7));
    let delivered = |stored: &crate::console::Stored| {
        let delivered = |answers: Vec<Outcome>| answers.contains(&Outcome::Delivered);
        delivered(answers(stored, |report| &report.call_rules, 7))
            && delivered(answers(stored, |report| &report.acl, 7))
            && delivered(answers(stored, |report| &report.profiles, 7))
    };
    console.until("all delivered", delivered).await;
    let written = host.text(ACL);
    let before = written.split("<!-- callwarden: begin").next().unwrap();
    assert!(
        stock.starts_with(before.trim_end()),
        "all before ours stays"
    );
    assert!(written.contains("203.0.113.9/32") && written.contains("domain=\"$${domain}\""));
    assert_eq!(fs::metadata(host.at(ACL)).unwrap().mode() & 0o7777, 0o640);
    let backup = format!("{ACL}.callwarden-backup");
    assert_eq!(host.text(&backup), stock);
    assert!(host.text("cti.json").contains("\"deny_prefix\""));
    let external = host.text("sip_profiles/external.xml");
    assert!(external.contains("name=\"apply-inbound-acl\" value=\"inbound\""));
    assert_ne!(host.text("sip_profiles/internal.xml"), internal);
    console.with(|stored| {
        let acl = last(stored, |report| &report.acl).unwrap();
        assert_eq!(acl.content, Some(lists(&["203.0.113.9"])));
        let found = last(stored, |report| &report.call_rules).unwrap();
        assert_eq!(found.content, Some(rules("00")));
        stored.configs.clear();
    });

    // The stream breaks: answers and findings come again, nothing is written again.
    let inode = || fs::metadata(host.at(ACL)).unwrap().ino();
    let before = inode();
    console.hang_up();
    console.until("told again", delivered).await;
    console
        .until("found again", |stored| {
            last(stored, |report| &report.profiles).is_some()
        })
        .await;
    // A new process, too.
    served.stop().await;
    console.with(|stored| stored.configs.clear());
    let served = host.serve(&console);
    console.until("told by the next process", delivered).await;
    assert_eq!(inode(), before);
    served.stop().await;
}

#[tokio::test]
async fn hostile_18_only_the_last_of_many_is_done_after_a_silence() {
    let console = Console::start().await;
    let host = Host::new();
    let served = host.serve(&console);
    console
        .until("a stream", |stored| !stored.configs.is_empty())
        .await;
    served.stop().await;
    for deployment in 1..=20 {
        let network = format!("203.0.113.{deployment}");
        console.want(want_acl(deploy(deployment, 1, lists(&[&network]))));
    }
    let served = host.serve(&console);
    console
        .until("the last", |stored| {
            !answers(stored, |report| &report.acl, 20).is_empty()
        })
        .await;
    console.with(|stored| {
        for deployment in 1..20 {
            assert!(answers(stored, |report| &report.acl, deployment).is_empty());
        }
    });
    assert!(host.text(ACL).contains("203.0.113.20/32"));
    assert!(!host.text(ACL).contains("203.0.113.19/32"));
    served.stop().await;
}

#[tokio::test]
async fn all_profiles_or_none() {
    let console = Console::start().await;
    let host = Host::new();
    let (external, internal) = ("sip_profiles/external.xml", "sip_profiles/internal.xml");
    let (first, second) = (host.text(external), host.text(internal));
    // Where the second would be written stands something that cannot be replaced.
    let obstacle = host.at("sip_profiles/internal.xml.callwarden-new");
    fs::create_dir_all(obstacle.join("full")).unwrap();
    let served = host.serve(&console);
    let want = |attempt| DesiredConfig {
        profiles: Some(deploy(7, attempt, profiles())),
        ..DesiredConfig::default()
    };
    console.want(want(1));
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { reason } if reason.to_string().contains("internal.xml"));
    console
        .until("refused", |stored| {
            let answers = answers(stored, |report| &report.profiles, 7);
            answers.iter().any(failed)
        })
        .await;
    assert_eq!((host.text(external), host.text(internal)), (first, second));
    fs::remove_dir_all(obstacle).unwrap();
    console.want(want(2));
    console
        .until("delivered", |stored| {
            answers(stored, |report| &report.profiles, 7).contains(&Outcome::Delivered)
        })
        .await;
    assert!(host.text(external).contains("\"inbound\""));
    served.stop().await;
}

#[tokio::test]
async fn hostile_28_files_that_are_not_understood_stay() {
    let console = Console::start().await;
    let host = Host::new();
    let long = format!("<configuration>{}</configuration>", " ".repeat(5 << 20));
    let deep = "[".repeat(5_000);
    let served = host.serve(&console);
    let (mut deployment, acl) = (0, host.text(ACL));
    let conflict = acl.replace("name=\"lan\"", "name=\"inbound\"");
    for (broken, words) in [
        (acl.replace("</network-lists>", ""), "acl.conf.xml: line"),
        (
            acl.replace("<configuration", "<!DOCTYPE x><configuration"),
            "DOCTYPE",
        ),
        (long, "larger than 5 MiB"),
        (String::new(), "acl.conf.xml: line 1"),
        (conflict, "inbound"),
    ] {
        fs::write(host.at(ACL), &broken).unwrap();
        fs::write(host.at("cti.json"), &deep).unwrap();
        deployment += 1;
        console.want(everything(deployment));
        let refused = |outcomes: &[Outcome], words: &str| matches!(outcomes, [Outcome::Failed { reason }, ..] if reason.to_string().contains(words));
        console
            .until(words, |stored| {
                refused(&answers(stored, |report| &report.acl, deployment), words)
                    && refused(
                        &answers(stored, |report| &report.call_rules, deployment),
                        "line 1, column 513",
                    )
            })
            .await;
        assert_eq!(host.text(ACL), broken);
        assert_eq!(host.text("cti.json"), deep);
    }
    served.stop().await;
    // Line ends and a byte order mark are kept.
    let windows = format!("\u{feff}{}", acl.replace('\n', "\r\n"));
    fs::write(host.at(ACL), &windows).unwrap();
    let served = host.serve(&console);
    console.want(everything(99));
    console
        .until("delivered", |stored| {
            answers(stored, |report| &report.acl, 99).contains(&Outcome::Delivered)
        })
        .await;
    let written = host.text(ACL);
    assert!(written.starts_with("\u{feff}") && !written.replace("\r\n", "").contains('\n'));
    served.stop().await;
}

/// Many nodes in one process, as a bench has them.
#[tokio::test]
async fn many_nodes_in_one_process() {
    let console = Console::start().await;
    let hosts: Vec<Host> = std::iter::repeat_with(Host::new).take(30).collect();
    let served: Vec<_> = hosts.iter().map(|host| host.serve(&console)).collect();
    console
        .until("all streams", |stored| {
            stored.instances.len() == hosts.len()
        })
        .await;
    console.want(everything(7));
    console
        .until("all delivered", |stored| {
            answers(stored, |report| &report.profiles, 7).len() >= hosts.len()
        })
        .await;
    for (host, served) in hosts.iter().zip(served) {
        assert!(host.text(ACL).contains("203.0.113.9/32"));
        served.stop().await;
    }
}
