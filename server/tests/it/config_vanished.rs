//! Lists that vanish: who asks one refuses everybody, and the switch says that all is well.

use backend::config::{self, Content};
use domain::acl::AclLists;
use domain::config::{Kind, Step};
use domain::ids::NodeId;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

use crate::config_switch::{acl, deploy, profiles, reaches, step_of};
use crate::support::{Switch, TestConsole, until};

/// Another list than [`acl`] has.
fn partners(address: &str) -> Content {
    let lists = json!([{ "name": "partners", "default": "deny",
                         "entries": [{ "action": "allow", "network": address }] }]);
    Content::Acl(serde_json::from_value::<AclLists>(lists).unwrap())
}

fn told(switch: &Switch, command: &str) -> usize {
    let commands = switch.sim.commands();
    commands
        .iter()
        .filter(|told| told.contains(command))
        .count()
}

async fn drift_of(console: &TestConsole, node: NodeId) -> Option<config::DriftRow> {
    let drifts = config::drifts(&console.backend).await.unwrap();
    drifts.into_iter().find(|drift| drift.node == node)
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_list_that_a_profile_asks_is_not_taken_away(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let mut switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    let lists = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, lists, node, Step::Verified).await;
    let asks = deploy(&console, &profiles("inbound")).await;
    reaches(&console, asks, node, Step::Verified).await;
    let before = switch.text(Kind::Acl);

    let without = deploy(&console, &partners("198.51.100.7")).await;
    let step = reaches(&console, without, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(
        reason.starts_with("list inbound would be gone, and profile external"),
        "{reason}"
    );
    // The switch has heard nothing of it, and the worker takes the file back.
    assert_eq!(told(&switch, "reloadacl"), 1);
    assert_eq!(switch.sim.api("acl", "203.0.113.20 inbound"), "true");
    assert!(switch.expire().await);
    let step = reaches(&console, without, node, Step::RolledBack).await;
    assert!(
        step.reason
            .unwrap()
            .to_string()
            .contains("list inbound would be gone")
    );
    assert_eq!(switch.text(Kind::Acl), before);

    // Where a revision of the profiles comes with it, that goes first.
    switch.rest();
    let other = deploy(&console, &profiles("lan")).await;
    let without = deploy(&console, &partners("198.51.100.8")).await;
    switch.work_for(&console);
    reaches(&console, other, node, Step::Verified).await;
    reaches(&console, without, node, Step::Verified).await;
    assert_eq!(switch.sim.api("acl", "198.51.100.8 partners"), "true");
    assert_eq!(switch.sim.api("acl", "203.0.113.20 inbound"), "false");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_list_that_somebody_removed_from_the_file_is_not_unloaded(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    // The stock profile `internal` asks it; no deployment has anything to do with either.
    let whole = switch.text(Kind::Acl);
    let misspelt = |text: String| text.replace("name=\"domains\"", "name=\"domain\"");
    switch.edit(Kind::Acl, misspelt).await;
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    let step = reaches(&console, id, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(
        reason.starts_with("list domains would be gone, and profile internal"),
        "{reason}"
    );
    assert_eq!(told(&switch, "reloadacl"), 0);

    assert!(switch.expire().await);
    reaches(&console, id, node, Step::RolledBack).await;
    switch.edit(Kind::Acl, |_| whole).await;
    let id = deploy(&console, &acl(&["203.0.113.21"])).await;
    reaches(&console, id, node, Step::Verified).await;
    assert_eq!(switch.sim.api("acl", "203.0.113.21 inbound"), "true");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_23_a_list_that_vanished_from_the_switch_is_told_within_30_seconds(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let (backend, node) = (&console.backend, switch.worker.node);
    // Ours is the profile, the list is somebody else's.
    let id = deploy(&console, &profiles("lan")).await;
    reaches(&console, id, node, Step::Verified).await;
    let whole = switch.text(Kind::Acl);
    let unquoted = |text: String| text.replace("name=\"lan\"", "name=lan");
    std::fs::write(switch.path(Kind::Acl), unquoted(whole.clone())).unwrap();
    assert_eq!(switch.sim.api("reloadacl", ""), "+OK acl reloaded\n");
    assert_eq!(switch.sim.api("acl", "203.0.113.20 lan"), "false");
    backend.clock.advance(Duration::seconds(25));
    let drift = until("the finding", || drift_of(&console, node)).await;
    assert_eq!(drift.kind, Kind::Profiles);
    let said = drift.loaded.unwrap().to_string();
    assert_eq!(
        said,
        "profile external asks list lan, which the switch does not have any more: it refuses every call"
    );

    std::fs::write(switch.path(Kind::Acl), whole).unwrap();
    assert_eq!(switch.sim.api("reloadacl", ""), "+OK acl reloaded\n");
    backend.clock.advance(Duration::seconds(25));
    until("its end", || async {
        drift_of(&console, node).await.is_none().then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_15_a_list_that_the_event_socket_asks_comes_back(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    let id = deploy(&console, &acl(&["127.0.0.1"])).await;
    reaches(&console, id, node, Step::Verified).await;
    let socket = switch.sim.folder();
    let socket = socket.join("autoload_configs/event_socket.conf.xml");
    let text = std::fs::read_to_string(&socket).unwrap();
    let commented = "<!--<param name=\"apply-inbound-acl\" value=\"loopback.auto\"/>-->";
    assert!(text.contains(commented));
    let ours = "<param name=\"apply-inbound-acl\" value=\"inbound\"/>";
    std::fs::write(&socket, text.replacen(commented, ours, 1)).unwrap();
    switch.sim.restart().await.unwrap();
    until("the link over our list", || async {
        let held = console.backend.links().get(node)?;
        held.link.is_up().then_some(())
    })
    .await;
    let before = switch.text(Kind::Acl);

    let id = deploy(&console, &partners("198.51.100.7")).await;
    let step = until("the console is out", || async {
        let step = step_of(&console, id, node).await;
        step.reason.is_some().then_some(step)
    })
    .await;
    assert!(
        step.reason
            .unwrap()
            .to_string()
            .contains("does not let the console in")
    );
    assert_eq!(switch.sim.api("acl", "127.0.0.1 inbound"), "false");
    assert!(switch.expire().await);
    reaches(&console, id, node, Step::RolledBack).await;
    assert_eq!(switch.text(Kind::Acl), before);
    until("the list that was there", || async {
        (switch.sim.api("acl", "127.0.0.1 inbound") == "true").then_some(())
    })
    .await;
}
