//! Deployments to switches, from saving to the proof.

use backend::config::{self, Content, Line, NodeStep};
use backend::whitelist::Scope;
use domain::acl::AclLists;
use domain::config::{Kind, Step};
use domain::cti::FormText;
use domain::ids::{DeploymentId, NodeId};
use domain::profile::Profiles;
use domain::role::Role;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

use crate::config_drafts::revision;
use crate::support::{Switch, TestConsole, actor, until};

/// List `inbound`, denying all but these.
pub fn acl(allowed: &[&str]) -> Content {
    let entries: Vec<_> = allowed
        .iter()
        .map(|network| json!({ "action": "allow", "network": network }))
        .collect();
    let lists = json!([{ "name": "inbound", "default": "deny", "entries": entries }]);
    Content::Acl(serde_json::from_value::<AclLists>(lists).unwrap())
}

pub fn profiles(list: &str) -> Content {
    let profiles = json!([{ "profile": "external", "inbound_acl": [list], "auth_calls": false }]);
    Content::Profiles(serde_json::from_value::<Profiles>(profiles).unwrap())
}

pub fn rules(deny: &str) -> Content {
    let form = FormText {
        filename: "cti_fail2ban.log".to_owned(),
        max_len: "12".to_owned(),
        deny: deny.to_owned(),
        allow: String::new(),
    };
    Content::CallRules(form.parse().unwrap())
}

/// Commits it as the fleet's and sends it everywhere.
pub async fn deploy(console: &TestConsole, content: &Content) -> DeploymentId {
    let admin = actor(Role::Admin);
    let line = Line::fleet(content.kind());
    let rev = revision(console, &admin, line, content).await;
    config::deploy(&console.backend, &admin, rev, &Scope::All)
        .await
        .unwrap()
}

pub async fn step_of(console: &TestConsole, id: DeploymentId, node: NodeId) -> NodeStep {
    let view = config::deployment(&console.backend, id).await.unwrap();
    let mut nodes = view.unwrap().nodes.into_iter();
    nodes.find(|step| step.node == node).unwrap()
}

/// Waits until the node is over with it, or stands at this step.
pub async fn reaches(
    console: &TestConsole,
    id: DeploymentId,
    node: NodeId,
    wanted: Step,
) -> NodeStep {
    let reached = until("a step", || async {
        let step = step_of(console, id, node).await;
        (step.step == wanted || step.step.is_over()).then_some(step)
    })
    .await;
    assert_eq!(reached.step, wanted, "{reached:?}");
    reached
}

fn said(step: &NodeStep) -> Vec<(&str, &str)> {
    let replies = step.replies.iter();
    replies
        .map(|reply| (reply.command.as_str(), reply.reply.as_str()))
        .collect()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn acl_lists_are_loaded_probed_and_confirmed(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    let step = reaches(&console, id, node, Step::Verified).await;
    assert!(step.confirmed && step.reloaded_at.is_some() && step.reason.is_none());
    let said = said(&step);
    assert!(
        said.contains(&("reloadacl", "+OK acl reloaded")),
        "{said:?}"
    );
    assert!(
        said.contains(&("acl 203.0.113.20 inbound", "true")),
        "{said:?}"
    );
    let negative = |(command, reply): &(&str, &str)| {
        command.starts_with("acl ") && command.ends_with(" inbound") && *reply == "false"
    };
    assert!(said.iter().any(negative), "{said:?}");
    assert_eq!(switch.sim.api("acl", "203.0.113.20 inbound"), "true");
    assert_eq!(switch.sim.api("acl", "203.0.113.21 inbound"), "false");
    // Lists of others stand where they stood.
    assert!(switch.text(Kind::Acl).contains("<!-- about lan -->"));
    let sent = until("the confirmation", || async {
        let sent = switch.sent().into_iter().last()?.acl?;
        sent.confirmed.then_some(sent)
    })
    .await;
    assert_eq!((sent.deployment, sent.confirm_seconds), (id, Some(60)));

    // An empty deny list is told from a missing one.
    let id = deploy(&console, &acl(&[])).await;
    reaches(&console, id, node, Step::Verified).await;
    assert_eq!(switch.sim.api("acl", "203.0.113.20 inbound"), "false");
    assert!(config::drifts(&console.backend).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn profiles_are_rescanned_where_their_lists_are_there(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let node = switch.worker.node;
    // Nobody could call in: the switch has no such list.
    let id = deploy(&console, &profiles("inbound")).await;
    let step = reaches(&console, id, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(reason.contains("external names list inbound"), "{reason}");
    assert!(
        !switch
            .sim
            .commands()
            .iter()
            .any(|command| command.contains("rescan"))
    );

    let lists = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, lists, node, Step::Verified).await;
    let admin = actor(Role::Admin);
    config::retry(&console.backend, &admin, id, node)
        .await
        .unwrap();
    let step = reaches(&console, id, node, Step::Verified).await;
    let rescan = (
        "sofia profile external rescan",
        "Reload XML [Success]\\n+OK scan complete",
    );
    assert!(
        said(&step).iter().any(|said| said.0 == rescan.0),
        "{:?}",
        said(&step)
    );
    let running = switch.sim.running_profile("external").unwrap();
    assert!(format!("{running:?}").contains("inbound"), "{running:?}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn call_rules_are_loaded_where_there_is_a_module(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let stock = Switch::start(&console, "fs-1").await;
    let cti = Switch::with(&console, "fs-2", |builder, _| {
        builder.module("mod_cti", true)
    })
    .await;
    let id = deploy(&console, &rules("00\n+")).await;
    let step = reaches(&console, id, stock.worker.node, Step::Verified).await;
    assert_eq!(said(&step), [("module_exists mod_cti", "false")]);
    let step = reaches(&console, id, cti.worker.node, Step::Verified).await;
    let commands: Vec<_> = said(&step).into_iter().map(|said| said.0).collect();
    assert_eq!(commands, ["module_exists mod_cti", "reload mod_cti"]);
    assert!(cti.text(Kind::CallRules).contains("\"00\""));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_23_what_the_switch_has_loaded_is_drift_within_30_seconds(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let (backend, node) = (&console.backend, switch.worker.node);
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    reaches(&console, id, node, Step::Verified).await;

    // A comment outside our part is nobody's business.
    let outside = |text: String| text.replace("about lan", "about our lan");
    switch.edit(Kind::Acl, outside).await;
    assert!(config::drifts(backend).await.unwrap().is_empty());

    // Someone edits our part: the worker tells.
    let wider = |text: String| text.replace("203.0.113.20/32", "203.0.113.0/24");
    switch.edit(Kind::Acl, wider).await;
    let drift = config::drifts(backend).await.unwrap().remove(0);
    assert_eq!(drift.theirs, Some(acl(&["203.0.113.0/24"])));
    let admin = actor(Role::Admin);
    let back = config::put_ours_back(backend, &admin, node, Kind::Acl)
        .await
        .unwrap();
    reaches(&console, back, node, Step::Verified).await;
    assert_eq!(switch.sim.api("acl", "203.0.113.21 inbound"), "false");
    assert!(config::drifts(backend).await.unwrap().is_empty());

    // Loaded in between, and the file is ours again: only the switch knows.
    let ours = switch.text(Kind::Acl);
    std::fs::write(switch.path(Kind::Acl), wider(ours.clone())).unwrap();
    assert_eq!(switch.sim.api("reloadacl", ""), "+OK acl reloaded\n");
    std::fs::write(switch.path(Kind::Acl), ours).unwrap();
    backend.clock.advance(Duration::seconds(25));
    let drift = until("drift", || async {
        config::drifts(backend).await.unwrap().pop()
    })
    .await;
    let loaded = drift.loaded.unwrap().to_string();
    assert!(loaded.contains("list inbound"), "{loaded}");
    let back = config::put_ours_back(backend, &admin, node, Kind::Acl).await;
    reaches(&console, back.unwrap(), node, Step::Verified).await;
    assert!(config::drifts(backend).await.unwrap().is_empty());

    // A list of the same name outside our part wins: it counts.
    let second = |text: String| {
        text.replace(
            "</network-lists>",
            "<list name=\"inbound\" default=\"allow\"/></network-lists>",
        )
    };
    switch.edit(Kind::Acl, second).await;
    assert_eq!(switch.sim.api("reloadacl", ""), "+OK acl reloaded\n");
    backend.clock.advance(Duration::seconds(25));
    until("drift", || async {
        config::drifts(backend).await.unwrap().pop()
    })
    .await;
    // Taking over what stands there is possible where it can be read.
    switch
        .edit(Kind::Acl, |text| {
            let text = text.replace("<list name=\"inbound\" default=\"allow\"/>", "");
            text.replace("203.0.113.20/32", "203.0.113.99/32")
        })
        .await;
    let taken = config::take_nodes_version(backend, &admin, node, Kind::Acl).await;
    let taken = taken.unwrap();
    reaches(&console, taken, node, Step::Verified).await;
    let row = config::deployment(backend, taken)
        .await
        .unwrap()
        .unwrap()
        .row;
    let revision = config::revision(backend, row.revision.id).await.unwrap();
    assert_eq!(revision.unwrap().content, acl(&["203.0.113.99"]));
    assert!(config::drifts(backend).await.unwrap().is_empty());
}
