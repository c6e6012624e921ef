//! Hostile 10 and 14: a host whose clock jumps, in another zone, and times that pass unseen.

use std::ops::RangeInclusive;

use backend::Actor;
use backend::whitelist::{self, Expiry, NewEntry, Scope};
use domain::health::{Health, HopName, HopState};
use domain::net::Network;
use runtime::Clock;
use sqlx::types::Json;
use time::{Duration, OffsetDateTime};
use worker::config::Fail2banConfig;
use worker::fail2ban::Fail2ban;

use crate::clock::HostClock;
use crate::node::Node;
use crate::stage::{PATIENCE, until};

const INNOCENT: &str = "198.51.100.77";
/// Of Asia/Shanghai.
const SHANGHAI: i8 = 8;

/// How the clock jumps, in hours, one after the other.
const JUMPS: [i64; 6] = [0, 2, -2, -2, 4, -2];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_10_the_clock_jumps_while_lines_arrive_in_another_zone() {
    let mut host = HostClock::new("Asia/Shanghai");
    let mut node = Node::start_on(Some(&host)).await;
    node.stage.worker.start();
    // By the node's clock it ends with the first jump.
    whitelisted(&node, node.backend.clock.now() + Duration::hours(1)).await;
    node.until_proven(1).await;

    let mut lines = 0;
    let mut banned = Vec::new();
    for (number, hours) in JUMPS.into_iter().enumerate() {
        // None beside another: the firewall may show neighbours as one range.
        let [slow, fast] = [0, 2].map(|of| format!("203.0.113.{}", 10 * number + of + 1));
        let early = host.now(0);
        node.attack_at(&slow, 3, host.now(SHANGHAI));
        lines += 3;
        node.until_stored(lines).await;
        let before = early..=host.now(0);
        host.jump(Duration::hours(hours));
        let jumped = host.now(0);
        for (source, count) in [(slow.as_str(), 5), (fast.as_str(), 5), (INNOCENT, 10)] {
            node.attack_at(source, count, host.now(SHANGHAI));
            lines += i64::try_from(count).unwrap();
        }
        for source in [&slow, &fast] {
            node.until_banned(source).await;
            let since = node.since(source).await;
            // fail2ban dates a ban by the latest of its lines, which may be from before the jump.
            let old = source == &slow && is_in(&before, since);
            let after = jumped..=host.now(0);
            assert!(
                is_in(&after, since) || old,
                "{source}: {since}, not in {after:?} nor in {before:?}"
            );
        }
        banned.push([slow, fast]);
        let wrong = !host.shift().is_zero();
        let expected = if wrong {
            HopState::Attention
        } else {
            HopState::Good
        };
        node.until_hop(HopName::Clock, expected).await;
    }
    node.until_stored(lines).await;

    // Each once, in the order of the log, though their times go back and forth.
    let told = node.until_told(2 * JUMPS.len()).await;
    let mut pairs: Vec<Vec<String>> = told.chunks(2).map(<[String]>::to_vec).collect();
    for pair in &mut pairs {
        pair.sort();
    }
    assert_eq!(pairs, banned);
    // The console's list is the jail's, and the innocent is in none.
    let mut expected: Vec<Network> = banned
        .iter()
        .flatten()
        .map(|text| text.parse().unwrap())
        .collect();
    expected.sort_unstable();
    assert_eq!(node.in_jail().await, expected);
    assert_eq!(node.in_console().await, expected);
    let gaps: i64 = sqlx::query_scalar("select count(*) from log_gaps")
        .fetch_one(&node.backend.pool)
        .await
        .unwrap();
    assert_eq!(gaps, 0);
    node.stage.worker.check();
}

/// 02:30 comes twice in Berlin; both bans keep their own hour.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_10_the_hour_that_comes_twice() {
    let mut host = HostClock::new("Europe/Berlin");
    let first = time::macros::datetime!(2026-10-25 00:30 UTC);
    host.set(first);
    let mut node = Node::start_on(Some(&host)).await;
    node.stage.worker.start();
    for (hour, zone, source) in [
        (0, 2, "203.0.113.1"),
        (1, 1, "203.0.113.3"),
        (2, 1, "203.0.113.5"),
    ] {
        host.set(first + Duration::hours(hour));
        let written = host.now(0);
        node.attack_at(source, 5, host.now(zone));
        node.until_banned(source).await;
        let since = node.since(source).await;
        let during = written..=host.now(0);
        assert!(
            is_in(&during, since),
            "{source}: {since}, not in {during:?}"
        );
    }
    let told = node.until_told(3).await;
    assert_eq!(told, ["203.0.113.1", "203.0.113.3", "203.0.113.5"]);
}

/// The entry ends while nobody runs who could end it; whoever comes back first does.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_14_an_expiry_that_passes_while_console_and_worker_are_down() {
    for worker_first in [true, false] {
        let mut host = HostClock::new("UTC");
        let mut node = Node::start_on(Some(&host)).await;
        node.stage.console.kill();
        node.stage.console.environment = host.environment();
        node.stage.console.start();
        node.stage.worker.start();
        whitelisted(&node, node.backend.clock.now() + Duration::hours(1)).await;
        node.until_proven(1).await;
        assert!(node.ignored().await.contains(&INNOCENT.parse().unwrap()));
        node.stage.console.kill();
        node.stage.worker.kill();
        host.jump(Duration::hours(2));

        let (first, second) = if worker_first {
            (&mut node.stage.worker, &mut node.stage.console)
        } else {
            (&mut node.stage.console, &mut node.stage.worker)
        };
        first.start();
        if !worker_first {
            second.start();
        }
        until("the entry to go", async || {
            let gone = !node.ignored().await.contains(&INNOCENT.parse().unwrap());
            (gone && !node.whitelist_file().contains(INNOCENT)).then_some(())
        })
        .await;
        if worker_first {
            node.stage.console.start();
        }
        node.attack_at(INNOCENT, 5, host.now(0));
        node.until_banned(INNOCENT).await;
        // Nor does it come back with fail2ban's files.
        node.fail2ban.restart().await.unwrap();
        assert!(!node.ignored().await.contains(&INNOCENT.parse().unwrap()));
        node.until_banned(INNOCENT).await;
    }
}

/// fail2ban counts whole seconds, and so does the host's clock when it is set.
fn is_in(times: &RangeInclusive<OffsetDateTime>, time: OffsetDateTime) -> bool {
    let slack = Duration::seconds(2);
    (*times.start() - slack..=*times.end() + slack).contains(&time)
}

async fn whitelisted(node: &Node, until: OffsetDateTime) {
    let entry = NewEntry {
        network: INNOCENT.to_owned(),
        note: "a test".to_owned(),
        expiry: Expiry::At(until),
        scope: Scope::All,
    };
    whitelist::add(&node.backend, &Actor::console(), entry)
        .await
        .unwrap();
}

impl Node {
    fn jail(&self) -> Fail2ban {
        let config = Fail2banConfig {
            socket: self.fail2ban.socket(),
            config_dir: self.fail2ban.config_dir(),
            ..Fail2banConfig::default()
        };
        Fail2ban::with_limit(config, PATIENCE, Clock::system())
    }

    /// The addresses of so many ban lines, in the order of fail2ban's log. The list of bans does
    /// not wait for them.
    async fn until_told(&self, lines: usize) -> Vec<String> {
        let sql = "select host(network) from ban_events where kind = 'ban' \
                   order by generation, \"offset\"";
        until(&format!("{lines} ban lines"), async || {
            let told: Vec<String> = sqlx::query_scalar(sql)
                .fetch_all(&self.backend.pool)
                .await
                .unwrap();
            (told.len() >= lines).then_some(told)
        })
        .await
    }

    async fn in_jail(&self) -> Vec<Network> {
        let held = self.jail().bans().await.unwrap().held;
        held.iter().map(|ban| ban.network).collect()
    }

    async fn ignored(&self) -> Vec<Network> {
        let ignored = self.jail().ignored().await.unwrap();
        ignored
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect()
    }

    fn whitelist_file(&self) -> String {
        let file = self
            .fail2ban
            .config_dir()
            .join("jail.d/callwarden-cti.whitelist.local");
        std::fs::read_to_string(file).unwrap_or_default()
    }

    async fn in_console(&self) -> Vec<Network> {
        let networks: Vec<String> = sqlx::query_scalar("select network::text from bans")
            .fetch_all(&self.backend.pool)
            .await
            .unwrap();
        let mut networks: Vec<Network> =
            networks.iter().map(|text| text.parse().unwrap()).collect();
        networks.sort_unstable();
        networks
    }

    async fn since(&self, address: &str) -> OffsetDateTime {
        sqlx::query_scalar("select since from bans where network = $1::cidr")
            .bind(address)
            .fetch_one(&self.backend.pool)
            .await
            .unwrap()
    }

    /// So many attack lines, each once.
    async fn until_stored(&self, lines: i64) {
        until(&format!("{lines} lines"), async || {
            let stored: i64 = sqlx::query_scalar("select count(*) from attacks")
                .fetch_one(&self.backend.pool)
                .await
                .unwrap();
            assert!(stored <= lines, "{stored} of {lines}");
            (stored == lines).then_some(())
        })
        .await;
    }

    async fn until_hop(&self, name: HopName, state: HopState) {
        until(&format!("{name:?} to be {state:?}"), async || {
            let health: Option<Json<Health>> = sqlx::query_scalar("select health from nodes")
                .fetch_one(&self.backend.pool)
                .await
                .unwrap();
            let Json(health) = health?;
            let hop = health.hops.iter().find(|hop| hop.name == name)?;
            (hop.state == state).then_some(())
        })
        .await;
    }
}
