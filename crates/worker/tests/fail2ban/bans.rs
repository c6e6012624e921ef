//! From five lines to a firewall rule, and back.

use domain::ban::Outcome;
use domain::reason::OrderReason;
use embedded::fail2ban::{PrivateFail2ban, Setup};
use worker::fail2ban::{Fail2ban, Fail2banError};
use worker::firewall::enforce;

use crate::support::{Rig, attack, config, net, nets, until};

#[tokio::test]
async fn five_lines_ban_in_jail_and_firewall_and_unban_frees_in_both() {
    let rig = Rig::start().await;
    assert!(rig.held().await.is_empty() && rig.blocked().await.is_empty());
    rig.write(&attack("198.51.100.7", "1177"));
    rig.write(&attack("2001:db8::7", "1177"));
    rig.write(&attack("203.0.113.200", "1177")[..4]);
    rig.until_blocked(&["198.51.100.7", "2001:db8::7"]).await;

    let bans = rig.fail2ban.bans().await.unwrap();
    assert_eq!(rig.held().await, nets(&["198.51.100.7", "2001:db8::7"]));
    assert_eq!(rig.fail2ban.banned_count().await.unwrap(), 2);
    let now = runtime::Clock::system().unix();
    for ban in &bans.held {
        // Local time was read in the right zone, and the time is this minute's.
        assert!((now - ban.since).abs() < 120, "{ban:?} at {now}");
        assert_eq!(ban.until, Some(ban.since + 86_400));
    }

    let both = nets(&["198.51.100.7", "2001:db8::7"]);
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &both).await;
    assert_eq!(
        outcomes,
        [(both[0], Outcome::Done), (both[1], Outcome::Done)]
    );
    assert!(rig.held().await.is_empty() && rig.blocked().await.is_empty());
    let again = enforce::unban(&rig.fail2ban, &rig.firewall, &both[..1]).await;
    assert_eq!(again, [(both[0], Outcome::AlreadySo)]);
}

#[tokio::test]
async fn bans_by_hand_addresses_and_networks() {
    let rig = Rig::start().await;
    let wanted = nets(&[
        "198.51.100.7",
        "203.0.113.0/28",
        "2001:db8::7",
        "2001:db8:1::/64",
    ]);
    let outcomes = enforce::ban(&rig.fail2ban, &rig.firewall, &wanted).await;
    assert!(
        outcomes.iter().all(|(_, one)| *one == Outcome::Done),
        "{outcomes:?}"
    );
    assert_eq!(rig.blocked().await, rig.held().await);
    assert_eq!(rig.blocked().await.len(), 4);
    let again = enforce::ban(&rig.fail2ban, &rig.firewall, &wanted[..1]).await;
    assert_eq!(again, [(wanted[0], Outcome::AlreadySo)]);

    // A network frees what is inside it, and only that.
    let wide = net("198.51.100.0/24");
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &[wide]).await;
    assert_eq!(outcomes, [(wide, Outcome::Done)]);
    assert_eq!(rig.blocked().await.len(), 3);
    // One address of a banned network cannot be freed alone, and the answer says so.
    let inside = net("203.0.113.5");
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &[inside]).await;
    let by = net("203.0.113.0/28");
    let network = inside;
    let reason = OrderReason::BlockedBy { network, by }.into();
    assert_eq!(outcomes, [(inside, Outcome::Failed { reason })]);
}

/// Hostile 16: freed and banned again by the next lines; the answer says which it is now.
#[tokio::test]
async fn hostile_16_banned_again_by_new_lines_is_no_contradiction() {
    let rig = Rig::start().await;
    let attacker = nets(&["198.51.100.7"]);
    rig.fail2ban.ban(&attacker).await.unwrap();
    let (one, two) = tokio::join!(
        enforce::unban(&rig.fail2ban, &rig.firewall, &attacker),
        enforce::unban(&rig.fail2ban, &rig.firewall, &attacker),
    );
    // Two operators at once: freed once, and both are told the truth.
    let mut both = [one[0].1.clone(), two[0].1.clone()];
    both.sort_by_key(|outcome| *outcome != Outcome::Done);
    assert!(
        both == [Outcome::Done, Outcome::AlreadySo] || both == [Outcome::Done, Outcome::Done],
        "{both:?}"
    );
    assert!(rig.blocked().await.is_empty());
    rig.write(&attack("198.51.100.7", "1177"));
    rig.until_blocked(&["198.51.100.7"]).await;
}

#[tokio::test]
async fn many_at_once_in_batches() {
    let rig = Rig::start().await;
    let many: Vec<_> = (1..=60)
        .map(|last| net(&format!("2001:db8::{last:x}")))
        .collect();
    assert!(
        rig.fail2ban
            .ban(&many)
            .await
            .unwrap()
            .iter()
            .all(|(_, new)| *new)
    );
    assert_eq!(rig.blocked().await, many);
    assert!(
        rig.fail2ban
            .unban(&many)
            .await
            .unwrap()
            .iter()
            .all(|(_, was)| *was)
    );
    assert!(rig.blocked().await.is_empty() && rig.held().await.is_empty());
}

/// fail2ban lifts a ban only by the very text it keeps.
#[tokio::test]
async fn hostile_17_other_spellings_are_found_and_lookalikes_are_not() {
    let rig = Rig::start().await;
    let by_hand = [
        "2001:DB8::8",
        "2001:db8:0:0::9",
        "::ffff:198.51.100.9",
        " 198.51.100.22 ",
        "11.2.3.45",
    ];
    let mut words = vec!["set", "cti", "banip"];
    words.extend(by_hand);
    let socket = worker::fail2ban::socket::Socket::new(
        rig.private.socket(),
        std::time::Duration::from_mins(1),
    );
    socket.call(&words).await.unwrap();
    assert_eq!(
        rig.held().await,
        nets(&[
            "11.2.3.45",
            "198.51.100.9",
            "198.51.100.22",
            "2001:db8::8",
            "2001:db8::9"
        ])
    );
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &nets(&["1.2.3.4"])).await;
    assert_eq!(outcomes, [(net("1.2.3.4"), Outcome::AlreadySo)]);
    // What an operator types is made canonical on the way in.
    let typed = nets(&[
        "2001:DB8:0::8",
        "2001:db8::9",
        "::ffff:198.51.100.9",
        "198.51.100.22",
    ]);
    let outcomes = enforce::unban(&rig.fail2ban, &rig.firewall, &typed).await;
    assert!(
        outcomes.iter().all(|(_, one)| *one == Outcome::Done),
        "{outcomes:?}"
    );
    assert_eq!(rig.held().await, nets(&["11.2.3.45"]));
    assert_eq!(rig.blocked().await, nets(&["11.2.3.45"]));
}

#[tokio::test]
async fn junk_in_the_list_is_reported_inert_and_hides_nobody() {
    let rig = Rig::start().await;
    let socket = worker::fail2ban::socket::Socket::new(
        rig.private.socket(),
        std::time::Duration::from_mins(1),
    );
    let words = ["set", "cti", "banip", "evil \u{1b}[2J", "", "198.51.100.7"];
    socket.call(&words).await.unwrap();
    let bans = rig.fail2ban.bans().await.unwrap();
    assert_eq!(rig.held().await, nets(&["198.51.100.7"]));
    assert!(
        bans.odd.contains(&"evil \\x1b[2J".to_owned()),
        "{:?}",
        bans.odd
    );
}

#[tokio::test]
async fn a_jail_that_is_not_there_is_named() {
    let rig = Rig::bare().await;
    assert_eq!(rig.fail2ban.version().await.unwrap(), version());
    for error in [
        rig.fail2ban.bans().await.map(drop).unwrap_err(),
        rig.fail2ban.jail().await.map(drop).unwrap_err(),
        rig.fail2ban
            .unban(&nets(&["198.51.100.7"]))
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(
            matches!(&error, Fail2banError::NoJail(name) if name == "cti"),
            "{error:?}"
        );
    }
}

fn version() -> String {
    let output = std::process::Command::new("/usr/bin/fail2ban-client")
        .arg("-V")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn installing_twice_changes_nothing_and_reads_back() {
    let rig = Rig::bare().await;
    let first = worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log)
        .await
        .unwrap();
    assert_eq!(first.written.len(), 3);
    let settings = &first.info.settings;
    assert_eq!(
        (settings.bantime, settings.findtime, settings.maxretry),
        (86_400, 180, 5)
    );
    assert_eq!(first.info.logpaths, std::slice::from_ref(&rig.log));
    assert!(worker::jail::finds_attacks(&first.info.failregex));
    rig.write(&attack("198.51.100.7", "1"));
    rig.until_blocked(&["198.51.100.7"]).await;
    let again = worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log)
        .await
        .unwrap();
    assert!(again.written.is_empty());
    assert_eq!(rig.held().await, nets(&["198.51.100.7"]));
    until("the ban after the reload", async || {
        rig.blocked().await == nets(&["198.51.100.7"])
    })
    .await;
}

/// The jail of an old guide, in use: whom it blocks stays blocked, whom it ignores stays ignored.
#[tokio::test]
async fn installing_over_a_jail_with_another_action_keeps_its_bans_and_its_whitelist() {
    let rig = Rig::bare().await;
    std::fs::create_dir_all(rig.log.parent().unwrap()).unwrap();
    std::fs::write(&rig.log, "").unwrap();
    let folder = rig.private.config_dir();
    let filter = "[Definition]\nfailregex = ^ip\\[<HOST>\\].*\n";
    std::fs::write(folder.join("filter.d/cti.conf"), filter).unwrap();
    let jail = format!(
        "[cti]\nenabled = true\nfilter = cti\nlogpath = {}\n\
         ignoreip = 127.0.0.1/8 office.invalid 198.51.100.200\n\
         action = iptables-allports[name=cti, protocol=all]\n",
        rig.log.display()
    );
    std::fs::write(folder.join("jail.local"), jail).unwrap();
    rig.fail2ban.reload_jail().await.unwrap();
    rig.fail2ban.ban(&nets(&["198.51.100.7"])).await.unwrap();

    worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log)
        .await
        .unwrap();
    let actions = rig.fail2ban.actions().await.unwrap();
    assert_eq!(actions, ["callwarden-nftables"]);
    rig.until_blocked(&["198.51.100.7"]).await;
    for source in ["198.51.100.200", "198.51.100.8"] {
        rig.write(&attack(source, "1"));
    }
    rig.until_blocked(&["198.51.100.7", "198.51.100.8"]).await;
    let again = worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log)
        .await
        .unwrap();
    assert!(again.written.is_empty());
}

/// For the demo: the same files, there before the server starts.
#[tokio::test]
async fn a_jail_can_be_there_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let plan = worker::jail::JailPlan {
        jail: "cti".into(),
        log: log.clone(),
        backend: worker::firewall::Backend::Nftables,
    };
    let setup = Setup {
        files: worker::jail::files(&plan).unwrap(),
        ..Setup::default()
    };
    let private = PrivateFail2ban::start_with(folder.path(), &log, setup)
        .await
        .unwrap();
    let fail2ban = Fail2ban::new(config(&private.socket(), &private.config_dir()));
    assert_eq!(fail2ban.jail().await.unwrap().logpaths, [log]);
    assert_eq!(fail2ban.actions().await.unwrap(), ["callwarden-nftables"]);
}

#[tokio::test]
async fn a_configuration_that_fail2ban_refuses_is_put_back() {
    let rig = Rig::bare().await;
    let broken = rig.private.config_dir().join("jail.d/broken.local");
    std::fs::write(&broken, "[other]\nenabled = true\nlogpath = %(nosuch)s\n").unwrap();
    let refused = worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log).await;
    assert!(
        matches!(refused, Err(worker::jail::InstallError::Rejected(_))),
        "{refused:?}"
    );
    let ours = rig.private.config_dir().join("jail.d/callwarden-cti.local");
    assert!(!ours.exists());
}

/// Bans that an operator meant for ever stay so.
#[tokio::test]
async fn an_operators_limits_are_kept() {
    let rig = Rig::stock(
        "iptables-allports[name=cti, protocol=all]\nbantime = -1\nfindtime = 10m\nmaxretry = 3",
    )
    .await;
    let plan = worker::jail::JailPlan {
        jail: "cti".into(),
        log: rig.log.clone(),
        backend: worker::firewall::Backend::Nftables,
    };
    rig.fail2ban.ban(&nets(&["198.51.100.7"])).await.unwrap();
    let installed = worker::jail::install_plan(&rig.fail2ban, &plan)
        .await
        .unwrap();
    let settings = &installed.info.settings;
    assert_eq!(
        (settings.bantime, settings.findtime, settings.maxretry),
        (-1, 600, 3)
    );
    until("the ban for ever is back", async || {
        let bans = rig.fail2ban.bans().await.unwrap().held;
        bans.first().is_some_and(|ban| ban.until.is_none())
    })
    .await;
    let again = worker::jail::install_plan(&rig.fail2ban, &plan)
        .await
        .unwrap();
    assert!(again.written.is_empty(), "{:?}", again.written);
}
