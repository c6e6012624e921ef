//! From attack line to ban to unban, and the whitelist, through every real program.

use std::time::{Duration, Instant};

use backend::whitelist::{self, Expiry, NewEntry};
use backend::{Actor, bans, orders};
use domain::net::Network;

use crate::node::Node;
use crate::stage::until;

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
    node.until_proven(WHITELISTED.len()).await;

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
        until("the ban lines", async || {
            let sql = "select count(distinct network) from ban_events where kind = 'ban'";
            let known: i64 = sqlx::query_scalar(sql)
                .fetch_one(&self.backend.pool)
                .await
                .unwrap();
            (known >= i64::try_from(ATTACKERS.len()).unwrap()).then_some(())
        })
        .await;
    }
}
