//! Hostile 5: no name is ever looked up, watched where packets leave.

use crate::support::{Rig, attack, nets, until};

/// Counts whatever leaves for a name server; all addresses lead to loopback, so that it can leave.
const WATCH: &str = "add table inet watch; \
    add chain inet watch out { type filter hook output priority 0; }; \
    add counter inet watch dns; \
    add rule inet watch out meta l4proto { tcp, udp } th dport { 53, 853 } counter name dns";

fn packets(rig: &Rig) -> u64 {
    let text = rig.inside(&["/usr/sbin/nft", "list", "counter", "inet", "watch", "dns"]);
    let mut words = text
        .split_whitespace()
        .skip_while(|word| *word != "packets");
    words.nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn hostile_05_no_dns_packet_leaves_fail2ban() {
    let rig = Rig::start().await;
    for device in [
        ["route", "add", "default", "dev", "lo"],
        ["-6", "route", "add", "default", "dev"],
    ] {
        let mut argv = vec!["ip"];
        argv.extend(device);
        if device[0] == "-6" {
            argv.push("lo");
        }
        rig.inside(&argv);
    }
    rig.inside(&["/usr/sbin/nft", WATCH]);
    let names = [
        "host.example",
        "www.example.com",
        "1.2.3.999",
        "localhost.example",
        "fe80::1%eth0",
    ];
    for name in names {
        rig.write(&attack(name, "1177"));
        rig.write(&attack("203.0.113.9", name));
    }
    rig.until_blocked(&["203.0.113.9"]).await;
    // By hand, too: an address, and the whitelist's reading of all files.
    rig.fail2ban.ban(&nets(&["198.51.100.7"])).await.unwrap();
    rig.fail2ban
        .add_ignore(&nets(&["192.0.2.7"]))
        .await
        .unwrap();
    rig.write(&attack("192.0.2.7", "1"));
    rig.write(&attack("203.0.113.11", "1"));
    until("the last line", async || {
        rig.held().await.contains(&nets(&["203.0.113.11"])[0])
    })
    .await;
    rig.fail2ban.reload_jail().await.unwrap();
    assert_eq!(packets(&rig), 0);
    // That the counter sees a lookup.
    let lookup = "socket.gethostbyname('host.example')";
    let argv = rig.private.enter(&[
        "/usr/bin/python3",
        "-c",
        &format!("import socket; {lookup}"),
    ]);
    let mut program = std::process::Command::new(&argv[0]);
    program
        .args(&argv[1..])
        .env("RES_OPTIONS", "timeout:1 attempts:1");
    assert!(!program.output().unwrap().status.success());
    assert!(packets(&rig) > 0);
}
