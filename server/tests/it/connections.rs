//! The console's connections to Postgres.

use std::time::Duration;

use backend::Backend;
use domain::role::Role;
use futures::future::try_join_all;
use runtime::Clock;
use sqlx::PgPool;

use crate::support::{WebConsole, cut, until};

/// Cancelled ones that are enough: a `begin` that goes away with them loses most of the writes.
const CANCELLED: i64 = 50;
/// Where Postgres answers before anybody turns away, that is none.
const ROUNDS: i64 = 5_000;

#[sqlx::test]
async fn after_a_cancelled_begin_nothing_that_is_written_is_lost(pool: PgPool) {
    sqlx::query("create table written (round bigint)")
        .execute(&pool)
        .await
        .unwrap();
    let options = pool.connect_options().as_ref().clone();
    let connections = server::connections(8, options);
    let backend = Backend::new(connections.clone(), Clock::system());
    let (mut cancelled, mut round) = (0, 0);
    while cancelled < CANCELLED {
        assert!(round < ROUNDS, "only {cancelled} were cancelled");
        round += 1;
        // As when a browser goes away: `begin` is sent, nobody waits for its answer.
        tokio::select! {
            biased;
            begun = backend.begin() => drop(begun),
            () = std::future::ready(()) => cancelled += 1,
        }
        sqlx::query("insert into written values ($1)")
            .bind(round)
            .execute(&connections)
            .await
            .unwrap();
    }
    let written: i64 = sqlx::query_scalar("select count(*) from written")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(written, round);
}

/// As many connections at once, which are idle then.
async fn used(connections: &PgPool, count: u32) {
    let held = try_join_all((0..count).map(|_| connections.acquire()));
    drop(held.await.unwrap());
    let all = connections.size() as usize;
    until("them to be idle", || async {
        (connections.num_idle() == all).then_some(())
    })
    .await;
}

#[sqlx::test]
async fn when_one_was_cut_all_are_tried(pool: PgPool) {
    let options = pool.connect_options().as_ref().clone();
    let connections = server::connections(8, options);
    used(&connections, 8).await;
    // The other seven are in use once more, and would not be tried.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    used(&connections, 7).await;
    cut(&mut pool.acquire().await.unwrap()).await;
    for _ in 0..8 {
        sqlx::query("select 1").execute(&connections).await.unwrap();
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_39_connections_that_were_cut_cost_no_page(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Admin).await;
    for path in ["/", "/attacks", "/bans"] {
        // Those it has were in use a moment ago: none is tried before it is used.
        assert_eq!(browser.get("/").await.status, 200);
        cut(&mut pool.acquire().await.unwrap()).await;
        let page = browser.get(path).await;
        let failed = page.body.contains("This could not be loaded");
        assert_eq!((page.status, failed), (200, false), "{path}");
        assert_eq!(console.browser().get("/sign-in").await.status, 200);
    }
}
