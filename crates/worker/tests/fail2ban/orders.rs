//! Orders as the console sends them: a few that somebody watches overtake a bulk.

use std::sync::Arc;

use domain::ban::{Act, Order, OrderResult, Outcome};
use domain::ids::OrderId;
use domain::net::Network;
use domain::wire::Desired;
use runtime::Shutdown;
use tokio::sync::{Notify, mpsc, watch};
use worker::console::outbox::Outbox;
use worker::duty::Engine;
use worker::duty::orders::Orders;

use crate::support::{Rig, net, until};

const BULK: usize = 1_000;

fn unban(id: usize, network: Network) -> Order {
    Order {
        id: OrderId(i64::try_from(id).unwrap()),
        act: Act::Unban,
        network: Some(network),
    }
}

/// The console sends 500 at a time; the single one comes last of all.
#[tokio::test]
async fn one_unban_overtakes_a_bulk_of_a_thousand() {
    let rig = Rig::start().await;
    let mut held: Vec<Network> = (1..=BULK)
        .map(|host| net(&format!("2001:db8:1::{host:x}")))
        .collect();
    held.extend([net("198.51.100.7"), net("2001:db8:9::/64")]);
    for batch in held.chunks(250) {
        rig.fail2ban.ban(batch).await.unwrap();
    }
    let bulk: Vec<Order> = (1..)
        .zip(&held[..BULK])
        .map(|(id, net)| unban(id, *net))
        .collect();
    let (sender, orders) = mpsc::channel(16);
    for list in bulk.chunks(500) {
        sender.send(list.to_vec()).await.unwrap();
    }
    // It lies inside what the second list frees, so it must wait for that.
    let inside = Order {
        act: Act::Ban,
        ..unban(2_001, held[BULK - 1])
    };
    sender.send(vec![inside]).await.unwrap();
    let single = unban(2_000, net("198.51.100.7"));
    sender.send(vec![single]).await.unwrap();

    let (outbox, shutdown) = (Outbox::default(), Shutdown::new());
    let duty = Orders {
        engine: Engine {
            fail2ban: rig.fail2ban.clone(),
            firewall: rig.firewall.clone(),
        },
        log: rig.log.clone(),
        desired: watch::channel(Some(Desired::default())).1,
        outbox: outbox.clone(),
        bans_changed: Arc::new(Notify::new()),
        jail_changed: Arc::new(Notify::new()),
    };
    let task = tokio::spawn(duty.run(orders, shutdown.clone()));
    let mut results: Vec<OrderResult> = Vec::new();
    while results.len() < BULK + 2 {
        outbox.changed().await;
        while let Some(sending) = outbox.take(true) {
            results.extend(sending.report.results.iter().cloned());
            outbox.sent(sending, 0, false);
        }
    }
    shutdown.stop();
    task.await.unwrap();

    let place = |id: i64| results.iter().position(|result| result.id.0 == id).unwrap();
    let (single, inside) = (place(2_000), place(2_001));
    println!(
        "the single unban is answered at place {single} of {}",
        results.len()
    );
    assert!(single <= 100, "behind {single} of the bulk");
    assert!(
        inside > place(1_000),
        "a ban of what the bulk frees comes after it"
    );
    let others = results
        .iter()
        .filter(|result| result.outcome != Outcome::Done);
    assert_eq!(others.count(), 0);
    let left = [held[BULK - 1], net("2001:db8:9::/64")];
    assert_eq!(rig.held().await, left);
    until("the firewall", async || rig.blocked().await == left).await;
}
