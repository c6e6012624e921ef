//! Nothing is passed over, whatever order transactions commit in.

use std::time::{Duration, Instant};

use domain::ids::NodeId;
use runtime::Clock;
use sqlx::PgPool;

use super::{Change, Cursor, Topic, head, lately, note, since};
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
    let mut slow = backend.begin().await.unwrap();
    note(&mut slow, Topic::Bans, None).await.unwrap();
    let mut fast = backend.begin().await.unwrap();
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
    let mut undone = backend.begin().await.unwrap();
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

/// Many streams, each at its own place and pace, share the asking: each hears of everything once.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_shares_the_asking_misses_nothing(pool: PgPool) {
    const NOTES: i64 = 60;
    let backend = Backend::new(pool.clone(), Clock::system());
    let start = head(&backend).await.unwrap();
    let follow = async |late: u64, pace: u64| {
        let mut cursor = start;
        let mut heard = Vec::new();
        tokio::time::sleep(Duration::from_millis(late)).await;
        // Other tests' transactions are of the same cluster and may hold it up.
        let deadline = Instant::now() + Duration::from_mins(2);
        while heard.len() < usize::try_from(NOTES).unwrap() {
            assert!(Instant::now() < deadline, "{heard:?}");
            let found = lately(&backend, cursor).await.unwrap();
            assert!(!found.everything);
            assert!(found.cursor >= cursor);
            cursor = found.cursor;
            heard.extend(found.changes.iter().filter_map(|change| change.node));
            tokio::time::sleep(Duration::from_millis(pace)).await;
        }
        heard.sort_unstable();
        heard
    };
    let write = async {
        // Two at a time, the later one committed first.
        for node in (1..=NOTES).step_by(2) {
            let mut slow = backend.begin().await.unwrap();
            note(&mut slow, Topic::Bans, Some(NodeId(node)))
                .await
                .unwrap();
            let mut fast = backend.begin().await.unwrap();
            note(&mut fast, Topic::Bans, Some(NodeId(node + 1)))
                .await
                .unwrap();
            fast.commit().await.unwrap();
            tokio::time::sleep(Duration::from_millis(7)).await;
            slow.commit().await.unwrap();
        }
    };
    let all: Vec<NodeId> = (1..=NOTES).map(NodeId).collect();
    let (a, b, c, d, ()) = tokio::join!(
        follow(0, 1),
        follow(3, 20),
        follow(100, 90),
        follow(400, 5),
        write
    );
    for heard in [a, b, c, d] {
        assert_eq!(heard, all);
    }
    // From before the first row, and from a time to come: nobody knows.
    let later = Cursor {
        xid: i64::MAX,
        id: 1,
    };
    assert!(lately(&backend, later).await.unwrap().everything);
    sqlx::query("delete from changes where id < 30")
        .execute(&pool)
        .await
        .unwrap();
    let first = Cursor { xid: 1, id: 1 };
    assert!(lately(&backend, first).await.unwrap().everything);
}
