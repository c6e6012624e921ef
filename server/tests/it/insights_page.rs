//! The card of findings: what it offers to whom, and in which scope.

use std::time::Instant;

use domain::insight::Insight;
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{Browser, PATIENCE, WebConsole, net};

/// As if they had been found, unless they are there.
pub async fn put(pool: &PgPool, facts: &[Insight]) {
    for insight in facts {
        sqlx::query(
            "insert into insights values ($1, $2, $3, now(), now())
             on conflict (kind, key) do nothing",
        )
        .bind(insight.kind())
        .bind(insight.key())
        .bind(serde_json::to_value(insight).unwrap())
        .execute(pool)
        .await
        .unwrap();
    }
}

/// The page once these are on it: the job that looks may have its round in between.
async fn with(
    pool: &PgPool,
    browser: &Browser,
    path: &str,
    facts: &[Insight],
    seen: &str,
) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        put(pool, facts).await;
        let page = browser.get(path).await.body.replace("<!>", "");
        if page.contains(seen) {
            return page;
        }
        assert!(Instant::now() < deadline, "{page}");
    }
}

fn still_sending(node: &str, network: &str) -> Insight {
    Insight::StillSending {
        network: net(network),
        node: node.into(),
        lines: 3,
        since: 1,
        last: 2,
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_is_offered_to_who_may_ban(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let operator = console.signed_in(Role::Operator).await;
    let viewer = console.signed_in(Role::Viewer).await;
    let facts = [Insight::RepeatNetwork {
        network: net("203.0.113.0/24"),
        addresses: 9,
        bans: 12,
    }];
    let seen =
        "9 addresses of <a href=\"/addresses/203.0.113.0/24\" class=\"mono\">203.0.113.0/24</a>";
    let page = with(&pool, &operator, "/", &facts, seen).await;
    assert!(
        page.contains("href=\"/addresses/203.0.113.0/24?ban=1\""),
        "{page}"
    );
    let page = with(&pool, &viewer, "/", &facts, seen).await;
    assert!(!page.contains("?ban=1"), "{page}");
    assert!(page.contains("Everything about 203.0.113.0/24"), "{page}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn follows_the_scope(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let (one, two) = (
        console.enrolled("fs-1").await.0,
        console.enrolled("fs-2").await.0,
    );
    let browser = console.signed_in(Role::Viewer).await;
    let facts = [
        still_sending("fs-1", "203.0.113.1"),
        still_sending("fs-2", "203.0.113.2"),
        // Of all nodes together.
        Insight::UnusualHour {
            now: 5_000,
            least: 10,
            most: 20,
            weeks: 2,
        },
    ];
    for (path, first, second) in [
        ("/".to_owned(), true, true),
        (format!("/?node={one}"), true, false),
        (format!("/?node={two}"), false, true),
    ] {
        let page = with(&pool, &browser, &path, &facts, "far more than usual").await;
        for (node, is) in [("fs-1", first), ("fs-2", second)] {
            let told = format!("still gets through to {node} although");
            assert_eq!(page.contains(&told), is, "{path} {node}: {page}");
        }
    }
}
