//! From attack line to ban to unban, and the whitelist, through every real program.

use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use backend::whitelist::{self, Expiry, NewEntry};
use backend::{Actor, Backend, bans, orders};
use domain::net::Network;
use embedded::fail2ban::PrivateFail2ban;
use embedded::postgres::Durability;
use runtime::Clock;
use sqlx::PgPool;

use crate::stage::{Stage, until};

/// Attackers, none beside another: the firewall may show neighbours as one range.
const ATTACKERS: [&str; 8] = [
    "203.0.113.9",
    "2001:db8::9",
    "203.0.113.21",
    "2001:db8::21",
    "203.0.113.43",
    "2001:db8::43",
    "203.0.113.65",
    "2001:db8:5::1",
];
const WHITELISTED: [&str; 2] = ["198.51.100.77", "2001:db8:77::77"];
const LATER: [&str; 2] = ["203.0.113.201", "203.0.113.223"];

struct Node {
    stage: Stage,
    backend: Backend,
    fail2ban: PrivateFail2ban,
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_14_17_from_line_to_ban_to_unban_with_a_whitelist() {
    let mut node = Node::start().await;
    node.stage.worker.start();

    let entries = WHITELISTED.map(|network| NewEntry {
        network: network.to_owned(),
        note: "a test".to_owned(),
        expiry: Expiry::Never,
        scope: bans::Scope::All,
    });
    for entry in entries {
        whitelist::add(&node.backend, &Actor::console(), entry)
            .await
            .unwrap();
    }
    node.until_proven().await;

    // The whitelisted first: when the others are banned, fail2ban has read these.
    for address in WHITELISTED {
        node.attack(address, 10);
    }
    let start = Instant::now();
    for address in ATTACKERS {
        node.attack(address, 5);
    }
    for address in ATTACKERS {
        node.until_banned(address).await;
    }
    println!(
        "{} attackers from their lines to `bans`: {:.0?}",
        ATTACKERS.len(),
        start.elapsed()
    );

    let mut times = Vec::new();
    for address in ATTACKERS {
        times.push(node.unban(address).await);
    }
    let worst = |of: fn(&(Duration, Duration)) -> Duration| {
        let mut all: Vec<_> = times.iter().map(of).collect();
        all.sort_unstable();
        (all[all.len() / 2], all[all.len() - 1])
    };
    println!(
        "click to rule gone (p50, worst): {:?}",
        worst(|time| time.0)
    );
    println!(
        "click to gone from `bans` (p50, worst): {:?}",
        worst(|time| time.1)
    );

    node.attack(LATER[0], 5);
    node.until_banned(LATER[0]).await;
    node.fail2ban.restart().await.unwrap();
    for address in WHITELISTED {
        node.attack(address, 10);
    }
    node.attack(LATER[1], 5);
    for address in LATER {
        node.until_banned(address).await;
    }
    node.never_banned().await;
    node.stage.console.check();
    node.stage.worker.check();
}

impl Node {
    async fn start() -> Self {
        // Short, since a socket's path may have 107 bytes only.
        let folder = tempfile::Builder::new().prefix("cw-").tempdir().unwrap();
        let log = folder.path().join("cti_fail2ban.log");
        let fail2ban = PrivateFail2ban::start(&folder.path().join("fail2ban"), &log)
            .await
            .unwrap();
        let stage = Stage::start(folder, log, Durability::Fast, Some(&fail2ban)).await;
        let pool = PgPool::connect(&stage.url).await.unwrap();
        Self {
            stage,
            backend: Backend::new(pool, Clock::system()),
            fail2ban,
        }
    }

    /// Lines as the module writes them, now.
    fn attack(&self, source: &str, lines: usize) {
        let now = Clock::system().now();
        let (date, time) = (now.date(), now.time());
        let (hour, minute, second, micros) = time.as_hms_micro();
        let line = format!(
            "ip[{source}] user[1001] at[{date}T{hour:02}:{minute:02}:{second:02}.{micros:06}+0000] Registration failed succeed!\n"
        );
        let mut options = std::fs::OpenOptions::new();
        let mut log = options.append(true).open(&self.stage.log).unwrap();
        log.write_all(line.repeat(lines).as_bytes()).unwrap();
    }

    /// Is it in a set of the firewall?
    fn in_nft(&self, address: &str) -> bool {
        let mut argv = self.fail2ban.nft_argv();
        argv.extend(["list", "ruleset"].map(str::to_owned));
        let output = Command::new(&argv[0]).args(&argv[1..]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let rules = String::from_utf8(output.stdout).unwrap();
        let other = |c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':');
        rules.split(other).any(|word| word == address)
    }

    /// `bans.in_firewall` of it; the outer `None` where no such ban is.
    async fn stored(&self, address: &str) -> Option<Option<bool>> {
        sqlx::query_scalar("select in_firewall from bans where network = $1::cidr")
            .bind(address)
            .fetch_optional(&self.backend.pool)
            .await
            .unwrap()
    }

    /// In `bans` and in the firewall; for a moment after a restart of fail2ban only one is true.
    async fn until_banned(&self, address: &str) {
        until(&format!("{address} banned"), async || {
            let stored = self.stored(address).await == Some(Some(true));
            (stored && self.in_nft(address)).then_some(())
        })
        .await;
    }

    /// Both nets are in file and jail.
    async fn until_proven(&self) {
        until("the proofs", async || {
            let entries = whitelist::list(&self.backend).await.unwrap();
            let mut proofs = entries.iter().flat_map(|entry| &entry.proofs);
            let all = proofs.all(|proof| proof.applied && proof.in_file && proof.in_jail);
            (all && entries.len() == WHITELISTED.len()).then_some(())
        })
        .await;
    }

    /// As the button does; how long until the rule and until the row are gone.
    async fn unban(&self, address: &str) -> (Duration, Duration) {
        let network: Network = address.parse().unwrap();
        let click = Instant::now();
        let batch = bans::unban(&self.backend, &Actor::console(), &[network])
            .await
            .unwrap();
        assert_eq!(batch.orders, 1);
        until("the rule to go", async || {
            (!self.in_nft(address)).then_some(())
        })
        .await;
        let rule = click.elapsed();
        until("the ban to end", async || {
            self.stored(address).await.is_none().then_some(())
        })
        .await;
        let row = click.elapsed();
        let order = until("the answer", async || {
            let rows = orders::batch(&self.backend, batch.id).await.unwrap();
            rows.into_iter()
                .find(|order| order.state != orders::OrderState::Waiting)
        })
        .await;
        assert_eq!(order.state, orders::OrderState::Done, "{order:?}");
        (rule, row)
    }

    /// Neither now nor at any time.
    async fn never_banned(&self) {
        for address in WHITELISTED {
            assert_eq!(self.stored(address).await, None, "{address}");
            assert!(!self.in_nft(address), "{address}");
            let events: i64 =
                sqlx::query_scalar("select count(*) from ban_events where network = $1::cidr")
                    .bind(address)
                    .fetch_one(&self.backend.pool)
                    .await
                    .unwrap();
            assert_eq!(events, 0, "{address}");
        }
        let known: i64 =
            sqlx::query_scalar("select count(distinct network) from ban_events where kind = 'ban'")
                .fetch_one(&self.backend.pool)
                .await
                .unwrap();
        assert!(
            known >= i64::try_from(ATTACKERS.len()).unwrap(),
            "events arrive"
        );
    }
}
