use backend::accounts::{self, Session, SessionKey};
use backend::bans::{self, BanRequest, Scope};
use backend::whitelist::{self, Expiry, NewEntry};
use backend::{Error, Problem};
use domain::guard::Protected;
use domain::role::Role;
use sqlx::PgPool;
use time::Duration;

use crate::support::{TestConsole, actor, ban_list, ban_request, health, net};

fn request(network: &str) -> BanRequest {
    BanRequest {
        reason: "test".to_owned(),
        confirm_wide: true,
        ..ban_request(network)
    }
}

/// Refused to an admin who confirms everything, audited, nothing ordered; the reason.
async fn refused(console: &TestConsole, network: &str) -> Problem {
    let answer = bans::ban(&console.backend, &actor(Role::Admin), request(network)).await;
    let Err(Error::Invalid {
        field: "network",
        problem,
    }) = answer
    else {
        panic!("{network}: {answer:?}")
    };
    assert_eq!(
        console
            .audited("ban refused", &net(network).to_string())
            .await,
        1,
        "{network}"
    );
    assert_eq!(console.count("orders").await, 0, "{network}");
    problem
}

fn protected(problem: Problem) -> Protected {
    match problem {
        Problem::Protected(refusal) => refusal.why,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_loopback_and_local(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    console.node("fs-1").await;
    for network in [
        "127.0.0.1",
        "127.0.0.0/8",
        "::1",
        "169.254.1.1",
        "224.0.0.1",
        "fe80::/64",
    ] {
        assert_eq!(
            protected(refused(&console, network).await),
            Protected::Local,
            "{network}"
        );
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_whitelisted(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let entry = |network: &str, scope| NewEntry {
        network: network.to_owned(),
        note: String::new(),
        expiry: Expiry::Hours8,
        scope,
    };
    let admin = actor(Role::Admin);
    let add = |entry| whitelist::add(&console.backend, &admin, entry);
    add(entry("198.51.100.9", Scope::All)).await.unwrap();
    add(entry("203.0.113.9", Scope::Nodes(vec![one.node])))
        .await
        .unwrap();
    for network in ["198.51.100.9", "198.51.100.0/24", "203.0.113.9"] {
        let why = protected(refused(&console, network).await);
        assert_eq!(why, Protected::Whitelisted, "{network}");
    }
    // Where it is not whitelisted it may be banned.
    let other = BanRequest {
        scope: Scope::Nodes(vec![two.node]),
        ..request("203.0.113.9")
    };
    bans::ban(&console.backend, &admin, other).await.unwrap();
    console.backend.clock.advance(Duration::hours(8));
    bans::ban(&console.backend, &admin, request("198.51.100.9"))
        .await
        .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_nodes_own_addresses(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, _) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&health(&["192.0.2.10", "2001:db8::10", "203.0.113.0/24"]))
        .await;
    for network in ["192.0.2.10", "192.0.2.0/24", "2001:db8::10"] {
        let why = protected(refused(&console, network).await);
        assert_eq!(
            why,
            Protected::Node {
                name: "fs-1".to_owned()
            },
            "{network}"
        );
    }
    // No worker protects a whole network by saying that it is its own.
    bans::ban(
        &console.backend,
        &actor(Role::Admin),
        request("203.0.113.7"),
    )
    .await
    .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_the_console(pool: PgPool) {
    let addresses = vec![net("192.0.2.80"), net("2001:db8::80")];
    let console = TestConsole::start(&pool).await;
    console.backend.set_console_addresses(addresses);
    console.node("fs-1").await;
    for network in ["192.0.2.80", "2001:db8::/48"] {
        let why = protected(refused(&console, network).await);
        assert_eq!(why, Protected::Console, "{network}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_a_signed_in_operator(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let mut stream = worker.stream().await;
    let backend = &console.backend;
    accounts::create_user(
        backend,
        &actor(Role::Admin),
        "ann",
        "a long pass phrase",
        Role::Operator,
    )
    .await
    .unwrap();
    let ann = accounts::user_named(backend, "ann").await.unwrap().unwrap();
    let session = Session {
        data: serde_json::json!({}),
        user: Some((ann.id, ann.epoch)),
        address: Some("198.51.100.33".parse().unwrap()),
    };
    let key = SessionKey::of(b"cookie of ann");
    assert!(
        accounts::create_session(backend, key, &session)
            .await
            .unwrap()
    );
    let ann = Protected::Operator {
        name: "ann".to_owned(),
    };
    assert_eq!(protected(refused(&console, "198.51.100.33").await), ann);
    // The worker hears of it, and of its end.
    let guards =
        |list: &domain::wire::Desired| list.never_ban.iter().any(|guarded| guarded.why == ann);
    let with = stream.desired(guards).await;
    accounts::delete_session(backend, key).await.unwrap();
    let without = stream.desired(|list| !guards(list)).await;
    assert!(without.version > with.version);
    bans::ban(backend, &actor(Role::Admin), request("198.51.100.33"))
        .await
        .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_workers_get_the_same_list(pool: PgPool) {
    let addresses = vec![net("192.0.2.80")];
    let console = TestConsole::start(&pool).await;
    console.backend.set_console_addresses(addresses);
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    two.report(&health(&["192.0.2.20"])).await;
    let entry = NewEntry {
        network: "198.51.100.0/24".to_owned(),
        note: "office".to_owned(),
        expiry: Expiry::Never,
        scope: Scope::All,
    };
    whitelist::add(&console.backend, &actor(Role::Operator), entry)
        .await
        .unwrap();
    let desired = one.stream().await.desired(|_| true).await;
    let has = |network: &str, why: Protected| {
        desired
            .never_ban
            .iter()
            .any(|it| it.network == net(network) && it.why == why)
    };
    assert!(has("192.0.2.80", Protected::Console));
    assert!(has(
        "192.0.2.20",
        Protected::Node {
            name: "fs-2".to_owned()
        }
    ));
    assert!(has("198.51.100.0/24", Protected::Whitelisted));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_12_workers_hear_of_the_consoles_new_address(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let mut stream = console.node("fs-1").await.stream().await;
    let guards = |list: &domain::wire::Desired| {
        let console = |it: &domain::guard::Guarded| it.why == Protected::Console;
        list.never_ban.iter().any(console)
    };
    stream.desired(|list| !guards(list)).await;
    console
        .backend
        .set_console_addresses(vec![net("192.0.2.80")]);
    stream.desired(guards).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_13_everybody_is_never_banned(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    console.node("fs-1").await;
    for network in [
        "0.0.0.0/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "::/0",
        "2000::/3",
        "64.0.0.0/7",
    ] {
        assert_eq!(
            refused(&console, network).await,
            Problem::Everybody,
            "{network}"
        );
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_13_wide_networks_need_an_admin_who_confirms(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    console.node("fs-1").await;
    let wide = [
        "10.0.0.0/8",
        "11.0.0.0/8",
        "12.0.0.0/8",
        "198.51.0.0/23",
        "2001:db8::/47",
    ];
    for network in wide {
        for (role, confirm_wide) in [(Role::Admin, false), (Role::Operator, true)] {
            let request = BanRequest {
                confirm_wide,
                ..request(network)
            };
            let answer = bans::ban(&console.backend, &actor(role), request).await;
            let wide = matches!(
                answer,
                Err(Error::Invalid {
                    problem: Problem::Wide,
                    ..
                })
            );
            assert!(wide, "{network} {role:?}: {answer:?}");
        }
        assert_eq!(console.audited("ban refused", network).await, 2);
    }
    bans::ban(&console.backend, &actor(Role::Admin), request("10.0.0.0/8"))
        .await
        .unwrap();
    let viewer = bans::ban(&console.backend, &actor(Role::Viewer), request("192.0.2.5")).await;
    assert!(matches!(viewer, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_13_many_wide_ones_are_too_much_together(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let ban = async |network: &str, scope: Scope| {
        let request = BanRequest {
            scope,
            ..request(network)
        };
        match bans::ban(&console.backend, &actor(Role::Admin), request).await {
            Ok(batch) => Ok(batch.orders),
            Err(Error::Invalid { problem, .. }) => Err(problem),
            Err(error) => panic!("{network}: {error}"),
        }
    };
    // Ten are held already, by whatever banned them; the worker's list counts.
    let held: Vec<String> = (16..26).map(|n| format!("{n}.0.0.0/8")).collect();
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    one.report(&ban_list(&held)).await;
    for n in 26..32 {
        let network = format!("{n}.0.0.0/8");
        assert_eq!(ban(&network, Scope::All).await, Ok(2), "{network}");
    }
    for network in ["32.0.0.0/8", "32.0.0.0/23", "198.51.100.0/24"] {
        let answer = ban(network, Scope::All).await;
        assert_eq!(answer, Err(Problem::TooMuch), "{network}");
        assert_eq!(console.audited("ban refused", network).await, 1);
    }
    assert_eq!(console.count("orders").await, 12);
    // One address is always banned, and so is what lies in a banned network.
    assert_eq!(ban("198.51.100.7", Scope::All).await, Ok(2));
    assert_eq!(
        ban("16.1.0.0/16", Scope::Nodes(vec![one.node])).await,
        Ok(1)
    );
    // Each node is counted by itself, each family too.
    assert_eq!(ban("32.0.0.0/8", Scope::Nodes(vec![two.node])).await, Ok(1));
    assert_eq!(ban("2001:db8::/32", Scope::All).await, Ok(2));
    assert_eq!(ban("2a00::/15", Scope::All).await, Err(Problem::TooMuch));
    // Lifting one makes room.
    one.report(&ban_list(&held[1..])).await;
    assert_eq!(ban("32.0.0.0/9", Scope::Nodes(vec![one.node])).await, Ok(1));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn two_at_once_do_not_cover_too_much(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let one = console.node("fs-1").await;
    let held: Vec<String> = (16..31).map(|n| format!("{n}.0.0.0/8")).collect();
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    one.report(&ban_list(&held)).await;
    let admin = actor(Role::Admin);
    let ban = |network| bans::ban(&console.backend, &admin, request(network));
    let (first, second) = tokio::join!(ban("40.0.0.0/8"), ban("41.0.0.0/8"));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_no_address_is_no_ban(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    console.node("fs-1").await;
    for text in [
        "",
        "example.com",
        "198.51.100.7/24",
        "1.2.3.999",
        "198.51.100.7,198.51.100.8",
    ] {
        let answer = bans::ban(&console.backend, &actor(Role::Admin), request(text)).await;
        let net = matches!(
            answer,
            Err(Error::Invalid {
                problem: Problem::Net(_),
                ..
            })
        );
        assert!(net, "{text}: {answer:?}");
    }
    for reason in ["a\0b", "two\nlines", &"x".repeat(501)] {
        let request = BanRequest {
            reason: reason.to_owned(),
            ..request("198.51.100.7")
        };
        let answer = bans::ban(&console.backend, &actor(Role::Admin), request).await;
        assert!(
            matches!(
                answer,
                Err(Error::Invalid {
                    field: "reason",
                    ..
                })
            ),
            "{reason:?}"
        );
    }
    assert_eq!(console.count("orders").await, 0);
}
