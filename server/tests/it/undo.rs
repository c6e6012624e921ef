use backend::bans::{self, Scope, UNDO};
use backend::orders::{self, OrderState};
use backend::whitelist::{self, Expiry, NewEntry};
use backend::{Actor, Error, Problem, accounts};
use domain::ban::{Act, Outcome};
use domain::ids::NodeId;
use domain::net::Network;
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{TestConsole, actor, ban_list, ban_request, changed, net};

async fn user(console: &TestConsole, name: &str) -> Actor {
    let (backend, admin) = (&console.backend, actor(Role::Admin));
    accounts::create_user(backend, &admin, name, "a long pass phrase", Role::Operator)
        .await
        .unwrap();
    let user = accounts::user_named(backend, name).await.unwrap().unwrap();
    Actor {
        user: Some(user.id),
        name: name.to_owned(),
        ..actor(Role::Operator)
    }
}

/// What waits on a node, as it will be sent.
async fn waiting(console: &TestConsole, node: NodeId) -> Vec<(Act, String)> {
    let orders = orders::waiting(&console.backend, node, 100).await.unwrap();
    let orders = orders.iter().map(|order| {
        let network = order.network.unwrap();
        (order.act, network.to_string())
    });
    let mut orders: Vec<_> = orders.collect();
    orders.sort_by(|a, b| a.1.cmp(&b.1));
    orders
}

fn nets(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| net(text)).collect()
}

/// For ever, on all nodes.
fn entry(network: &str) -> NewEntry {
    NewEntry {
        network: network.to_owned(),
        note: String::new(),
        expiry: Expiry::Never,
        scope: Scope::All,
    }
}

/// Only where it was done or will be: not where it failed, not where nobody held it.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_bulk_is_taken_back_where_it_did_something(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let on_one = ["198.51.100.7", "198.51.100.8", "198.51.100.9"];
    one.report(&ban_list(&on_one)).await;
    two.report(&ban_list(&["198.51.100.7"])).await;
    let ann = &user(&console, "ann").await;
    let bulk = bans::unban(backend, ann, &nets(&on_one)).await.unwrap();
    assert_eq!(bulk.orders, 4);
    for order in orders::waiting(backend, one.node, 9).await.unwrap() {
        let failed = order.network == Some(net("198.51.100.8"));
        let reason = "no".into();
        let outcome = if failed {
            Outcome::Failed { reason }
        } else {
            Outcome::Done
        };
        one.answer(&order, outcome).await;
    }

    let undone = bans::undo(backend, ann, bulk.id).await.unwrap();
    assert_eq!((undone.orders, undone.refused.len()), (3, 0));
    let again = |text: &str| (Act::Ban, text.to_owned());
    let both = vec![again("198.51.100.7"), again("198.51.100.9")];
    assert_eq!(waiting(&console, one.node).await, both);
    // The unban that waited there is gone.
    assert_eq!(waiting(&console, two.node).await, [again("198.51.100.7")]);
    for (network, times) in [
        ("198.51.100.7", 1),
        ("198.51.100.8", 0),
        ("198.51.100.9", 1),
    ] {
        assert_eq!(console.audited("ban", network).await, times, "{network}");
    }
    // Once is enough; and what the undoing did can be taken back itself.
    let twice = bans::undo(backend, ann, bulk.id).await;
    assert!(matches!(twice, Err(Error::NotFound)), "{twice:?}");
    let mine = orders::own(
        backend,
        ann.user.unwrap(),
        backend.clock.now() - time::Duration::HOUR,
    );
    let last = mine.await.unwrap().remove(0);
    assert_eq!((last.act, last.reason.as_deref()), (Act::Ban, Some(UNDO)));
    assert_eq!(
        bans::undo(backend, ann, last.batch).await.unwrap().orders,
        3
    );
    assert!(
        waiting(&console, two.node)
            .await
            .iter()
            .all(|(act, _)| *act == Act::Unban)
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_protected_meanwhile_stays_free_and_is_told(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    let held = ["198.51.100.7", "198.51.100.8", "10.0.0.0/7"];
    worker.report(&ban_list(&held)).await;
    let ann = &user(&console, "ann").await;
    let bulk = bans::unban(backend, ann, &nets(&held)).await.unwrap();
    let entry = entry("198.51.100.7");
    whitelist::add(backend, &user(&console, "bob").await, entry)
        .await
        .unwrap();
    let undone = bans::undo(backend, ann, bulk.id).await.unwrap();
    assert_eq!(undone.orders, 1);
    let refused: Vec<_> = undone.refused.into_iter().collect();
    assert!(
        matches!(
            refused.as_slice(),
            [(wide, Problem::Everybody), (one, Problem::Protected(_))]
                if *wide == net("10.0.0.0/7") && *one == net("198.51.100.7")
        ),
        "{refused:?}"
    );
    assert_eq!(console.audited("ban refused", "198.51.100.7").await, 1);
    let orders = waiting(&console, worker.node).await;
    let banned: Vec<_> = orders.iter().filter(|(act, _)| *act == Act::Ban).collect();
    assert_eq!(banned, [&(Act::Ban, "198.51.100.8".to_owned())]);
}

/// Others took the place of what was freed: together they would be more than bans may cover.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_13_undo_does_not_add_up_to_the_internet(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    let sixteen: Vec<_> = (16..32).map(|n| format!("{n}.0.0.0/8")).collect();
    let held: Vec<_> = sixteen.iter().map(String::as_str).collect();
    let receipt = worker.report(&ban_list(&held)).await;
    let admin = &Actor {
        role: Role::Admin,
        ..user(&console, "ann").await
    };
    let freed = ["30.0.0.0/8", "31.0.0.0/8"];
    let bulk = bans::unban(backend, admin, &nets(&freed)).await.unwrap();
    for order in orders::waiting(backend, worker.node, 9).await.unwrap() {
        worker.answer(&order, Outcome::Done).await;
    }
    let list = changed(receipt.ban_list, &["40.0.0.0/8"], &freed);
    let receipt = worker.report(&list).await;
    let undone = bans::undo(backend, admin, bulk.id).await;
    let Err(Error::Invalid { problem, .. }) = undone else {
        panic!("{undone:?}")
    };
    assert_eq!(problem, Problem::TooMuch);
    assert_eq!(waiting(&console, worker.node).await, []);

    // Each of them would fit, and both do where there is room again.
    worker
        .report(&changed(receipt.ban_list, &[], &["40.0.0.0/8"]))
        .await;
    let undone = bans::undo(backend, admin, bulk.id).await.unwrap();
    assert_eq!((undone.orders, undone.refused.len()), (2, 0));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_ones_own_and_only_the_last_word(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    worker
        .report(&ban_list(&["198.51.100.7", "198.51.100.8"]))
        .await;
    let (ann, bob) = (&user(&console, "ann").await, &user(&console, "bob").await);

    let anns = bans::ban(backend, ann, ban_request("203.0.113.9"))
        .await
        .unwrap();
    let foreign = bans::undo(backend, bob, anns.id).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    assert_eq!(bans::undo(backend, ann, anns.id).await.unwrap().orders, 1);
    let freed = (Act::Unban, "203.0.113.9".to_owned());
    assert_eq!(waiting(&console, worker.node).await, [freed]);

    // Somebody has acted since.
    let anns = bans::unban(backend, ann, &nets(&["198.51.100.7"]))
        .await
        .unwrap();
    bans::ban(backend, bob, ban_request("198.51.100.7"))
        .await
        .unwrap();
    bans::unban(backend, bob, &nets(&["198.51.100.7"]))
        .await
        .unwrap();
    let late = bans::undo(backend, ann, anns.id).await;
    assert!(matches!(late, Err(Error::NotFound)), "{late:?}");

    // What the whitelist freed stays free.
    let entry = entry("198.51.100.8");
    whitelist::add(backend, ann, entry).await.unwrap();
    let order = orders::of_node(backend, worker.node, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!((order.act, order.state), (Act::Unban, OrderState::Waiting));
    let lifted = bans::undo(backend, ann, order.batch).await;
    assert!(matches!(lifted, Err(Error::NotFound)), "{lifted:?}");

    let viewer = bans::undo(backend, &actor(Role::Viewer), anns.id).await;
    assert!(matches!(viewer, Err(Error::Forbidden)), "{viewer:?}");
}
