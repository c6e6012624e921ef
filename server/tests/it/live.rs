//! Open pages hear of changes, once, on every replica, also after they were away.

use backend::changes::{self, Topic};
use domain::ids::NodeId;
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{WebConsole, until};

async fn change(pool: &PgPool, topic: Topic) {
    let mut conn = pool.acquire().await.unwrap();
    changes::note(&mut conn, topic, Some(NodeId(1)))
        .await
        .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn every_replica_tells(pool: PgPool) {
    let (one, two) = (
        WebConsole::start(&pool).await,
        WebConsole::start(&pool).await,
    );
    let browser = one.signed_in(Role::Viewer).await;
    let other = browser.copy(&two.url);
    let (mut here, mut there) = (browser.events(None).await, other.events(None).await);
    for events in [&mut here, &mut there] {
        assert_eq!(events.next().await.unwrap().name, "hello");
    }
    change(&pool, Topic::Bans).await;
    assert!(here.topic("bans").await.data.contains("\"topics\""));
    there.topic("bans").await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_was_missed_comes_after_reconnecting(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let mut events = browser.events(None).await;
    events.next().await.unwrap();
    change(&pool, Topic::Bans).await;
    let seen = events.topic("bans").await;
    drop(events);
    change(&pool, Topic::Whitelist).await;
    change(&pool, Topic::Orders).await;

    let mut again = browser.events(Some(&seen.id)).await;
    assert_eq!(again.next().await.unwrap().name, "hello");
    let mut missed = again.next().await.unwrap().data;
    if !missed.contains("orders") {
        missed.push_str(&again.topic("orders").await.data);
    }
    assert!(
        missed.contains("\"whitelist\"") && !missed.contains("\"bans\""),
        "{missed}"
    );

    // Who polls hears the same.
    let path = format!("/live/poll?after={}", seen.id);
    let polled = until("both topics", || async {
        let body = browser.get(&path).await.body;
        (body.contains("orders") && body.contains("whitelist")).then_some(body)
    })
    .await;
    assert!(!polled.contains("\"bans\""), "{polled}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn who_was_away_too_long_looks_at_everything(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    change(&pool, Topic::Bans).await;
    sqlx::query("update changes set at = at - interval '2 hours'")
        .execute(&pool)
        .await
        .unwrap();
    let trimmed = changes::trim(&mut pool.acquire().await.unwrap())
        .await
        .unwrap();
    assert!(trimmed > 0);
    for foreign in ["1-1", "9000000000000000000-1"] {
        let mut events = browser.events(Some(foreign)).await;
        events.next().await.unwrap();
        let all = events.next().await.unwrap().data;
        for topic in Topic::ALL {
            assert!(all.contains(topic.as_str()), "{foreign}: {all}");
        }
    }
    assert_eq!(browser.get("/live/poll?after=rubbish").await.status, 200);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_burst_is_few_messages_and_nothing_is_lost(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let mut events = browser.events(None).await;
    events.next().await.unwrap();
    let start = std::time::Instant::now();
    for _ in 0..200 {
        change(&pool, Topic::Attacks).await;
    }
    change(&pool, Topic::Orders).await;
    let mut messages = 1;
    while !events.next().await.unwrap().data.contains("orders") {
        messages += 1;
    }
    let most = start.elapsed().as_millis() / 200 + 2;
    assert!(
        messages <= most,
        "{messages} messages in {:?}",
        start.elapsed()
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn nobody_unknown_listens(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("ann", Role::Viewer).await;
    for path in ["/live", "/live/poll", "/live/poll?after=1-1"] {
        assert_eq!(console.browser().get(path).await.status, 401, "{path}");
    }
}
