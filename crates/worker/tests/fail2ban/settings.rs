//! The jail's settings: in a file, in the running jail, and what is found of both.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use domain::config::{Deploy, Found, KindReport, Outcome};
use domain::ids::{DeploymentId, RevisionId};
use domain::jail::JailConfig;
use domain::whitelist::WhitelistLine;
use domain::wire::DesiredConfig;
use runtime::{Clock, Shutdown};
use tokio::sync::watch;
use worker::config_files::{JailDuty, Wanted};
use worker::console::outbox::Outbox;
use worker::jail::{settings, whitelist};

use crate::support::{Rig, attack, net, nets, until};

fn config(bantime: i64, findtime: i64, maxretry: i64, ignore: &[&str]) -> JailConfig {
    JailConfig::new(
        bantime.try_into().unwrap(),
        findtime.try_into().unwrap(),
        maxretry.try_into().unwrap(),
        nets(ignore),
    )
    .unwrap()
}

const BASE: [&str; 3] = ["127.0.0.0/8", "::1", "198.51.100.0/24"];

async fn assert_holds(rig: &Rig, wanted: &JailConfig) {
    let files = settings::in_files(&rig.fail2ban).await.unwrap();
    assert_eq!(files.as_ref(), Ok(wanted), "files");
    let running = settings::in_jail(&rig.fail2ban).await.unwrap();
    assert_eq!(running.as_ref(), Ok(wanted), "running");
}

#[tokio::test]
async fn settings_hold_at_once_after_a_reload_a_restart_and_an_installation() {
    let mut rig = Rig::start().await;
    assert_holds(&rig, &JailConfig::default()).await;
    rig.write(&attack("203.0.113.50", "1177"));
    rig.until_blocked(&["203.0.113.50"]).await;
    let now = Clock::system().unix();
    let listed = |network: &str| WhitelistLine {
        network: net(network),
        until: None,
    };
    let wanted = config(-1, 600, 2, &BASE);
    let entries = [listed("192.0.2.9"), listed("10.0.0.0/8")];
    whitelist::apply(&rig.fail2ban, &rig.firewall, &entries, now).await;
    settings::apply(&rig.fail2ban, &wanted).await.unwrap();
    assert_holds(&rig, &wanted).await;
    // Bans stay, and so does the whitelist, also where the base list had it before.
    assert_eq!(rig.blocked().await, nets(&["203.0.113.50"]));
    let ignored = rig.fail2ban.ignored_networks().await.unwrap();
    assert!(ignored.contains(&net("192.0.2.9")) && ignored.contains(&net("10.0.0.0/8")));
    assert!(!ignored.contains(&net("192.168.0.0/16")));
    let proofs = whitelist::apply(&rig.fail2ban, &rig.firewall, &entries, now).await;
    assert!(proofs.iter().all(|proof| proof.in_file && proof.in_jail));

    rig.fail2ban.reload_jail().await.unwrap();
    assert_holds(&rig, &wanted).await;
    let before = fs::read(settings::path(&rig.fail2ban)).unwrap();
    worker::jail::install(&rig.fail2ban, &rig.firewall, &rig.log)
        .await
        .unwrap();
    assert_holds(&rig, &wanted).await;
    assert_eq!(fs::read(settings::path(&rig.fail2ban)).unwrap(), before);
    rig.private.restart().await.unwrap();
    assert_holds(&rig, &wanted).await;
    // They count: the second line bans, the ignored network is left alone.
    rig.write(&attack("198.51.100.7", "1177"));
    rig.write(&attack("203.0.113.51", "1177")[..2]);
    until("the second attacker's ban", async || {
        rig.held().await.contains(&net("203.0.113.51"))
    })
    .await;
    assert!(!rig.held().await.contains(&net("198.51.100.7")));
}

/// A customer's own jail: no file of ours, no `ignoreip`, times with units.
#[tokio::test]
async fn a_jail_of_the_customers_own_takes_them_too() {
    let rig = Rig::stock("iptables-allports[name=cti, protocol=all]").await;
    let file = rig.private.config_dir().join("jail.local");
    let own = fs::read_to_string(&file).unwrap() + "bantime = 1d\nfindtime = 3m\n";
    fs::write(&file, &own).unwrap();
    // Without loopback among the ignored there is nothing that we would write.
    let found = settings::in_files(&rig.fail2ban).await.unwrap();
    assert!(found.unwrap_err().to_string().contains("127.0.0.0/8"));
    let entries = [WhitelistLine {
        network: net("192.0.2.9"),
        until: None,
    }];
    whitelist::apply(&rig.fail2ban, &rig.firewall, &entries, 0).await;
    let wanted = config(3_600, 60, 7, &BASE);
    settings::apply(&rig.fail2ban, &wanted).await.unwrap();
    assert_holds(&rig, &wanted).await;
    rig.fail2ban.reload_jail().await.unwrap();
    assert_holds(&rig, &wanted).await;
    assert_eq!(fs::read_to_string(&file).unwrap(), own);
    let ignored = rig.fail2ban.ignored_networks().await.unwrap();
    assert!(ignored.contains(&net("192.0.2.9")));
}

/// A customer's own jail again: only our settings say whom it ignores, and somebody deletes them.
#[tokio::test]
async fn settings_that_somebody_deleted_do_not_stop_fail2ban() {
    let entries = [WhitelistLine {
        network: net("192.0.2.9"),
        until: None,
    }];
    let wanted = config(3_600, 60, 7, &BASE);
    for whitelist_first in [true, false] {
        let mut rig = Rig::stock("iptables-allports[name=cti, protocol=all]").await;
        let list = async |rig: &Rig| {
            whitelist::apply(&rig.fail2ban, &rig.firewall, &entries, 0).await;
        };
        if whitelist_first {
            list(&rig).await;
        }
        settings::apply(&rig.fail2ban, &wanted).await.unwrap();
        list(&rig).await;
        assert_holds(&rig, &wanted).await;
        fs::remove_file(settings::path(&rig.fail2ban)).unwrap();
        rig.private.restart().await.unwrap();
        let ignored = async |rig: &Rig| rig.fail2ban.ignored_networks().await.unwrap();
        let found = ignored(&rig).await;
        for network in ["192.0.2.9", "127.0.0.0/8", "198.51.100.0/24"] {
            assert!(found.contains(&net(network)), "{network}: {found:?}");
        }
        // The next look at the whitelist has it stand on its own.
        list(&rig).await;
        rig.private.restart().await.unwrap();
        let found = ignored(&rig).await;
        assert!(found.contains(&net("192.0.2.9")) && found.contains(&net("127.0.0.0/8")));
        assert!(!found.contains(&net("198.51.100.0/24")), "{found:?}");
        // And they can be deployed again.
        settings::apply(&rig.fail2ban, &wanted).await.unwrap();
        assert_holds(&rig, &wanted).await;
        rig.private.restart().await.unwrap();
        assert_holds(&rig, &wanted).await;
    }
}

/// As an older worker left it.
#[tokio::test]
async fn a_whitelist_that_names_what_is_gone_is_mended() {
    let mut rig = Rig::stock("iptables-allports[name=cti, protocol=all]").await;
    let entries = [WhitelistLine {
        network: net("192.0.2.9"),
        until: None,
    }];
    let path = whitelist::path(&rig.fail2ban);
    whitelist::apply(&rig.fail2ban, &rig.firewall, &entries, 0).await;
    let text = fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once("ignoreip").unwrap();
    fs::write(
        &path,
        format!("{head}ignoreip = %(known/ignoreip)s\n           192.0.2.9\n"),
    )
    .unwrap();
    let proofs = whitelist::apply(&rig.fail2ban, &rig.firewall, &entries, 0).await;
    assert!(
        proofs.iter().all(|proof| proof.in_file && proof.in_jail),
        "{proofs:?}"
    );
    rig.private.restart().await.unwrap();
    let found = rig.fail2ban.ignored_networks().await.unwrap();
    assert!(found.contains(&net("192.0.2.9")));
}

#[tokio::test]
async fn what_does_not_hold_is_taken_back() {
    let rig = Rig::start().await;
    let over = rig.private.config_dir().join("jail.d/zz.local");
    fs::write(&over, "[cti]\nmaxretry = 9\n").unwrap();
    let wanted = config(3_600, 60, 7, &BASE);
    let error = settings::apply(&rig.fail2ban, &wanted).await.unwrap_err();
    assert!(error.to_string().contains("overrides maxretry"), "{error}");
    assert!(!settings::path(&rig.fail2ban).exists());
    fs::write(&over, "[cti]\nmaxretry = 9\nfilter = none\n[x\n").unwrap();
    let error = settings::apply(&rig.fail2ban, &wanted).await.unwrap_err();
    assert!(error.to_string().contains("does not accept"), "{error}");
    assert!(!settings::path(&rig.fail2ban).exists());
    fs::remove_file(&over).unwrap();
    rig.fail2ban.reload_jail().await.unwrap();
    assert_holds(&rig, &JailConfig::default()).await;
    let bare = Rig::bare().await;
    let error = settings::apply(&bare.fail2ban, &wanted).await.unwrap_err();
    assert!(error.to_string().contains("no jail cti"), "{error}");
}

struct Watched {
    wanted: watch::Sender<Wanted>,
    outbox: Outbox,
    shutdown: Shutdown,
}

impl Watched {
    fn start(rig: &Rig, state_dir: PathBuf) -> Self {
        let (wanted, receiver) = watch::channel(Wanted::default());
        let (outbox, shutdown) = (Outbox::default(), Shutdown::new());
        let duty = JailDuty {
            fail2ban: rig.fail2ban.clone(),
            state_dir,
            wanted: receiver,
            outbox: outbox.clone(),
        };
        shutdown.spawn("jail", duty.run(shutdown.clone()));
        Self {
            wanted,
            outbox,
            shutdown,
        }
    }

    fn order(&self, config: &JailConfig) {
        let deploy = Deploy {
            deployment: DeploymentId(7),
            attempt: 1,
            revision: RevisionId(3),
            content: config.clone(),
            confirm_seconds: None,
            confirmed: false,
        };
        self.wanted.send_modify(|wanted| {
            wanted.desired = Some(DesiredConfig {
                jail: Some(deploy),
                ..DesiredConfig::default()
            });
        });
    }

    async fn told(&self, what: &str, is: impl Fn(&KindReport<JailConfig>) -> bool) {
        let told = async {
            loop {
                if let Some(sending) = self.outbox.take(true)
                    && sending.report.configs.jail.as_ref().is_some_and(&is)
                {
                    return;
                }
                self.outbox.changed().await;
            }
        };
        let told = tokio::time::timeout(Duration::from_mins(1), told).await;
        assert!(told.is_ok(), "never told: {what}");
    }

    async fn found(&self, what: &str, is: impl Fn(&Found<JailConfig>) -> bool) {
        self.told(what, |told| told.found.as_ref().is_some_and(&is))
            .await;
    }

    async fn stop(self) {
        self.shutdown.stop();
        assert!(self.shutdown.finished(Duration::from_mins(1)).await);
    }
}

#[tokio::test]
async fn hostile_23_a_hand_edit_of_the_jail_is_told() {
    let mut rig = Rig::start().await;
    let state = tempfile::tempdir().unwrap();
    let watched = Watched::start(&rig, state.path().to_owned());
    let default = JailConfig::default();
    watched
        .found("what is there", |found| {
            found.content.as_ref() == Some(&default)
        })
        .await;
    let wanted = config(3_600, 60, 7, &BASE);
    watched.order(&wanted);
    let verified = |told: &KindReport<JailConfig>| {
        let answer = told.answer.as_ref();
        answer.is_some_and(|answer| answer.outcome == Outcome::Verified)
    };
    let both = |told: &KindReport<JailConfig>| {
        let found = told.found.as_ref();
        verified(told) && found.is_some_and(|found| found.content.as_ref() == Some(&wanted))
    };
    watched.told("verified", both).await;
    // At run time: the files say something else.
    rig.inside(&[
        "/usr/bin/fail2ban-client",
        "-s",
        rig.private.socket().to_str().unwrap(),
        "set",
        "cti",
        "maxretry",
        "99",
    ]);
    watched
        .found("maxretry at run time", |found| {
            let running = found.running.as_ref();
            running.is_some_and(|running| running.maxretry.get() == 99)
                && found.content.as_ref() == Some(&wanted)
        })
        .await;
    // In a file, as an editor saves it.
    let local = rig.private.config_dir().join("jail.d/zz.local");
    let beside = local.with_extension("swp");
    fs::write(&beside, "[cti]\nbantime = 2h\n").unwrap();
    fs::rename(&beside, &local).unwrap();
    watched
        .found("bantime in a file", |found| {
            let content = found.content.as_ref();
            content.is_some_and(|content| content.bantime.get() == 7_200)
        })
        .await;
    fs::write(&local, "[cti\n").unwrap();
    watched
        .found("a broken file", |found| {
            found.content.is_none() && found.problem.is_some()
        })
        .await;
    fs::remove_file(&local).unwrap();
    watched
        .found("as before", |found| found.content.as_ref() == Some(&wanted))
        .await;
    watched.stop().await;

    // The same try is answered, not done again.
    rig.fail2ban.reload_jail().await.unwrap();
    let before = fs::metadata(settings::path(&rig.fail2ban)).unwrap();
    let watched = Watched::start(&rig, state.path().to_owned());
    watched.order(&wanted);
    watched.told("verified again", verified).await;
    let after = fs::metadata(settings::path(&rig.fail2ban)).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    // Its restart is no drift.
    rig.private.restart().await.unwrap();
    assert_holds(&rig, &wanted).await;
    watched.stop().await;
}
