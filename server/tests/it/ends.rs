//! Whatever ends a session ends it everywhere, at once.

use std::time::{Duration, Instant};

use backend::Actor;
use backend::accounts;
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
