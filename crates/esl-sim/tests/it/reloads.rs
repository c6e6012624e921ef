//! What a running switch takes over from its files, and when.

use std::time::Duration;

use crate::support::{Client, folder, start};

const ACL: &str = "autoload_configs/acl.conf.xml";

#[tokio::test]
async fn a_lock_out_by_a_change_of_the_access_list() {
    let folder = folder();
    let file = folder.path().join("autoload_configs/event_socket.conf.xml");
    let stock = std::fs::read_to_string(&file).unwrap();
    let settings = "<param name=\"apply-inbound-acl\" value=\"console\"/>\n  </settings>";
    std::fs::write(&file, stock.replace("</settings>", settings)).unwrap();
    let list = |cidr: &str| {
        let acl = format!(
            "<configuration name=\"acl.conf\"><network-lists><list name=\"console\" default=\"deny\">\
             <node type=\"allow\" cidr=\"{cidr}\"/></list></network-lists></configuration>\n"
        );
        std::fs::write(folder.path().join(ACL), acl).unwrap();
    };
    list("127.0.0.0/8");
    let sim = start(&folder, |builder| builder).await;
    let mut old = Client::log_in(&sim).await;

    list("192.0.2.0/24");
    Client::log_in(&sim).await;
    assert_eq!(old.api("reloadacl").await, "+OK acl reloaded\n");
    let mut new = Client::connect(sim.address()).await;
    assert!(
        new.frame()
            .await
            .starts_with("Content-Type: text/rude-rejection\n")
    );
    new.rest().await;
    // Who is in stays in, and can undo it.
    list("127.0.0.0/8");
    assert_eq!(old.api("reloadacl").await, "+OK acl reloaded\n");
    Client::log_in(&sim).await;
}

#[tokio::test]
async fn another_address_needs_an_access_list() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    sim.set_peer(Some("192.0.2.7".parse().unwrap()));
    let mut client = Client::connect(sim.address()).await;
    assert!(
        client
            .frame()
            .await
            .starts_with("Content-Type: text/rude-rejection\n")
    );
    sim.set_peer(Some("::ffff:127.0.0.1".parse().unwrap()));
    Client::log_in(&sim).await;
    assert_eq!(sim.accepted(), 2);
}

#[tokio::test]
async fn call_rules_are_read_when_the_module_is() {
    let folder = folder();
    let rules = folder.path().join("cti.json");
    let sim = start(&folder, |builder| builder.module("mod_cti", true)).await;
    assert_eq!(sim.running_rules(), None);
    let mut client = Client::log_in(&sim).await;
    assert_eq!(client.api("module_exists mod_cti").await, "true");
    std::fs::write(&rules, "{}").unwrap();
    assert_eq!(client.api("reloadxml").await, "+OK [Success]\n");
    assert_eq!(sim.running_rules(), None);
    let reloaded = "+OK Reloading XML\n+OK module unloaded\n+OK module loaded\n";
    assert_eq!(client.api("reload mod_cti").await, reloaded);
    assert_eq!(sim.running_rules().as_deref(), Some("{}"));

    let without = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&without).await;
    assert_eq!(client.api("module_exists mod_cti").await, "false");
    assert_eq!(
        client.api("reload mod_cti").await,
        "+OK Reloading XML\n-ERR unloading module [No such module!]\n\
         -ERR loading module [module load file routine returned an error]\n"
    );
    assert_eq!(without.running_rules(), None);
}

#[tokio::test(start_paused = true)]
async fn a_profile_runs_as_the_files_said_at_its_last_rescan() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let file = folder.path().join("sip_profiles/internal.xml");
    let stock = std::fs::read_to_string(&file).unwrap();
    assert!(sim.running_profile("internal").unwrap().auth_calls());
    assert_eq!(
        sim.running_profile("internal").unwrap().inbound_acls(),
        ["domains"]
    );

    let own = stock
        .replace(
            "name=\"apply-inbound-acl\" value=\"domains\"",
            "name=\"apply-inbound-acl\" value=\"trunks\"",
        )
        .replace("value=\"$${internal_sip_port}\"", "value=\"5070\"");
    assert_ne!(own, stock);
    std::fs::write(&file, own).unwrap();
    let mut client = Client::log_in(&sim).await;
    client.api("reloadxml").await;
    assert_eq!(
        sim.running_profile("internal").unwrap().inbound_acls(),
        ["domains"]
    );
    client.api("sofia profile internal rescan").await;
    assert_eq!(
        sim.running_profile("internal").unwrap().inbound_acls(),
        ["trunks"]
    );
    assert_eq!(sim.running_profile("internal").unwrap().port(), 5060);

    tokio::time::advance(Duration::from_secs(10)).await;
    client.api("sofia profile internal restart").await;
    assert!(sim.running_profile("internal").is_none());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(sim.running_profile("internal").unwrap().port(), 5070);
}

#[tokio::test]
async fn runs_no_programs() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    let made = folder.path().join("made");
    for command in [
        "system",
        "bg_system",
        "spawn",
        "bg_spawn",
        "spawn_stream",
        "SYSTEM",
    ] {
        let answer = client
            .api(&format!("{command} touch {}", made.display()))
            .await;
        assert_eq!(answer, format!("-ERR {command} Command not found!\n"));
    }
    let line = format!(
        "<X-PRE-PROCESS cmd=\"exec\" data=\"touch {}\"/>\n",
        made.display()
    );
    let vars = folder.path().join("vars.xml");
    let stock = std::fs::read_to_string(&vars).unwrap();
    std::fs::write(
        vars,
        stock.replace("</include>", &format!("{line}</include>")),
    )
    .unwrap();
    assert_eq!(client.api("reloadxml").await, "+OK [Success]\n");
    assert!(!made.exists());
}
