use backend::bans::{self, Scope};
use backend::orders::OrderState;
use backend::whitelist::{self, Expiry, NewEntry};
use backend::{Error, Problem, orders};
use domain::ban::{Act, Outcome};
use domain::net::NetError;
use domain::role::Role;
use sqlx::PgPool;
use time::Duration;

use crate::support::{NOW, TestConsole, TestWorker, actor, ban_list, changed, net};

fn entry(network: &str, expiry: Expiry) -> NewEntry {
    NewEntry {
        network: network.to_owned(),
        note: "developer".to_owned(),
        expiry,
        scope: Scope::All,
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_14_frees_proves_and_expires(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    worker
        .report(&ban_list(&["198.51.100.7", "198.51.100.70", "203.0.113.5"]))
        .await;
    let mut stream = worker.stream().await;
    let operator = actor(Role::Operator);
    whitelist::add(backend, &operator, entry("198.51.100.0/24", Expiry::Hours8))
        .await
        .unwrap();

    let until = Some((NOW + Duration::hours(8)).unix_timestamp());
    let desired = stream
        .desired(|desired| !desired.whitelist.is_empty())
        .await;
    let lines: Vec<_> = desired
        .whitelist
        .iter()
        .map(|line| (line.network, line.until))
        .collect();
    assert_eq!(lines, [(net("198.51.100.0/24"), until)]);
    let freed: Vec<_> = orders::waiting(backend, worker.node, 10).await.unwrap();
    let freed: Vec<_> = freed
        .iter()
        .map(|order| (order.act, order.network.unwrap()))
        .collect();
    assert_eq!(
        freed,
        [
            (Act::Unban, net("198.51.100.7")),
            (Act::Unban, net("198.51.100.70"))
        ]
    );

    let proof = || async {
        whitelist::list(backend)
            .await
            .unwrap()
            .remove(0)
            .proofs
            .remove(0)
    };
    let before = proof().await;
    assert!(!before.applied && !before.in_jail && before.checked_at.is_none());
    worker.prove(&desired).await;
    let after = proof().await;
    assert!(after.applied && after.in_file && after.in_jail && after.connected);

    backend.clock.advance(Duration::hours(8));
    let gone = stream.desired(|desired| desired.whitelist.is_empty()).await;
    assert!(whitelist::list(backend).await.unwrap().is_empty());
    // The job of this console may have been faster than this call; the entry ends once.
    whitelist::expire(backend).await.unwrap();
    assert_eq!(
        console
            .audited("whitelist expired", "198.51.100.0/24")
            .await,
        1
    );
    let newer = backend::nodes::desired(backend, worker.node).await.unwrap();
    assert!(newer.version > desired.version && newer.version >= gone.version);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_14_a_node_that_was_off_frees_what_it_banned_meanwhile(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let off = worker.report(&ban_list(&["203.0.113.5"])).await;
    let operator = actor(Role::Operator);
    let new = entry("198.51.100.7", Expiry::Never);
    whitelist::add(&console.backend, &operator, new)
        .await
        .unwrap();
    assert!(
        orders::waiting(&console.backend, worker.node, 10)
            .await
            .unwrap()
            .is_empty()
    );
    // fail2ban on that node knew nothing of it.
    let back = worker
        .report(&changed(
            off.ban_list,
            &["198.51.100.7", "203.0.113.6"],
            &[],
        ))
        .await;
    let mut stream = worker.stream().await;
    let order = stream.orders().await;
    assert_eq!(order.len(), 1);
    assert_eq!(
        (order[0].act, order[0].network),
        (Act::Unban, Some(net("198.51.100.7")))
    );
    worker.answer(&order[0], Outcome::Done).await;
    worker
        .report(&changed(back.ban_list, &[], &["198.51.100.7"]))
        .await;
    let row = console.orders_of(worker.node).await.remove(0);
    assert_eq!(
        (row.actor.as_str(), row.state),
        ("console", OrderState::Done)
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_that_waits_is_taken_back(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let operator = actor(Role::Operator);
    let request = bans::BanRequest {
        network: "198.51.100.7".to_owned(),
        scope: Scope::All,
        reason: String::new(),
        confirm_wide: false,
    };
    bans::ban(&console.backend, &operator, request)
        .await
        .unwrap();
    let new = entry("198.51.100.0/28", Expiry::Never);
    whitelist::add(&console.backend, &operator, new)
        .await
        .unwrap();
    let waiting = orders::waiting(&console.backend, worker.node, 10)
        .await
        .unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].act, Act::Unban);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_longer_entry_takes_the_place_of_a_shorter_one(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    worker.report(&ban_list(&["198.51.100.7"])).await;
    let operator = actor(Role::Operator);
    let hours8 = Some(NOW + Duration::hours(8));
    let days30 = Some(NOW + Duration::days(30));
    for (expiry, taken, until) in [
        (Expiry::Hours8, true, hours8),
        (Expiry::At(NOW + Duration::HOUR), false, hours8),
        (Expiry::Hours8, false, hours8),
        (Expiry::Days30, true, days30),
        (Expiry::Never, true, None),
        (Expiry::Never, false, None),
        (Expiry::Days30, false, None),
    ] {
        let answer = whitelist::add(backend, &operator, entry("198.51.100.7", expiry)).await;
        match answer {
            Ok(_) => assert!(taken, "{expiry:?}"),
            Err(Error::Invalid { problem, .. }) => {
                assert_eq!(
                    (taken, problem),
                    (false, Problem::Whitelisted),
                    "{expiry:?}"
                );
            }
            Err(error) => panic!("{expiry:?}: {error}"),
        }
        let list = whitelist::list(backend).await.unwrap();
        assert_eq!((list.len(), list[0].expires_at), (1, until), "{expiry:?}");
    }
    // The ban was ordered lifted once.
    let waiting = orders::waiting(backend, worker.node, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_entry_for_some_nodes_is_for_those(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&ban_list(&["198.51.100.7"])).await;
    two.report(&ban_list(&["198.51.100.7"])).await;
    let scope = Scope::Nodes(vec![one.node]);
    let new = NewEntry {
        scope,
        ..entry("198.51.100.7", Expiry::Never)
    };
    let id = whitelist::add(backend, &actor(Role::Operator), new)
        .await
        .unwrap();
    assert_eq!(
        orders::waiting(backend, one.node, 9).await.unwrap().len(),
        1
    );
    assert_eq!(
        orders::waiting(backend, two.node, 9).await.unwrap().len(),
        0
    );
    let desired = |node| backend::nodes::desired(backend, node);
    assert_eq!(desired(one.node).await.unwrap().whitelist.len(), 1);
    assert_eq!(desired(two.node).await.unwrap().whitelist.len(), 0);
    assert_eq!(whitelist::list(backend).await.unwrap()[0].proofs.len(), 1);

    whitelist::remove(backend, &actor(Role::Operator), id)
        .await
        .unwrap();
    assert_eq!(desired(one.node).await.unwrap().whitelist.len(), 0);
    let twice = whitelist::remove(backend, &actor(Role::Operator), id).await;
    assert!(matches!(twice, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn refuses_everybody_wide_past_twice_and_host_bits(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    console.node("fs-1").await;
    let add = |role, new| {
        let console = &console;
        async move { whitelist::add(&console.backend, &actor(role), new).await }
    };
    for network in ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1"] {
        let answer = add(Role::Admin, entry(network, Expiry::Never)).await;
        let everybody = matches!(
            answer,
            Err(Error::Invalid {
                problem: Problem::Everybody,
                ..
            })
        );
        assert!(everybody, "{network}: {answer:?}");
    }
    let wide = || entry("198.51.0.0/16", Expiry::Hours8);
    let answer = add(Role::Operator, wide()).await;
    assert!(
        matches!(
            answer,
            Err(Error::Invalid {
                problem: Problem::Wide,
                ..
            })
        ),
        "{answer:?}"
    );
    add(Role::Admin, wide()).await.unwrap();
    let answer = add(Role::Admin, wide()).await;
    assert!(
        matches!(
            answer,
            Err(Error::Invalid {
                problem: Problem::Whitelisted,
                ..
            })
        ),
        "{answer:?}"
    );
    let answer = add(Role::Admin, entry("203.0.113.5", Expiry::At(NOW))).await;
    assert!(matches!(
        answer,
        Err(Error::Invalid {
            field: "at",
            problem: Problem::Past
        })
    ));
    let answer = add(Role::Admin, entry("203.0.113.5/24", Expiry::Never)).await;
    let offered = NetError::HostBits {
        network: net("203.0.113.0/24"),
    };
    let Err(Error::Invalid {
        problem: Problem::Net(error),
        ..
    }) = answer
    else {
        panic!("taken")
    };
    assert_eq!(error, offered);
    let answer = add(Role::Viewer, entry("203.0.113.5", Expiry::Never)).await;
    assert!(matches!(answer, Err(Error::Forbidden)));
    assert_eq!(console.count("whitelist").await, 1);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_older_proof_does_not_replace_a_newer_one(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let worker = console.node("fs-1").await;
    let desired = || backend::nodes::desired(backend, worker.node);
    let older = desired().await.unwrap();
    let new = entry("198.51.100.7", Expiry::Never);
    whitelist::add(backend, &actor(Role::Operator), new)
        .await
        .unwrap();
    let newer = desired().await.unwrap();
    worker.prove(&newer).await;
    worker.prove(&older).await;
    let proof = whitelist::list(backend)
        .await
        .unwrap()
        .remove(0)
        .proofs
        .remove(0);
    assert!(proof.applied && proof.in_jail);
    // A version from the future proves nothing about entries to come.
    worker
        .prove(&domain::wire::Desired {
            version: i64::MAX,
            ..newer
        })
        .await;
    let late = entry("198.51.100.8", Expiry::Never);
    whitelist::add(backend, &actor(Role::Operator), late)
        .await
        .unwrap();
    let proof = whitelist::list(backend)
        .await
        .unwrap()
        .remove(0)
        .proofs
        .remove(0);
    assert!(!proof.applied);
}

/// Undo of a removal: the same entry for the same nodes, once.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_removed_entry_comes_back_as_it_was(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&ban_list(&[])).await;
    let operator = &actor(Role::Operator);
    let scoped = NewEntry {
        note: "a friend".to_owned(),
        scope: Scope::Nodes(vec![one.node]),
        ..entry("198.51.100.7", Expiry::Hours8)
    };
    let id = whitelist::add(backend, operator, scoped).await.unwrap();
    let before = whitelist::list(backend).await.unwrap();
    let desired = backend::nodes::desired(backend, one.node).await.unwrap();
    let standing = whitelist::restore(backend, operator, id).await;
    assert!(matches!(standing, Err(Error::NotFound)), "{standing:?}");

    whitelist::remove(backend, operator, id).await.unwrap();
    for worker in [&one, &two] {
        worker.report(&ban_list(&["198.51.100.7"])).await;
    }
    let viewer = whitelist::restore(backend, &actor(Role::Viewer), id).await;
    assert!(matches!(viewer, Err(Error::Forbidden)), "{viewer:?}");
    let network = whitelist::restore(backend, operator, id).await.unwrap();
    assert_eq!(network, net("198.51.100.7"));
    assert_eq!(
        console.audited("whitelist restore", "198.51.100.7").await,
        1
    );
    let again = whitelist::restore(backend, operator, id).await;
    assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
    assert_eq!(whitelist::list(backend).await.unwrap(), before);
    let now = backend::nodes::desired(backend, one.node).await.unwrap();
    assert_eq!(now.whitelist, desired.whitelist);
    assert!(now.version > desired.version);
    let lifted = async |worker: &TestWorker| {
        let orders = orders::waiting(backend, worker.node, 9).await.unwrap();
        orders.len()
    };
    assert_eq!((lifted(&one).await, lifted(&two).await), (1, 0));

    whitelist::remove(backend, operator, id).await.unwrap();
    backend.clock.advance(Duration::hours(8));
    let late = whitelist::restore(backend, operator, id).await;
    assert!(matches!(late, Err(Error::NotFound)), "{late:?}");

    // One for all nodes whose place was taken meanwhile.
    let all = || entry("203.0.113.0/24", Expiry::Never);
    let id = whitelist::add(backend, operator, all()).await.unwrap();
    whitelist::remove(backend, operator, id).await.unwrap();
    whitelist::add(backend, operator, all()).await.unwrap();
    let taken = whitelist::restore(backend, operator, id).await;
    let Err(Error::Invalid { problem, .. }) = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(problem, Problem::Whitelisted);
}
