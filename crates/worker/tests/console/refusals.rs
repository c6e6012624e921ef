//! Reports that are not taken: by a proxy, for their size, or by the console itself for ever.

use axum::http::StatusCode;
use domain::health::{HopName, HopState};
use domain::wire::{RefusalKind, Source};

use crate::console::{Console, Stored, Trouble};
use crate::worker::{Node, start};

/// Everything written so far has been read.
fn all_read(stored: &Stored, bytes: u64) -> bool {
    let health = stored.health.as_ref();
    health.is_some_and(|health| health.lag_bytes == 0 && health.position == bytes)
}

fn spool_detail(stored: &Stored) -> Option<String> {
    let mut hops = stored.health.as_ref()?.hops.iter();
    hops.find(|hop| hop.name == HopName::Spool && hop.state == HopState::Attention)
        .map(|hop| hop.detail.to_string())
}

fn size(node: &Node) -> u64 {
    std::fs::metadata(&node.log).unwrap().len()
}

/// Whatever a proxy says, and whatever the console says that is not final: the lines come again.
#[tokio::test]
async fn hostile_08_refusals_that_are_not_the_consoles_lose_nothing() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    node.write(10);
    let running = start(&node);
    node.all_stored(&console).await;
    let statuses = [
        301, 400, 401, 403, 404, 405, 409, 410, 413, 414, 421, 422, 431, 451, 502,
    ];
    for status in statuses {
        let status = StatusCode::from_u16(status).unwrap();
        console.with(|stored| stored.trouble = [Trouble::Proxy(status)].into());
        node.write(10);
        node.all_stored(&console).await;
    }
    for (status, kind) in [
        (StatusCode::BAD_REQUEST, RefusalKind::Later),
        (StatusCode::UNAUTHORIZED, RefusalKind::Token),
        (StatusCode::PAYLOAD_TOO_LARGE, RefusalKind::TooLarge),
    ] {
        console.with(|stored| stored.trouble = [Trouble::Refused(status, kind)].into());
        node.write(10);
        node.all_stored(&console).await;
    }
    console.with(|stored| assert!(stored.trouble.is_empty(), "each was met"));
    running.stop().await;
}

/// A proxy lets few bytes through: batches are split; one chunk alone waits and says why.
#[tokio::test]
async fn hostile_08_what_is_too_large_is_split_or_waits_and_says_so() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    node.write(1);
    let running = start(&node);
    node.all_stored(&console).await;
    // Nothing with lines passes until all files are in the spool, as many chunks.
    console.with(|stored| {
        let nothing = || Trouble::Proxy(StatusCode::FORBIDDEN);
        stored.trouble = std::iter::repeat_with(nothing).take(10_000).collect();
    });
    for round in 0..8 {
        node.write(150);
        node.rotate(round);
    }
    node.write(150);
    let bytes = size(&node);
    console
        .until("all read", |stored| all_read(stored, bytes))
        .await;
    console
        .until("what the proxy says", |stored| {
            spool_detail(stored).is_some_and(|detail| detail.contains("403 Forbidden"))
        })
        .await;
    console.with(|stored| {
        stored.body_limit = Some(90_000);
        stored.trouble.clear();
    });
    node.all_stored(&console).await;
    let split = console.with(|stored| std::mem::take(&mut stored.too_large));
    assert!((1..20).contains(&split), "{split} answers of 413");

    // One chunk that is larger than the proxy lets through.
    console.with(|stored| stored.body_limit = Some(20_000));
    node.rotate(8);
    node.write_whole(400);
    console
        .until("its words", |stored| {
            spool_detail(stored).is_some_and(|detail| detail.contains("too large"))
        })
        .await;
    console.with(|stored| stored.body_limit = None);
    node.all_stored(&console).await;
    console
        .until("all is well", |stored| spool_detail(stored).is_none())
        .await;
    running.stop().await;
}

/// What the console itself never takes is one chunk, told as a gap with the reason.
#[tokio::test]
async fn hostile_08_what_is_never_taken_is_one_gap() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    console.with(|stored| {
        stored.poison = Some("user[777]");
        stored.trouble = [Trouble::Proxy(StatusCode::BAD_GATEWAY)].into();
    });
    node.write(1);
    let running = start(&node);
    console
        .until("the first", |stored| stored.lines.len() == 1)
        .await;
    for round in 0..4 {
        node.write(300);
        node.rotate(round);
    }
    node.write(300);
    let end = i64::try_from(size(&node)).unwrap();
    console
        .until("the last line", |stored| {
            let cursor = stored.cursors.get(&Source::Attacks);
            cursor.is_some_and(|cursor| (cursor.generation, cursor.offset) == (5, end))
        })
        .await;
    running.stop().await;
    console.with(|stored| {
        let [gap] = stored.gaps.as_slice() else {
            panic!("{:?}", stored.gaps);
        };
        assert_eq!(gap.cause, "refused: the console says no");
        let inside = (gap.from..gap.to).contains(&poisoned_at());
        assert!(gap.generation == 3 && inside, "{gap:?}");
        // Nothing else is missing: what is not stored lies in the gap.
        let lost = 1_501 - stored.lines.len();
        let in_gap = stored.lines.range((3, gap.from)..(3, gap.to)).count();
        assert!(lost > 0 && lost <= 300 && in_gap == 0, "{lost} lines");
        assert_eq!(stored.doubled, 0);
    });
}

/// Where line 777 begins in the third file, which starts with line 602.
fn poisoned_at() -> i64 {
    let length = |number: usize| line_length(number) + 1;
    (602..777).map(length).sum()
}

fn line_length(number: usize) -> i64 {
    let line = format!(
        "ip[203.0.113.9] user[{number}] at[2026-11-22T10:40:28.123456+0000] Registration failed"
    );
    i64::try_from(line.len()).unwrap()
}
