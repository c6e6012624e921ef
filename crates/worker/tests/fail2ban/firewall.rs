//! The firewall is read back, not believed.

use domain::ban::Outcome;
use worker::firewall::{Backend, Scope, enforce};

use crate::support::{Rig, net, nets, until};

#[tokio::test]
async fn a_flushed_firewall_is_noticed_and_mended() {
    let rig = Rig::start().await;
    let both = nets(&["198.51.100.7", "2001:db8::7"]);
    rig.fail2ban.ban(&both).await.unwrap();
    assert_eq!(rig.blocked().await, both);
    rig.inside(&["/usr/sbin/nft", "flush", "ruleset"]);
    assert_eq!(rig.held().await, both);
    assert!(rig.blocked().await.is_empty());
    rig.fail2ban.restart_jail().await.unwrap();
    rig.until_blocked(&["198.51.100.7", "2001:db8::7"]).await;
}

#[tokio::test]
async fn a_set_whose_rule_somebody_deleted_blocks_nobody() {
    let rig = Rig::start().await;
    rig.fail2ban.ban(&nets(&["198.51.100.7"])).await.unwrap();
    rig.inside(&[
        "/usr/sbin/nft",
        "flush",
        "chain",
        "inet",
        "f2b-table",
        "f2b-chain",
    ]);
    assert!(rig.blocked().await.is_empty());
    // A ban of a further address then says that nothing is blocked, or mends it: never "done" for
    // an address that passes.
    let further = nets(&["198.51.100.8"]);
    let outcomes = enforce::ban(&rig.fail2ban, &rig.firewall, &further).await;
    let blocked = rig.blocked().await.contains(&further[0]);
    assert_eq!(outcomes[0].1 == Outcome::Done, blocked, "{outcomes:?}");
}

/// The whole way for each firewall: UDP passes before, is blocked while banned, passes after.
async fn blocks_udp(backend: Backend) {
    let rig = Rig::with(backend).await;
    rig.inside(&["ip", "addr", "add", "198.51.100.7/32", "dev", "lo"]);
    rig.inside(&["ip", "addr", "add", "198.51.100.1/32", "dev", "lo"]);
    assert_eq!(udp(&rig), "passed");
    // By hand: the engine never bans an address of its own host by itself.
    rig.fail2ban.ban(&nets(&["198.51.100.7"])).await.unwrap();
    let reading = rig.firewall.find("cti").await.unwrap();
    assert_eq!(reading.backend, Some(backend));
    assert_eq!(
        reading.blocked.held,
        nets(&["198.51.100.7"]).into_iter().collect()
    );
    assert_eq!(udp(&rig), "blocked");
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &nets(&["198.51.100.7"])).await;
    assert_eq!(outcomes, [(net("198.51.100.7"), Outcome::Done)]);
    assert_eq!(udp(&rig), "passed");
}

/// One SIP-like datagram from the banned address.
fn udp(rig: &Rig) -> String {
    const SCRIPT: &str = "\
import socket
r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); r.bind(('198.51.100.1', 5060)); r.settimeout(1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('198.51.100.7', 0))
try:
    s.sendto(b'REGISTER', ('198.51.100.1', 5060)); r.recv(100); print('passed')
except OSError:
    print('blocked')
";
    rig.inside(&["/usr/bin/python3", "-c", SCRIPT])
        .trim()
        .to_owned()
}

#[tokio::test]
async fn nftables_blocks_udp() {
    blocks_udp(Backend::Nftables).await;
}

#[tokio::test]
async fn ipset_blocks_udp() {
    blocks_udp(Backend::Ipset).await;
}

#[tokio::test]
async fn iptables_blocks_udp() {
    blocks_udp(Backend::Iptables).await;
}

/// As `blocks_udp`, by fail2ban's own actions: what they let pass is told, and nobody is "done".
async fn stock(action: &str, stops: Scope) {
    let rig = Rig::stock(action).await;
    for address in ["198.51.100.7/32", "198.51.100.1/32"] {
        rig.inside(&["ip", "addr", "add", address, "dev", "lo"]);
    }
    let attacker = nets(&["198.51.100.7"]);
    let outcomes = enforce::ban(&rig.fail2ban, &rig.firewall, &attacker).await;
    assert_eq!(udp(&rig) == "blocked", stops.udp, "{action}");
    let blocked = rig.firewall.read("cti").await.unwrap().unwrap();
    if stops == Scope::WHOLE {
        assert_eq!(outcomes, [(attacker[0], Outcome::Done)], "{action}");
        assert_eq!(rig.blocked().await, attacker);
    } else {
        let Outcome::Failed { reason } = &outcomes[0].1 else {
            panic!("{action}: {outcomes:?}");
        };
        assert!(reason.to_string().contains(stops.as_str()), "{reason}");
        assert!(blocked.held.is_empty(), "{action}");
        assert_eq!(blocked.scope, stops, "{action}");
        assert_eq!(blocked.partly, attacker.iter().copied().collect());
    }
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &attacker).await;
    assert_eq!(outcomes, [(attacker[0], Outcome::Done)], "{action}");
    assert_eq!(udp(&rig), "passed", "{action}");
}

const TCP: Scope = Scope {
    tcp: true,
    udp: false,
};

#[tokio::test]
async fn stock_nftables_that_stops_tcp_only_is_not_effective() {
    stock("nftables-allports[name=cti]", TCP).await;
    stock("nftables[name=cti, port=\"0:65535\"]", TCP).await;
    let both = "nftables-allports[name=cti, protocol=\"tcp,udp\"]";
    stock(both, Scope::WHOLE).await;
    let sip = "nftables[name=cti, protocol=udp, port=5060]";
    stock_ports(sip).await;
}

#[tokio::test]
async fn stock_iptables_that_stops_tcp_only_is_not_effective() {
    stock("iptables-allports[name=cti]", TCP).await;
    stock("iptables-multiport[name=cti, port=\"0:65535\"]", TCP).await;
    let both = "iptables-multiport[name=cti, protocol=\"tcp,udp\", port=\"0:65535\"]";
    stock(both, Scope::WHOLE).await;
    stock_ports("iptables-multiport[name=cti, protocol=udp, port=\"5060,5080\"]").await;
}

#[tokio::test]
async fn stock_ipset_that_stops_tcp_only_is_not_effective() {
    stock("iptables-ipset-proto6-allports[name=cti]", TCP).await;
    let all = "iptables-ipset-proto6-allports[name=cti, protocol=all]";
    stock(all, Scope::WHOLE).await;
}

/// What `callwarden-worker check` prints: words, what to do, and that not all is well.
#[tokio::test]
async fn the_check_names_what_passes_and_what_to_do() {
    let rig = Rig::stock("nftables-allports[name=cti]").await;
    rig.fail2ban.ban(&nets(&["198.51.100.7"])).await.unwrap();
    rig.until_partly("198.51.100.7").await;
    let (lines, good) = worker::check::check(&rig.settings()).await;
    assert!(!good);
    let at = lines
        .iter()
        .position(|line| {
            line.contains("bans stop all UDP and TCP traffic: 1 of 1 bans stop TCP only")
        })
        .unwrap_or_else(|| panic!("{lines:#?}"));
    assert!(lines[at].starts_with("broken"), "{}", lines[at]);
    assert!(lines[at + 1].contains("install-jail"), "{}", lines[at + 1]);
}

/// SIP's port is stopped, everything else passes.
async fn stock_ports(action: &str) {
    let rig = Rig::stock(action).await;
    let attacker = nets(&["198.51.100.7"]);
    rig.fail2ban.ban(&attacker).await.unwrap();
    let blocked = rig.firewall.read("cti").await.unwrap().unwrap();
    assert_eq!((blocked.held.len(), blocked.partly.len()), (0, 1));
    assert_eq!(blocked.scope, Scope::PIECES, "{action}");
}

/// A set of single addresses holds a network as all of its addresses.
#[tokio::test]
async fn a_network_in_an_ipset_of_addresses_is_covered() {
    let rig = Rig::with(Backend::Ipset).await;
    let wide = nets(&["198.51.100.0/24"]);
    let outcomes = enforce::ban(&rig.fail2ban, &rig.firewall, &wide).await;
    assert_eq!(outcomes, [(wide[0], Outcome::Done)]);
    assert_eq!(rig.blocked().await.len(), 256);
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &wide).await;
    assert_eq!(outcomes, [(wide[0], Outcome::Done)]);
    assert!(rig.blocked().await.is_empty());
}

/// After `kill -9` iptables' rules stay and are added a second time: fail2ban's unban leaves a copy.
#[tokio::test]
async fn hostile_24_a_rule_left_by_a_killed_fail2ban_is_taken_out() {
    let mut rig = Rig::with(Backend::Iptables).await;
    let (attacker, other) = (nets(&["198.51.100.7"]), nets(&["198.51.100.70"]));
    rig.fail2ban.ban(&attacker).await.unwrap();
    rig.fail2ban.ban(&other).await.unwrap();
    rig.until_saved(2).await;
    rig.private.kill().unwrap();
    rig.private.restart().await.unwrap();
    let copies = |address: &str| {
        let rules = rig.inside(&["/usr/sbin/iptables", "-w", "5", "-S", "f2b-cti"]);
        rules.matches(&format!("{address}/32")).count()
    };
    until("the second copies of the rules", async || {
        copies("198.51.100.7") == 2 && copies("198.51.100.70") == 2
    })
    .await;
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &attacker).await;
    assert_eq!(outcomes, [(attacker[0], Outcome::Done)]);
    assert_eq!(rig.blocked().await, other);
    assert_eq!(copies("198.51.100.70"), 2, "not asked for");
    assert_eq!(rig.held().await, other);
}

/// What a killed fail2ban leaves in our sets is cleared by the next one, and its bans come back.
#[tokio::test]
async fn hostile_24_nftables_survives_a_killed_fail2ban() {
    let mut rig = Rig::start().await;
    let attacker = nets(&["198.51.100.7"]);
    rig.fail2ban.ban(&attacker).await.unwrap();
    rig.until_saved(1).await;
    rig.private.kill().unwrap();
    assert_eq!(rig.blocked().await, attacker);
    let orphan = "add element inet f2b-table addr-set-cti { 203.0.113.77 }";
    rig.inside(&["/usr/sbin/nft", orphan]);
    rig.private.restart().await.unwrap();
    rig.until_blocked(&["198.51.100.7"]).await;
    assert_eq!(rig.held().await, attacker);
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &attacker).await;
    assert_eq!(outcomes, [(attacker[0], Outcome::Done)]);
    assert!(rig.blocked().await.is_empty());
}

#[tokio::test]
async fn an_unreadable_firewall_is_unknown_not_empty() {
    let none = || vec!["/nonexistent/program".to_owned()];
    let firewall = worker::firewall::Firewall::new(worker::config::FirewallConfig {
        nft: none(),
        ipset: none(),
        iptables: none(),
        ip6tables: none(),
    });
    assert_eq!(firewall.read("cti").await.unwrap(), None);
    assert!(firewall.find("cti").await.is_err());
}
