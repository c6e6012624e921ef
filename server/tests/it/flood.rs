use std::time::{Duration, Instant};

use backend::bans::{self, BanQuery, BanSort};
use backend::overview::overview;
use domain::wire::Report;
use sqlx::PgPool;

use crate::support::{TestConsole, attack, chunk, held, whole_list};

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
