//! A change that nobody confirms is taken back, and the switch told, by the worker alone.

use std::fs;
use std::process::{Child, Command, Stdio};

use domain::acl::AclLists;
use domain::config::{Deploy, Outcome};
use esl_sim::Sim;

use super::support::{Host, answers, deploy, lists, want_acl};
use crate::console::{Console, Stored};
use crate::worker::Node;

const ACL: &str = "autoload_configs/acl.conf.xml";

fn unconfirmed(deployment: i64, seconds: u32) -> Deploy<AclLists> {
    Deploy {
        confirm_seconds: Some(seconds),
        ..deploy(deployment, 1, lists(&["203.0.113.9"]))
    }
}

fn acl(stored: &Stored, deployment: i64) -> Vec<Outcome> {
    answers(stored, |report| &report.acl, deployment)
}

fn rolled_back(stored: &Stored, deployment: i64) -> Option<bool> {
    let answers = acl(stored, deployment);
    answers.iter().find_map(|outcome| match outcome {
        Outcome::RolledBack { reloaded, .. } => Some(*reloaded),
        _ => None,
    })
}

/// A switch that runs these files, at the port that stands in them.
async fn switch(folder: &std::path::Path) -> Sim {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let file = folder.join("autoload_configs/event_socket.conf.xml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"8021\"", &format!("\"{port}\""))).unwrap();
    Sim::builder(folder).start(listener).unwrap()
}

#[tokio::test]
async fn hostile_15_a_list_that_nobody_confirms_is_taken_back_and_unloaded() {
    let console = Console::start().await;
    let host = Host::new();
    let stock = host.text(ACL);
    let sim = switch(&host.at("")).await;
    let served = host.serve(&console);
    console.want(want_acl(unconfirmed(7, 2)));
    console
        .until("delivered", |stored| {
            acl(stored, 7).contains(&Outcome::Delivered)
        })
        .await;
    assert!(sim.api("reloadacl", "").starts_with("+OK"));
    assert_eq!(sim.api("acl", "203.0.113.9 inbound"), "true");
    // The console is away.
    console.hang_up();
    console
        .until("taken back", |stored| rolled_back(stored, 7).is_some())
        .await;
    assert_eq!(console.with(|stored| rolled_back(stored, 7)), Some(true));
    assert_eq!(host.text(ACL), stock);
    assert_eq!(sim.api("acl", "203.0.113.9 inbound"), "false");
    // Tried again and confirmed, it stays.
    let again = Deploy {
        attempt: 2,
        ..unconfirmed(7, 2)
    };
    console.with(|stored| stored.configs.clear());
    console.want(want_acl(again.clone()));
    console
        .until("delivered again", |stored| {
            acl(stored, 7).contains(&Outcome::Delivered)
        })
        .await;
    console.want(want_acl(Deploy {
        confirmed: true,
        ..again
    }));
    let state = host.folder.path().join("state/config/acl.json");
    let confirmed = async {
        while !fs::read_to_string(&state)
            .unwrap()
            .contains("\"change\":null")
        {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let limit = std::time::Duration::from_mins(1);
    tokio::time::timeout(limit, confirmed).await.unwrap();
    assert!(host.text(ACL).contains("203.0.113.9/32"));
    served.stop().await;
}

fn start(node: &Node) -> Child {
    Command::new(env!("CARGO_BIN_EXE_callwarden-worker"))
        .args(["run", "--config"])
        .arg(&node.config)
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_15_a_killed_worker_takes_it_back_after_its_restart() {
    let console = Console::start().await;
    let node = Node::enrolled(&console).await;
    let folder = node.folder.path().join("freeswitch");
    esl_sim::vanilla(&folder).unwrap();
    let stock = fs::read_to_string(folder.join(ACL)).unwrap();
    // A switch with another password than its file says now, so it cannot be told.
    let sim = switch(&folder).await;
    let file = folder.join("autoload_configs/event_socket.conf.xml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("ClueCon", "another")).unwrap();
    let mut child = start(&node);
    console.want(want_acl(unconfirmed(7, 1)));
    console
        .until("delivered", |stored| {
            acl(stored, 7).contains(&Outcome::Delivered)
        })
        .await;
    child.kill().unwrap();
    child.wait().unwrap();
    let written = fs::read_to_string(folder.join(ACL)).unwrap();
    assert!(
        written.contains("203.0.113.9/32"),
        "killed before the second was over"
    );
    let mut child = start(&node);
    console
        .until("taken back", |stored| rolled_back(stored, 7).is_some())
        .await;
    console.with(|stored| {
        let answers = acl(stored, 7);
        let Some(Outcome::RolledBack { reason, reloaded }) = answers.last() else {
            panic!("{answers:?}");
        };
        assert!(
            !reloaded && reason.to_string().contains("not told"),
            "{reason}"
        );
        assert!(
            !reason.to_string().contains("another"),
            "no password in any word"
        );
    });
    assert_eq!(fs::read_to_string(folder.join(ACL)).unwrap(), stock);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(sim);
}

#[tokio::test]
async fn hostile_22_a_fenced_worker_writes_nothing_more() {
    let console = Console::start().await;
    let host = Host::new();
    let stock = host.text(ACL);
    let served = host.serve(&console);
    console
        .until("a stream", |stored| !stored.configs.is_empty())
        .await;
    let other = Host::new();
    console.fence();
    console.with(|stored| stored.fenced_takes = false);
    let second = other.serve(&console);
    console
        .until("the second", |stored| stored.instances.len() == 2)
        .await;
    console.want(want_acl(deploy(7, 1, lists(&["203.0.113.9"]))));
    console
        .until("done by one", |stored| !acl(stored, 7).is_empty())
        .await;
    assert_eq!(host.text(ACL), stock);
    assert!(other.text(ACL).contains("203.0.113.9/32"));
    served.stop().await;
    second.stop().await;
}
