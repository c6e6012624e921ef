//! Nothing is passed over, whatever order transactions commit in.

use std::time::{Duration, Instant};

use domain::ids::NodeId;
use runtime::Clock;
use sqlx::PgPool;

use super::{Change, Cursor, Topic, head, note, since};
use crate::Backend;

/// Reads until `topic` comes; returns everything read and where to go on.
async fn read_until(backend: &Backend, mut cursor: Cursor, topic: Topic) -> (Vec<Change>, Cursor) {
    let mut read = Vec::new();
    // Transactions of other tests hold it up, too: their databases are of the same cluster.
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let found = since(backend, cursor).await.unwrap();
        assert!(!found.everything);
        cursor = found.cursor;
        read.extend(found.changes);
        if read.iter().any(|change| change.topic == topic) {
            return (read, cursor);
        }
        assert!(
            Instant::now() < deadline,
            "{topic:?} does not come: {read:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_slow_transaction_is_not_passed_over(pool: PgPool) {
    let backend = Backend::new(pool.clone(), Clock::system());
    let start = head(&backend).await.unwrap();
    let mut slow = pool.begin().await.unwrap();
    note(&mut slow, Topic::Bans, None).await.unwrap();
    let mut fast = pool.begin().await.unwrap();
    note(&mut fast, Topic::Orders, Some(NodeId(7)))
        .await
        .unwrap();
    fast.commit().await.unwrap();

    // The later one is committed, the earlier one is not: neither is read yet.
    let early = since(&backend, start).await.unwrap();
    assert!(early.changes.is_empty() && early.more, "{early:?}");
    slow.commit().await.unwrap();

    let (read, cursor) = read_until(&backend, early.cursor, Topic::Orders).await;
    let bans = Change {
        topic: Topic::Bans,
        node: None,
    };
    let orders = Change {
        topic: Topic::Orders,
        node: Some(NodeId(7)),
    };
    assert_eq!(read, [bans, orders]);
    let again = since(&backend, cursor).await.unwrap();
    assert!(again.changes.is_empty() && !again.everything, "{again:?}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_rolled_back_did_not_happen(pool: PgPool) {
    let backend = Backend::new(pool.clone(), Clock::system());
    let start = head(&backend).await.unwrap();
    let mut undone = pool.begin().await.unwrap();
    note(&mut undone, Topic::Whitelist, None).await.unwrap();
    undone.rollback().await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    note(&mut conn, Topic::Nodes, None).await.unwrap();
    // Row 1 was rolled back: who starts before all rows may have missed something.
    let found = since(&backend, start).await.unwrap();
    assert!(
        found.everything
            || found
                .changes
                .iter()
                .all(|change| change.topic == Topic::Nodes)
    );
}
