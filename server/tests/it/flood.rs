use std::time::{Duration, Instant};

use backend::attacks::{Top, tops};
use backend::bans::{self, BanQuery, BanSort};
use backend::overview::overview;
use backend::retention;
use domain::attack::facet::Facet;
use domain::attack::window::{Span, Window};
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;

use crate::support::{NOW, TestConsole, TestWorker, attack, chunk, held, whole_list};

/// Far longer than a page of any order takes, in a debug build on a busy machine.
const PAGE: Duration = Duration::from_secs(2);

/// The other side of a flood: 20,000 sources, and every one attacks enough to be banned.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_11_pages_of_many_banned_sources(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let source = |n: i64| format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255);
    for part in 0..4_i64 {
        let lines = (0..5_000)
            .map(|n| attack(n * 10, &source(part * 5_000 + n)))
            .collect();
        let chunk = chunk(part, 0, 50_000, lines);
        worker
            .report(&Report {
                chunks: vec![chunk],
                ..Report::default()
            })
            .await;
    }
    let bans = (0..20_000).map(|n| held(&source(n))).collect();
    worker.report(&whole_list(bans)).await;
    assert_eq!(console.count("attacks").await, 20_000);
    // A chart is as large as its minutes, however many lines there are.
    assert!(console.count("event_minutes where node_id = 0").await <= 4);
    let seen = overview(&console.backend, None).await.unwrap();
    assert_eq!((seen.bans_now, seen.attacks_last_hour), (20_000, 20_000));
    for sort in [BanSort::Since, BanSort::Until, BanSort::Network] {
        let query = BanQuery {
            sort,
            descending: true,
            limit: 50,
            ..BanQuery::default()
        };
        let start = Instant::now();
        let page = bans::list(&console.backend, &query).await.unwrap();
        let time = start.elapsed();
        assert!(time < PAGE, "{sort:?}: {time:.2?}");
        assert_eq!((page.rows.len(), page.total), (50, 20_000));
        assert!(page.rows.iter().all(|row| row.why.last_lines.len() == 1));
    }
    // The real attacker among them is found at once.
    let query = BanQuery {
        search: source(12_345),
        limit: 50,
        ..BanQuery::default()
    };
    assert_eq!(bans::list(&console.backend, &query).await.unwrap().total, 1);
}

/// A line of each of those sources, and one more of each from `twice` on.
async fn tell(worker: &TestWorker, generation: i64, sources: std::ops::Range<i64>, twice: i64) {
    let lines: Vec<AttackEvent> = sources
        .clone()
        .chain(twice..sources.end)
        .enumerate()
        .map(|(n, source)| {
            let source = format!("198.18.{}.{}", source >> 8, source & 255);
            attack(10 * i64::try_from(n).unwrap(), &source)
        })
        .collect();
    let end = 10 * i64::try_from(lines.len()).unwrap();
    let report = Report {
        chunks: vec![chunk(generation, 0, end, lines)],
        ..Report::default()
    };
    worker.report(&report).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_11_a_full_minute_counts_whom_it_knows_and_who_attacks_most(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let window = Window::last(Span::Hour, NOW);
    let top = async || {
        let tops = tops(&console.backend, &[Facet::Source], None, window, 100).await;
        tops.unwrap().remove(0)
    };
    tell(&worker, 1, 0..200, 200).await;
    retention::sweep(&console.backend).await.unwrap();
    assert!(top().await.exact);
    let full = "update facet_buckets set keys = keys + 100000 where facet = 1";
    sqlx::query(full).execute(&pool).await.unwrap();

    // All that are known once more, 300 that are not, the last 50 of them with two lines.
    tell(&worker, 2, 0..500, 450).await;
    let pending = top().await;
    retention::sweep(&console.backend).await.unwrap();
    let counts = "facet_counts where level = 0 and facet = 1 and node_id = 0";
    assert_eq!(console.count(counts).await, 200 + 100);
    let two = "facet_counts where level = 0 and facet = 1 and node_id = 0 and events = 2";
    assert_eq!(console.count(two).await, 200 + 50);
    let floor = "facet_buckets where level = 0 and facet = 1 and floor = 1";
    assert_eq!(console.count(floor).await, 2, "of the node and of all");
    let folded = top().await;
    assert!(pending.exact && !folded.exact, "and it is said so");
    assert_eq!(
        folded.rows, pending.rows,
        "the first are right all the same"
    );
    assert!(folded.rows.iter().all(|Top { events, .. }| *events == 2));
    // What else is counted by source is what was sent.
    let lines = "select sum(events)::bigint from event_counts where level = 2 and node_id = 0";
    let lines: i64 = sqlx::query_scalar(lines).fetch_one(&pool).await.unwrap();
    assert_eq!(lines, 200 + 550);
}
