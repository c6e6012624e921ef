//! What nodes have in their files already, and what FreeSWITCH would make of what we write.

use backend::config::{self, Content};
use domain::acl::AclLists;
use domain::config::{Kind, Step};
use domain::role::Role;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

use crate::config_switch::{acl, deploy, reaches, rules, step_of};
use crate::support::{Switch, TestConsole, actor, until};

/// FreeSWITCH reads 32 networks of one attribute and says nothing of the rest.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_thirty_third_network_counts_too_and_ipv6_beside_it(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let mut networks: Vec<String> = (1..=40).map(|host| format!("203.0.113.{host}")).collect();
    networks.extend(["2001:db8:5::/48", "2001:db8::9", "198.51.100.64/26"].map(str::to_owned));
    let named: Vec<&str> = networks.iter().map(String::as_str).collect();
    let id = deploy(&console, &acl(&named)).await;
    reaches(&console, id, switch.worker.node, Step::Verified).await;
    let asked = |address: &str| switch.sim.api("acl", &format!("{address} inbound"));
    for host in 1..=40 {
        assert_eq!(asked(&format!("203.0.113.{host}")), "true", "{host}");
    }
    for (address, answer) in [
        ("203.0.113.41", "false"),
        ("2001:db8:5:ffff::1", "true"),
        ("2001:db8:6::1", "false"),
        ("2001:db8::9", "true"),
        ("2001:db8::a", "false"),
        ("198.51.100.127", "true"),
        ("198.51.100.128", "false"),
    ] {
        assert_eq!(asked(address), answer, "{address}");
    }
}

/// A list of somebody's with what FreeSWITCH swallows: taken over, it means the same.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_adopted_list_answers_as_it_did(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let cidrs: Vec<String> = (1..=33)
        .map(|host| format!("203.0.113.{host}/32"))
        .collect();
    let theirs = format!(
        "<list name=\"inbound\" default=\"deny\">\n<node type=\"allow\" cidr=\"{}\"/>\n\
         <node type=\"allow\" cidr=\"198.51.100.77/24\"/>\n<node type=\"allow\" cidr=\"192.0.2.1\"/>\n\
         <node type=\"permit\" cidr=\"2001:db8::/32\"/>\n</list>\n</network-lists>",
        cidrs.join(", ")
    );
    let switch = Switch::with(&console, "fs-1", |builder, folder| {
        let path = folder.join("autoload_configs/acl.conf.xml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text.replacen("</network-lists>", &theirs, 1)).unwrap();
        builder
    })
    .await;
    let node = switch.worker.node;
    let addresses = [
        "203.0.113.1",
        "203.0.113.32",
        "203.0.113.33",
        "198.51.100.1",
        "192.0.2.1",
        "2001:db8::1",
    ];
    let answers = || addresses.map(|address| switch.sim.api("acl", &format!("{address} inbound")));
    let before = answers();
    assert_eq!(before, ["true", "true", "false", "true", "false", "false"]);

    // Not ours yet: it is in the way.
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    let step = reaches(&console, id, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(
        reason.contains("there is a list inbound already"),
        "{reason}"
    );

    let file = domain::acl::file::read(&switch.text(Kind::Acl)).unwrap();
    let mut list = file.list("inbound").unwrap().import().unwrap().list;
    list.adopted = true;
    let id = deploy(&console, &Content::Acl(AclLists::new(vec![list]).unwrap())).await;
    reaches(&console, id, node, Step::Verified).await;
    assert_eq!(
        switch.text(Kind::Acl).matches("name=\"inbound\"").count(),
        1
    );
    assert_eq!(answers(), before);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_28_broken_files_on_the_node_are_refused_with_the_place_until_mended(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let (node, admin) = (switch.worker.node, actor(Role::Admin));
    let whole = switch.text(Kind::Acl);
    let unclosed = whole.replace("</network-lists>", "");
    switch.edit(Kind::Acl, |_| unclosed.clone()).await;
    let json = "{\n  \"queues\": [1, 2,],\n}\n";
    switch.edit(Kind::CallRules, |_| json.to_owned()).await;

    let lists = deploy(&console, &acl(&["203.0.113.20"])).await;
    let step = reaches(&console, lists, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(
        reason.contains("line 19, column") && reason.contains("not well-formed XML"),
        "{reason}"
    );
    let numbers = deploy(&console, &rules("00\n+")).await;
    let step = reaches(&console, numbers, node, Step::Failed).await;
    let reason = step.reason.unwrap().to_string();
    assert!(reason.contains("line 2, column 19"), "{reason}");
    assert_eq!(switch.text(Kind::Acl), unclosed);
    assert_eq!(switch.text(Kind::CallRules), json);
    assert!(
        switch
            .sim
            .commands()
            .iter()
            .all(|told| !told.contains("reload"))
    );

    switch.edit(Kind::Acl, |_| whole).await;
    switch
        .edit(Kind::CallRules, |_| json!({ "queues": [1, 2] }).to_string())
        .await;
    for id in [lists, numbers] {
        config::retry(&console.backend, &admin, id, node)
            .await
            .unwrap();
        let step = reaches(&console, id, node, Step::Verified).await;
        assert_eq!(step.attempt, 2);
    }
    assert_eq!(switch.sim.api("acl", "203.0.113.20 inbound"), "true");
    assert!(switch.text(Kind::CallRules).contains("\"queues\":[1,2]"));
    let done = until("the end", || async {
        let step = step_of(&console, lists, node).await;
        step.confirmed.then_some(())
    });
    done.await;
}

/// FreeSWITCH takes it and prints it bare: what it has loaded is no XML then.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_a_switch_cannot_show_is_said_with_file_and_line(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let switch = Switch::start(&console, "fs-1").await;
    let (backend, node) = (&console.backend, switch.worker.node);
    let whole = switch.text(Kind::Acl);
    let noted = |text: String| {
        let lan = "<list name=\"lan\" default=\"allow\"";
        text.replace(lan, &format!("{lan} note=\"see &lt;!here &amp; there\""))
    };
    let said = |text: &str| {
        let place = "acl.conf.xml: line 5, column 5: there is a \"<!\" in this attribute";
        assert!(text.contains(place), "{text}");
    };
    // In the file before: our worker does not write.
    switch.edit(Kind::Acl, noted).await;
    let id = deploy(&console, &acl(&["203.0.113.20"])).await;
    let step = reaches(&console, id, node, Step::Failed).await;
    assert!(
        step.reason
            .unwrap()
            .to_string()
            .contains("line 5, column 5: there is a \"<!\"")
    );
    assert_eq!(switch.text(Kind::Acl), noted(whole.clone()));
    switch.edit(Kind::Acl, |_| whole).await;
    let admin = actor(Role::Admin);
    config::retry(backend, &admin, id, node).await.unwrap();
    reaches(&console, id, node, Step::Verified).await;
    // Somebody writes it afterwards.
    switch.edit(Kind::Acl, noted).await;
    assert_eq!(switch.sim.api("reloadacl", ""), "+OK acl reloaded\n");
    backend.clock.advance(Duration::seconds(25));
    let drift = until("drift", || async {
        config::drifts(backend).await.unwrap().pop()
    })
    .await;
    said(&drift.loaded.unwrap().to_string());
}
