//! Whatever ends a session ends it everywhere, at once.

use std::time::{Duration, Instant};

use backend::Actor;
use backend::accounts;
use backend::changes::{self, Topic};
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{WebConsole, admin};

/// At once, on a busy machine; by itself a stream sends something every 15 seconds only.
const AT_ONCE: Duration = Duration::from_secs(10);

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_copied_cookie_is_dead_on_every_replica(pool: PgPool) {
    let (one, two) = (
        WebConsole::start(&pool).await,
        WebConsole::start(&pool).await,
    );
    one.add_user("other-admin", Role::Admin).await;
    for way in ["sign out", "password", "own password", "disable", "demote"] {
        let name = way.replace(' ', "-");
        let user = one.add_user(&name, Role::Admin).await;
        let browser = one.browser();
        browser.sign_in(&name).await;
        let copy = browser.copy(&two.url);
        assert!(copy.is_signed_in().await, "{way}");
        let mut events = copy.events(None).await;
        assert_eq!(events.next().await.unwrap().name, "hello");

        let backend = &one.backend;
        match way {
            "sign out" => {
                browser.post("/api/ui/sign_out", &[]).await;
            }
            "password" => {
                accounts::set_password(backend, &admin(), user.id, "another password")
                    .await
                    .unwrap();
            }
            "own password" => {
                let own = Actor {
                    user: Some(user.id),
                    role: Role::Viewer,
                    ..admin()
                };
                accounts::set_password(backend, &own, user.id, "another password")
                    .await
                    .unwrap();
            }
            "disable" => accounts::set_disabled(backend, &admin(), user.id, true)
                .await
                .unwrap(),
            _ => accounts::set_role(backend, &admin(), user.id, Role::Viewer)
                .await
                .unwrap(),
        }
        let ended = Instant::now();
        assert!(!copy.is_signed_in().await, "{way}");
        while events.next().await.is_some() {}
        assert!(ended.elapsed() < AT_ONCE, "{way}: {:?}", ended.elapsed());
        assert!(!browser.is_signed_in().await, "{way}");
        assert_eq!(
            copy.request("GET", "/live").send().await.unwrap().status(),
            401,
            "{way}"
        );
    }
}

/// Streams ask for their sessions together; each hears of its own.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_the_streams_of_the_session_end(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let mut ending = Vec::new();
    let mut staying = Vec::new();
    let user = console.add_user("leaves", Role::Viewer).await;
    console.add_user("stays", Role::Viewer).await;
    for _ in 0..5 {
        for (name, streams) in [("leaves", &mut ending), ("stays", &mut staying)] {
            let browser = console.browser();
            browser.sign_in(name).await;
            // Two windows of it.
            for _ in 0..2 {
                let mut events = browser.events(None).await;
                assert_eq!(events.next().await.unwrap().name, "hello");
                streams.push(events);
            }
        }
    }
    accounts::set_disabled(&console.backend, &admin(), user.id, true)
        .await
        .unwrap();
    let ended = Instant::now();
    for events in &mut ending {
        while events.next().await.is_some() {}
    }
    assert!(ended.elapsed() < AT_ONCE, "{:?}", ended.elapsed());
    let mut conn = pool.acquire().await.unwrap();
    changes::note(&mut conn, Topic::Whitelist, None)
        .await
        .unwrap();
    for events in &mut staying {
        events.topic("whitelist").await;
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn that_a_session_is_used_is_written_once_a_minute(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("ann", Role::Viewer).await;
    let browser = console.browser();
    browser.sign_in("ann").await;
    assert!(browser.is_signed_in().await);
    let stored = async || {
        let row = sqlx::query_as("select xmin::text, expires_at from sessions");
        let row: (String, time::OffsetDateTime) = row.fetch_one(&pool).await.unwrap();
        row
    };
    let before = stored().await;
    assert_eq!(browser.get("/bans").await.status, 200);
    assert_eq!(stored().await, before, "no page waits for a write");
    let used = "update sessions set expires_at = expires_at - interval '2 minutes'";
    sqlx::query(used).execute(&pool).await.unwrap();
    let used = stored().await;
    assert_eq!(browser.get("/bans").await.status, 200);
    assert!(stored().await.1 > used.1, "it lives on");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn somebody_can_always_manage_users(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let ann = console.add_user("ann", Role::Admin).await;
    let backend = &console.backend;
    let refused = accounts::set_disabled(backend, &admin(), ann.id, true).await;
    assert!(
        matches!(refused, Err(backend::Error::Invalid { .. })),
        "{refused:?}"
    );
    let refused = accounts::set_role(backend, &admin(), ann.id, Role::Viewer).await;
    assert!(
        matches!(refused, Err(backend::Error::Invalid { .. })),
        "{refused:?}"
    );
    let bob = console.add_user("bob", Role::Admin).await;
    // Both at once: one of them stays.
    let (actor, clerk) = (
        admin(),
        Actor {
            role: Role::Operator,
            ..admin()
        },
    );
    let (one, two) = tokio::join!(
        accounts::set_role(backend, &actor, ann.id, Role::Viewer),
        accounts::set_role(backend, &actor, bob.id, Role::Viewer),
    );
    assert_eq!(
        [one.is_ok(), two.is_ok()]
            .iter()
            .filter(|done| **done)
            .count(),
        1
    );
    for refused in [
        accounts::set_role(backend, &clerk, ann.id, Role::Admin).await,
        accounts::set_disabled(backend, &clerk, ann.id, true).await,
        accounts::set_password(backend, &clerk, ann.id, "another password").await,
    ] {
        assert!(
            matches!(refused, Err(backend::Error::Forbidden)),
            "{refused:?}"
        );
    }
}
