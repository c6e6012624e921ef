//! The console's connections to Postgres.

use backend::Backend;
use runtime::Clock;
use sqlx::PgPool;

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
