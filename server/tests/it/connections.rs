//! The console's connections to Postgres.

use sqlx::PgPool;

const ROUNDS: i64 = 100;

#[sqlx::test]
async fn after_a_cancelled_begin_nothing_that_is_written_is_lost(pool: PgPool) {
    sqlx::query("create table written (round bigint)")
        .execute(&pool)
        .await
        .unwrap();
    let options = pool.connect_options().as_ref().clone();
    let connections = server::connections(8, options);
    let mut cancelled = 0;
    for round in 0..ROUNDS {
        // As when a browser goes away: `begin` is sent, nobody waits for its answer.
        tokio::select! {
            biased;
            begun = connections.begin() => drop(begun),
            () = std::future::ready(()) => cancelled += 1,
        }
        sqlx::query("insert into written values ($1)")
            .bind(round)
            .execute(&connections)
            .await
            .unwrap();
    }
    assert!(cancelled > ROUNDS / 2, "{cancelled}");
    let written: i64 = sqlx::query_scalar("select count(*) from written")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(written, ROUNDS);
}
