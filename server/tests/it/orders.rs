use backend::bans::{self, BanRequest, Scope};
use backend::orders::OrderState;
use backend::{Actor, Error, accounts, nodes, orders};
use domain::ban::{Act, Order, Outcome};
use domain::net::Network;
use domain::role::Role;
use domain::wire::Down;
use sqlx::PgPool;
use time::Duration;

use crate::support::{TestConsole, actor, ban_list, ban_request, changed, net};

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_is_listed_freed_and_gone(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let receipt = worker.report(&ban_list(&["198.51.100.7"])).await;
    assert_eq!(console.bans().await.rows[0].network, net("198.51.100.7"));

    let mut stream = worker.stream().await;
    let operator = actor(Role::Operator);
    let batch = bans::unban(&console.backend, &operator, &[net("198.51.100.7")])
        .await
        .unwrap();
    assert_eq!(batch.orders, 1);
    let order = stream.orders().await.remove(0);
    assert_eq!(
        (order.act, order.network),
        (Act::Unban, Some(net("198.51.100.7")))
    );
    let shown = console.bans().await.rows[0].holders[0]
        .order
        .clone()
        .unwrap();
    assert_eq!((shown.id, shown.state), (order.id, OrderState::Waiting));

    worker.answer(&order, Outcome::Done).await;
    worker
        .report(&changed(receipt.ban_list, &[], &["198.51.100.7"]))
        .await;
    assert_eq!(console.bans().await.total, 0);
    let done = orders::batch(&console.backend, batch.id)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (done.state, done.actor.as_str()),
        (OrderState::Done, "test operator")
    );
    assert_eq!(console.audited("unban", "198.51.100.7").await, 1);
    assert!(
        orders::waiting(&console.backend, worker.node, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_16_a_dead_node_delays_nobody_and_is_done_when_it_is_back(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (alive, dead) = (console.node("alive").await, console.node("dead").await);
    alive.report(&ban_list(&["198.51.100.7"])).await;
    dead.report(&ban_list(&["198.51.100.7"])).await;
    let mut stream = alive.stream().await;
    let operator = actor(Role::Operator);
    let batch = bans::unban(&console.backend, &operator, &[net("198.51.100.7")])
        .await
        .unwrap();
    let order = stream.orders().await.remove(0);
    alive.answer(&order, Outcome::Done).await;
    let states = || async {
        let rows = orders::batch(&console.backend, batch.id).await.unwrap();
        rows.into_iter()
            .map(|row| (row.node_name, row.state))
            .collect::<Vec<_>>()
    };
    let one = ("alive".to_owned(), OrderState::Done);
    assert_eq!(
        states().await,
        vec![one.clone(), ("dead".to_owned(), OrderState::Waiting)]
    );
    // Meanwhile somebody bans it again: the older order is not carried out any more.
    let again = bans::ban(&console.backend, &operator, ban_request("198.51.100.7"))
        .await
        .unwrap();
    assert_eq!(again.orders, 2);
    assert_eq!(
        states().await,
        vec![one, ("dead".to_owned(), OrderState::Superseded)]
    );
    let mut back = dead.stream().await;
    let waiting = back.orders().await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].act, Act::Ban);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_16_two_operators_at_once_give_one_order(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    worker.report(&ban_list(&["198.51.100.7"])).await;
    let operator = actor(Role::Operator);
    let addresses = [net("198.51.100.7")];
    let clicks = (0..6).map(|_| bans::unban(&console.backend, &operator, &addresses));
    let batches = futures::future::join_all(clicks).await;
    let waiting = orders::waiting(&console.backend, worker.node, 10)
        .await
        .unwrap();
    assert_eq!(waiting.len(), 1);
    worker
        .answer(
            &waiting[0],
            Outcome::Failed {
                reason: "no\0socket".into(),
            },
        )
        .await;
    // Each of them sees the one truthful result.
    for batch in batches {
        let rows = orders::batch(&console.backend, batch.unwrap().id)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].state, OrderState::Failed);
        assert_eq!(rows[0].detail, Some("no\\x00socket".into()));
    }
    // A later click is a new order.
    bans::unban(&console.backend, &operator, &addresses)
        .await
        .unwrap();
    let next = orders::waiting(&console.backend, worker.node, 10)
        .await
        .unwrap();
    assert_eq!(next.len(), 1);
    assert_ne!(next[0].id, waiting[0].id);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_17_another_spelling_frees_the_same_address_and_no_other(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let list = [
        "2001:db8::8",
        "198.51.100.9",
        "11.2.3.45",
        "198.51.100.0/24",
    ];
    worker.report(&ban_list(&list)).await;
    let operator = actor(Role::Operator);
    for (spelling, expected) in [
        ("2001:DB8:0:0::8", "2001:db8::8"),
        ("::ffff:198.51.100.9", "198.51.100.9"),
        ("198.51.100.0/24", "198.51.100.0/24"),
    ] {
        let batch = bans::unban(&console.backend, &operator, &[net(spelling)])
            .await
            .unwrap();
        let rows = orders::batch(&console.backend, batch.id).await.unwrap();
        assert_eq!(rows.len(), 1, "{spelling}");
        assert_eq!(rows[0].network, Some(net(expected)));
    }
    for other in ["1.2.3.4", "11.2.3.4", "198.51.100.8", "198.51.100.0/25"] {
        let nobody = bans::unban(&console.backend, &operator, &[net(other)]).await;
        assert!(matches!(nobody, Err(Error::NotFound)), "{other}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_answer_counts_once_and_for_its_own_node_only(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let scope = Scope::Nodes(vec![one.node]);
    let request = BanRequest {
        scope,
        ..ban_request("198.51.100.7")
    };
    bans::ban(&console.backend, &actor(Role::Operator), request)
        .await
        .unwrap();
    let order = orders::waiting(&console.backend, one.node, 1)
        .await
        .unwrap()
        .remove(0);
    two.answer(&order, Outcome::Done).await;
    assert_eq!(
        console.orders_of(one.node).await[0].state,
        OrderState::Waiting
    );
    one.answer(
        &order,
        Outcome::Refused {
            reason: "whitelisted".into(),
        },
    )
    .await;
    one.answer(&order, Outcome::Done).await;
    assert_eq!(
        console.orders_of(one.node).await[0].state,
        OrderState::Refused
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_order_given_on_one_console_is_streamed_by_another(pool: PgPool) {
    let (one, two) = (
        TestConsole::start(&pool).await,
        TestConsole::start(&pool).await,
    );
    let worker = one.node("fs-1").await;
    let mut stream = worker.at(&two).stream().await;
    assert!(matches!(stream.next().await, Some(Down::Welcome { .. })));
    let begin = std::time::Instant::now();
    bans::ban(
        &one.backend,
        &actor(Role::Operator),
        ban_request("198.51.100.7"),
    )
    .await
    .unwrap();
    assert_eq!(stream.orders().await.len(), 1);
    let took = begin.elapsed();
    // At once, on a busy machine.
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_thousand_orders_arrive_each_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let list: Vec<String> = (0..1_200)
        .map(|n| format!("198.51.{}.{}", n / 250, n % 250))
        .collect();
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    worker.report(&ban_list(&list)).await;
    let networks: Vec<_> = list.iter().map(|text| net(text)).collect();
    let mut stream = worker.stream().await;
    bans::unban(&console.backend, &actor(Role::Operator), &networks)
        .await
        .unwrap();
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < list.len() {
        let orders = stream.orders().await;
        let results = orders
            .iter()
            .map(|order| domain::ban::OrderResult {
                id: order.id,
                outcome: Outcome::Done,
            })
            .collect();
        assert!(
            orders.iter().all(|order| seen.insert(order.id)),
            "sent twice"
        );
        worker
            .report(&domain::wire::Report {
                results,
                ..Default::default()
            })
            .await;
    }
    assert!(
        orders::waiting(&console.backend, worker.node, 1)
            .await
            .unwrap()
            .is_empty()
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_jail_is_installed_by_an_order(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let admin = actor(Role::Admin);
    let first = nodes::install_jail(&console.backend, &admin, worker.node)
        .await
        .unwrap();
    let second = nodes::install_jail(&console.backend, &admin, worker.node)
        .await
        .unwrap();
    let order = worker.stream().await.orders().await;
    assert_eq!(order.len(), 1);
    assert_eq!((order[0].act, order[0].network), (Act::InstallJail, None));
    worker.answer(&order[0], Outcome::Done).await;
    for batch in [first, second] {
        let rows = orders::batch(&console.backend, batch.id).await.unwrap();
        assert_eq!(rows[0].state, OrderState::Done);
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn everybody_sees_their_own_orders_of_late(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    worker
        .report(&ban_list(&["198.51.100.7", "198.51.100.8"]))
        .await;
    let mut people = Vec::new();
    for name in ["ann", "bob", "eve"] {
        let admin = actor(Role::Admin);
        accounts::create_user(backend, &admin, name, "a long pass phrase", Role::Operator)
            .await
            .unwrap();
        let user = accounts::user_named(backend, name).await.unwrap().unwrap();
        people.push(Actor {
            user: Some(user.id),
            name: name.to_owned(),
            ..actor(Role::Operator)
        });
    }
    let (ann, bob, eve) = (&people[0], &people[1], &people[2]);
    let start = backend.clock.now();
    bans::unban(backend, ann, &[net("198.51.100.7"), net("198.51.100.8")])
        .await
        .unwrap();
    backend.clock.advance(Duration::minutes(1));
    // Joins ann's, which waits.
    bans::unban(backend, bob, &[net("198.51.100.8")])
        .await
        .unwrap();
    bans::ban(backend, bob, ban_request("203.0.113.9"))
        .await
        .unwrap();

    let own = async |actor: &Actor, since| {
        let orders = orders::own(backend, actor.user.unwrap(), since)
            .await
            .unwrap();
        let networks = orders
            .iter()
            .map(|order| order.network.unwrap().to_string());
        networks.collect::<Vec<_>>()
    };
    let late = start + Duration::seconds(31);
    assert_eq!(own(ann, start).await, ["198.51.100.8", "198.51.100.7"]);
    assert!(own(ann, late).await.is_empty());
    assert_eq!(own(bob, late).await, ["203.0.113.9", "198.51.100.8"]);
    assert!(own(eve, start).await.is_empty());
}

/// A bulk fills what is sent at once; a single click behind it does not wait for its answers.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_single_order_is_sent_beside_a_bulk_of_a_thousand(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let mut held: Vec<String> = (1..=1_000)
        .map(|host| format!("2001:db8:1::{host:x}"))
        .collect();
    held.extend(["198.51.100.7".to_owned(), "2001:db8:1::/64".to_owned()]);
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    worker.report(&ban_list(&held)).await;
    let operator = actor(Role::Operator);
    let bulk: Vec<Network> = held[..1_000].iter().map(|text| net(text)).collect();
    let unban = async |networks: &[Network]| {
        let batch = bans::unban(&console.backend, &operator, networks).await;
        batch.unwrap().orders
    };
    let mut stream = worker.stream().await;
    assert_eq!(unban(&bulk).await, 1_000);
    assert_eq!(stream.orders().await.len(), 500);
    // It contains what the bulk frees: its turn comes after.
    assert_eq!(unban(&[net("2001:db8:1::/64")]).await, 1);
    assert_eq!(unban(&[net("198.51.100.7")]).await, 1);
    let only = |orders: Vec<Order>| {
        let networks = orders
            .iter()
            .map(|order| order.network.unwrap().to_string());
        networks.collect::<Vec<_>>()
    };
    assert_eq!(only(stream.orders().await), ["198.51.100.7"]);
    // A worker that comes back is told first what somebody waits for, and nothing twice.
    let mut again = worker.stream().await;
    assert_eq!(only(again.orders().await), ["198.51.100.7"]);
    assert_eq!(again.orders().await.len(), 500);
}
