//! Whitelist: in the file, in the running jail, and no ban left.

use domain::reason::{Fail2banReason, OrderReason};
use domain::whitelist::{WhitelistLine, WhitelistProof};
use runtime::Clock;
use worker::jail::whitelist;

use crate::support::{Rig, attack, line, net, nets, until};

fn entry(network: &str, until: Option<i64>) -> WhitelistLine {
    WhitelistLine {
        network: net(network),
        until,
    }
}

fn proven(network: &str) -> WhitelistProof {
    WhitelistProof {
        network: net(network),
        in_file: true,
        in_jail: true,
        error: None,
    }
}

#[tokio::test]
async fn hostile_14_lifts_the_ban_and_survives_reload_and_restart() {
    let mut rig = Rig::start().await;
    rig.write(&attack("198.51.100.7", "1177"));
    rig.write(&attack("2001:db8::7", "1177"));
    rig.write(&attack("203.0.113.50", "1177"));
    rig.until_blocked(&["198.51.100.7", "2001:db8::7", "203.0.113.50"])
        .await;

    let now = Clock::system().unix();
    let wanted = [
        entry("198.51.100.0/24", Some(now + 3_600)),
        entry("2001:db8::7", None),
    ];
    let proofs = whitelist::apply(&rig.fail2ban, &rig.firewall, &wanted, now).await;
    let expected = [proven("198.51.100.0/24"), proven("2001:db8::7")];
    assert_eq!(proofs, expected);
    assert_eq!(rig.held().await, nets(&["203.0.113.50"]));
    assert_eq!(rig.blocked().await, nets(&["203.0.113.50"]));
    // Doing it again changes nothing.
    let path = whitelist::path(&rig.fail2ban);
    let before = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        whitelist::apply(&rig.fail2ban, &rig.firewall, &wanted, now).await,
        expected
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert_eq!(whitelist::load(&rig.fail2ban), wanted);

    rig.fail2ban.reload_jail().await.unwrap();
    assert_holds(&rig, &["198.51.100.0/24", "2001:db8::7", "127.0.0.0/8"]).await;
    rig.private.restart().await.unwrap();
    assert_holds(&rig, &["198.51.100.0/24", "2001:db8::7", "127.0.0.0/8"]).await;

    // Not banned again: a later attacker is, so the lines before were seen and passed over.
    rig.write(&attack("198.51.100.7", "1177"));
    rig.write(&attack("203.0.113.51", "1177"));
    until("the later attacker's ban", async || {
        rig.held().await.contains(&net("203.0.113.51"))
    })
    .await;
    assert_eq!(rig.held().await, nets(&["203.0.113.50", "203.0.113.51"]));
}

async fn assert_holds(rig: &Rig, networks: &[&str]) {
    let ignored = rig.fail2ban.ignored_networks().await.unwrap();
    for network in nets(networks) {
        assert!(ignored.contains(&network), "{network} in {ignored:?}");
    }
}

#[tokio::test]
async fn hostile_14_an_expired_entry_goes_away_and_bans_again() {
    let rig = Rig::start().await;
    let now = Clock::system().unix();
    let wanted = [
        entry("198.51.100.7", Some(now + 60)),
        entry("203.0.113.9", None),
    ];
    let proofs = whitelist::apply(&rig.fail2ban, &rig.firewall, &wanted, now).await;
    assert_eq!(proofs, [proven("198.51.100.7"), proven("203.0.113.9")]);
    // A minute later.
    let proofs = whitelist::apply(&rig.fail2ban, &rig.firewall, &wanted, now + 60).await;
    assert_eq!(proofs, [proven("203.0.113.9")]);
    let ignored = rig.fail2ban.ignored_networks().await.unwrap();
    assert!(!ignored.contains(&net("198.51.100.7")));
    rig.fail2ban.reload_jail().await.unwrap();
    rig.write(&vec![line("198.51.100.7", "1177"); 5]);
    rig.until_blocked(&["198.51.100.7"]).await;
}

#[tokio::test]
async fn what_other_files_ignore_is_not_ours_to_remove() {
    let rig = Rig::start().await;
    let now = Clock::system().unix();
    // In the jail's own file already, and whitelisted, and taken from the whitelist again.
    let wanted = [entry("10.0.0.0/8", None), entry("203.0.113.9", None)];
    whitelist::apply(&rig.fail2ban, &rig.firewall, &wanted, now).await;
    // Somebody's entry at run time.
    rig.fail2ban
        .add_ignore(&nets(&["192.0.2.77"]))
        .await
        .unwrap();
    assert!(
        whitelist::apply(&rig.fail2ban, &rig.firewall, &[], now)
            .await
            .is_empty()
    );
    assert_holds(&rig, &["10.0.0.0/8", "127.0.0.0/8", "192.0.2.77"]).await;
    let ignored = rig.fail2ban.ignored_networks().await.unwrap();
    assert!(!ignored.contains(&net("203.0.113.9")));
    rig.fail2ban.reload_jail().await.unwrap();
    assert_holds(&rig, &["10.0.0.0/8", "127.0.0.0/8"]).await;
}

#[tokio::test]
async fn a_wider_ban_that_stays_is_told() {
    let rig = Rig::start().await;
    rig.fail2ban.ban(&nets(&["198.51.100.0/24"])).await.unwrap();
    let now = Clock::system().unix();
    let proofs = whitelist::apply(
        &rig.fail2ban,
        &rig.firewall,
        &[entry("198.51.100.9", None)],
        now,
    )
    .await;
    let (network, by) = (net("198.51.100.9"), net("198.51.100.0/24"));
    let blocked = OrderReason::BlockedBy { network, by };
    assert_eq!(proofs[0].error, Some(blocked.into()));
    assert!(proofs[0].in_file && proofs[0].in_jail);
}

/// A customer's own jail that names no `ignoreip`: naming what is not there would stop fail2ban.
#[tokio::test]
async fn a_jail_of_the_customers_own_gets_the_whitelist_too() {
    let mut rig = Rig::bare().await;
    let config = rig.private.config_dir();
    std::fs::write(
        config.join("filter.d/own.conf"),
        "[Definition]\nfailregex = ^ip\\[<ADDR>\\]\n",
    )
    .unwrap();
    let log = rig.log.display();
    std::fs::write(
        config.join("jail.local"),
        format!("[cti]\nenabled = true\nfilter = own\nlogpath = {log}\naction = iptables-allports[name=cti, protocol=all]\n"),
    )
    .unwrap();
    rig.fail2ban.reload_jail().await.unwrap();
    let now = Clock::system().unix();
    let proofs = whitelist::apply(
        &rig.fail2ban,
        &rig.firewall,
        &[entry("203.0.113.9", None)],
        now,
    )
    .await;
    assert_eq!(proofs, [proven("203.0.113.9")]);
    rig.private.restart().await.unwrap();
    assert_holds(&rig, &["203.0.113.9"]).await;
}

#[tokio::test]
async fn without_a_jail_the_file_is_ready_and_the_proof_says_what_is_missing() {
    let rig = Rig::bare().await;
    let now = Clock::system().unix();
    let proofs = whitelist::apply(
        &rig.fail2ban,
        &rig.firewall,
        &[entry("203.0.113.9", None)],
        now,
    )
    .await;
    assert!(proofs[0].in_file && !proofs[0].in_jail);
    let gone = Fail2banReason::NoJail("cti".to_owned());
    assert_eq!(proofs[0].error, Some(gone.into()));
    worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log)
        .await
        .unwrap();
    assert_holds(&rig, &["203.0.113.9", "10.0.0.0/8"]).await;
}
