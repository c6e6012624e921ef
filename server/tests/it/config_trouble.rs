//! Deployments where something goes wrong, and what becomes of them.

use std::net::IpAddr;

use backend::config::{self, Line, Waits};
use backend::links;
use domain::acl::AclLists;
use domain::acl::checks::{Warning, check};
use domain::config::{Kind, Step};
use domain::role::Role;
use esl_sim::Misbehaviour;
use sqlx::PgPool;

use crate::config_switch::{acl, deploy, reaches, step_of};
use crate::support::{Switch, TestConsole, actor, until};

const EVENT_SOCKET: &str = "autoload_configs/event_socket.conf.xml";

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_15_a_change_that_locks_the_console_out_is_rolled_back(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    // The Event Socket asks a list that the change will take over and empty.
    let switch = Switch::with(&console, "fs-1", |builder, folder| {
        let edit = |path: &str, from: &str, to: &str| {
            let path = folder.join(path);
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(from));
            std::fs::write(path, text.replacen(from, to, 1)).unwrap();
        };
        let inbound = "<list name=\"inbound\" default=\"allow\"/></network-lists>";
        edit("autoload_configs/acl.conf.xml", "</network-lists>", inbound);
        let asked = "<!--<param name=\"apply-inbound-acl\" value=\"loopback.auto\"/>-->";
        let ours = "<param name=\"apply-inbound-acl\" value=\"inbound\"/>";
        edit(EVENT_SOCKET, asked, ours);
        builder
    })
    .await;
    let node = switch.worker.node;
    let locked_out = match acl(&["203.0.113.20"]) {
        config::Content::Acl(lists) => {
            let mut lists: Vec<domain::acl::AclList> = lists.into();
            lists[0].adopted = true;
            config::Content::Acl(lists.try_into().unwrap())
        }
        _ => unreachable!(),
    };
    let before = switch.text(Kind::Acl);
    // It is said before: from where the console comes, and what the Event Socket asks.
    let nodes = [(node, "fs-1".to_owned())];
    let around = until("what the switch tells of itself", || async {
        let around = config::surroundings(&console.backend, &nodes).await;
        let around = around.unwrap();
        let told = around
            .event_sockets
            .iter()
            .any(|socket| socket.lists == ["inbound"]);
        told.then_some(around)
    })
    .await;
    assert_eq!(around.event_sockets[0].node, "fs-1");
    assert_eq!(
        around.event_sockets[0].console,
        IpAddr::from([127, 0, 0, 1])
    );
    let config::Content::Acl(lists) = &locked_out else {
        unreachable!()
    };
    let warnings = check(lists, &AclLists::default(), &around);
    assert!(
        matches!(&warnings[..], [Warning::CutsUsOff { node, .. }] if node == "fs-1"),
        "{warnings:?}"
    );
    let id = deploy(&console, &locked_out).await;
    let step = until("the console is out", || async {
        let step = step_of(&console, id, node).await;
        step.reason.is_some().then_some(step)
    })
    .await;
    assert_eq!(step.step, Step::Reloaded);
    assert!(
        step.reason
            .unwrap()
            .to_string()
            .contains("does not let the console in")
    );
    assert!(switch.expire().await);
    let step = reaches(&console, id, node, Step::RolledBack).await;
    assert!(step.can_retry && !step.confirmed);
    let reason = step.reason.unwrap().to_string();
    assert!(
        reason.contains("does not let the console in") && reason.contains("not confirmed"),
        "{reason}"
    );
    // An editor does not begin with what has just shut everybody out.
    let line = config::line(&console.backend, Line::fleet(Kind::Acl)).await;
    assert!(line.unwrap().deployed.is_none());
    assert_eq!(switch.text(Kind::Acl), before);
    // The worker could not make the switch load it: the console did, over its old connection.
    until("the old list", || async {
        (switch.sim.api("acl", "127.0.0.1 inbound") == "true").then_some(())
    })
    .await;
    let state = config::node_state(&console.backend, node).await.unwrap();
    let acl = state.into_iter().find(|state| state.kind == Kind::Acl);
    assert!(acl.unwrap().wanted.is_none());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_console_that_was_away_itself_is_no_reason_to_give_up(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    switch.sim.shutdown().await;
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, id, node, Step::Delivered).await;
    let waiting = until("the link to be seen down", || async {
        step_of(&console, id, node).await.waits
    })
    .await;
    assert!(matches!(waiting, Waits::Link(_)), "{waiting:?}");
    assert!(switch.expire().await);
    let again = until("the second try", || async {
        let step = step_of(&console, id, node).await;
        (step.attempt == 2).then_some(step)
    })
    .await;
    assert!(!again.step.is_over());
    switch.sim.restart().await.unwrap();
    let step = reaches(&console, id, node, Step::Verified).await;
    assert_eq!((step.attempt, step.confirmed), (2, true));
    assert_eq!(switch.sim.api("acl", "203.0.113.20 inbound"), "true");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_the_exact_words_of_success_count(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    let good = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, good, node, Step::Verified).await;
    // Another file of the switch is broken: nothing is loaded at all.
    let vars = switch.sim.folder().join("vars.xml");
    let text = std::fs::read_to_string(&vars).unwrap();
    std::fs::write(&vars, text.replacen("<include>", "<include", 1)).unwrap();
    let id = deploy(&console, &acl(&["203.0.113.21"])).await;
    let step = reaches(&console, id, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(
        reason.starts_with("reloadacl: ") && reason.contains("[error near line"),
        "{reason}"
    );
    assert_eq!(step.replies.last().unwrap().command, "reloadacl");
    // Not confirmed, so the worker takes it back; what was verified holds.
    assert!(switch.expire().await);
    let step = reaches(&console, id, node, Step::RolledBack).await;
    assert!(
        step.reason
            .unwrap()
            .to_string()
            .contains("[error near line")
    );
    let state = config::node_state(&console.backend, node).await.unwrap();
    let held = state.into_iter().find(|state| state.kind == Kind::Acl);
    assert_eq!(held.unwrap().wanted.unwrap().deployment, good);

    std::fs::write(&vars, text).unwrap();
    let admin = actor(Role::Admin);
    config::retry(&console.backend, &admin, id, node)
        .await
        .unwrap();
    let step = reaches(&console, id, node, Step::Verified).await;
    assert_eq!(step.attempt, 3 - 1);
    assert_eq!(switch.sim.api("acl", "203.0.113.21 inbound"), "true");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_node_without_settings_fails_and_says_so(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let (node, admin) = (switch.worker.node, actor(Role::Admin));
    links::remove(&console.backend, &admin, node).await.unwrap();
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    let step = reaches(&console, id, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(reason.contains("no Event Socket settings"), "{reason}");
    switch.link(&console).await;
    config::retry(&console.backend, &admin, id, node)
        .await
        .unwrap();
    reaches(&console, id, node, Step::Verified).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_18_a_switch_that_was_away_gets_the_newest_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (here, away) = (
        Switch::start(&console, "fs-1").await,
        Switch::start(&console, "fs-2").await,
    );
    let reloads = |switch: &Switch| {
        let commands = switch.sim.commands();
        commands
            .iter()
            .filter(|command| command.contains("reloadacl"))
            .count()
    };
    until("both links", || async {
        let links = console.backend.links();
        let up = |node| links.get(node).is_some_and(|held| held.link.is_up());
        (up(here.worker.node) && up(away.worker.node)).then_some(())
    })
    .await;
    away.sim.shutdown().await;
    let mut last = None;
    for number in 1..=20 {
        let address = format!("203.0.113.{number}");
        let id = deploy(&console, &acl(&[&address])).await;
        reaches(&console, id, here.worker.node, Step::Verified).await;
        last = Some(id);
    }
    let last = last.unwrap();
    assert_eq!(reloads(&here), 20);
    away.sim.restart().await.unwrap();
    reaches(&console, last, away.worker.node, Step::Verified).await;
    assert_eq!(away.sim.api("acl", "203.0.113.20 inbound"), "true");
    assert_eq!(reloads(&away), 1);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_19_22_another_console_goes_on_from_what_is_stored(pool: PgPool) {
    let one = TestConsole::start(&pool).await;
    let mut switch = Switch::start(&one, "fs-1").await;
    let node = switch.worker.node;
    let first = deploy(&one, &acl(&["203.0.113.20"])).await;
    reaches(&one, first, node, Step::Verified).await;
    let two = TestConsole::start(&pool).await;
    assert!(two.backend.links().get(node).is_none());
    // The switch answers nothing while the console that waits for it goes away.
    switch.sim.misbehave(Misbehaviour::Silent);
    let id = deploy(&one, &acl(&["203.0.113.21"])).await;
    reaches(&one, id, node, Step::Delivered).await;
    switch.work_for(&two);
    drop(one);
    switch.sim.behave();
    let step = reaches(&two, id, node, Step::Verified).await;
    assert_eq!(step.attempt, 1);
    assert_eq!(switch.sim.api("acl", "203.0.113.21 inbound"), "true");
    assert!(two.backend.links().get(node).is_some());
}
