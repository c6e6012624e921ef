use std::collections::BTreeMap;

use domain::wire::{AttackEvent, Chunk, EVENTS_PER_REPORT, Gap, Report, Source};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::StatusCode;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::{
    NOW, TestConsole, TestWorker, attack, ban_event, chunk, cursor, log_of_bans, until,
};

fn report(chunks: Vec<Chunk>) -> Report {
    Report {
        chunks,
        ..Report::default()
    }
}

async fn stored(console: &TestConsole) -> Vec<(i64, i64)> {
    let sql = r#"select generation, "offset" from attacks order by node_id, generation, "offset""#;
    sqlx::query_as(sql)
        .fetch_all(&console.backend.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_21_a_report_sent_twice_is_stored_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let lines = vec![attack(0, "198.51.100.7"), attack(80, "198.51.100.8")];
    let one = report(vec![chunk(1, 0, 160, lines)]);
    let first = worker.report(&one).await;
    assert_eq!(first.cursors, vec![cursor(Source::Attacks, 1, 160)]);
    assert_eq!(worker.report(&one).await.cursors, first.cursors);
    assert_eq!(stored(&console).await, vec![(1, 0), (1, 80)]);
    let counted = "select sum(events)::bigint from event_minutes where node_id = 0";
    let counted: i64 = sqlx::query_scalar(counted)
        .fetch_one(&console.backend.pool)
        .await
        .unwrap();
    assert_eq!(counted, 2);
}

/// Every panel steps over what is left of it.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_was_folded_takes_no_room(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let lines: Vec<AttackEvent> = (0..500).map(|n| attack(n * 10, "198.51.100.7")).collect();
    worker
        .report(&report(vec![chunk(1, 0, 5_000, lines)]))
        .await;
    until("the pending counts to be folded and vacuumed", async || {
        let sql = "select sum(events)::bigint, pg_relation_size('pending_counts')
                   from event_counts where level = 0 and node_id = 0";
        let row: (Option<i64>, i64) = sqlx::query_as(sql).fetch_one(&pool).await.unwrap();
        (row == (Some(500), 0)).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn two_reports_at_once_are_stored_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let lines: Vec<AttackEvent> = (0..500).map(|n| attack(n * 10, "198.51.100.7")).collect();
    let one = report(vec![chunk(1, 0, 5_000, lines)]);
    let copies = (0..8).map(|_| worker.report(&one));
    for receipt in futures::future::join_all(copies).await {
        assert_eq!(receipt.cursors, vec![cursor(Source::Attacks, 1, 5_000)]);
    }
    assert_eq!(console.count("attacks").await, 500);
}

/// The connection is cut at every moment, the one of the commit among them; the worker sends again.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_21_connection_cut_at_any_moment(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let mut cut = 0;
    for round in 0..40_i64 {
        let start = round * 1_000;
        let lines = (0..100)
            .map(|n| attack(start + n * 10, "198.51.100.7"))
            .collect();
        let one = report(vec![chunk(1, start, start + 1_000, lines)]);
        let patience = std::time::Duration::from_micros(u64::try_from(round).unwrap() * 700);
        cut += usize::from(
            tokio::time::timeout(patience, worker.report(&one))
                .await
                .is_err(),
        );
        let receipt = worker.report(&one).await;
        let end = cursor(Source::Attacks, 1, start + 1_000);
        assert_eq!(receipt.cursors, vec![end]);
        assert_eq!(console.count("attacks").await, (round + 1) * 100);
    }
    assert!(cut > 0);
    assert_eq!(console.count("log_gaps").await, 0);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_broken_transaction_leaves_nothing(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    // Something in the middle fails: the lines before it are not there either.
    sqlx::query("alter table pending_counts add constraint broken check (lines < 0)")
        .execute(&pool)
        .await
        .unwrap();
    let mut one = log_of_bans(
        0,
        50,
        vec![ban_event(0, "198.51.100.7", NOW.unix_timestamp())],
    );
    one.chunks
        .insert(0, chunk(1, 0, 80, vec![attack(0, "198.51.100.7")]));
    let refused = worker.try_report(&one).await;
    assert_eq!(refused.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(
        (
            console.count("attacks").await,
            console.count("log_cursors").await
        ),
        (0, 0)
    );
    sqlx::query("alter table pending_counts drop constraint broken")
        .execute(&pool)
        .await
        .unwrap();
    worker.report(&one).await;
    assert_eq!(
        (
            console.count("attacks").await,
            console.count("ban_events").await
        ),
        (1, 1)
    );
}

/// A log of generations, cut into chunks that repeat, overlap and come again after others: what is
/// stored is what the log holds, each line once.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn duplicates_and_overlaps_give_the_log(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    for seed in 0..12_u64 {
        let mut random = StdRng::seed_from_u64(seed);
        let worker = console.node(&format!("fs-{seed}")).await;
        let mut written: BTreeMap<(i64, i64), String> = BTreeMap::new();
        let mut history: Vec<Chunk> = Vec::new();
        for generation in 1..=3_i64 {
            let mut starts = vec![0_i64];
            for _ in 0..random.random_range(5..60) {
                starts.push(starts.last().unwrap() + random.random_range(40..120));
            }
            let end = starts.pop().unwrap();
            let lines: Vec<AttackEvent> = starts
                .iter()
                .map(|at| attack(*at, "198.51.100.7"))
                .collect();
            written.extend(
                lines
                    .iter()
                    .map(|line| ((generation, line.offset), line.raw.clone())),
            );
            let mut at = 0;
            while at < end {
                // From anywhere before, to somewhere past what is sent.
                let mut ends: Vec<i64> =
                    starts.iter().copied().filter(|start| *start > at).collect();
                ends.push(end);
                let to = ends[random.random_range(0..ends.len())];
                let from = starts[random.random_range(0..starts.len())].min(at);
                let part = lines
                    .iter()
                    .filter(|line| (from..to).contains(&line.offset));
                history.push(chunk(generation, from, to, part.cloned().collect()));
                let mut chunks = vec![history.last().unwrap().clone()];
                while random.random_bool(0.4) {
                    let old = history[random.random_range(0..history.len())].clone();
                    chunks.insert(random.random_range(0..=chunks.len()), old);
                }
                let receipt = worker.report(&report(chunks)).await;
                at = at.max(to);
                assert_eq!(
                    receipt.cursors,
                    vec![cursor(Source::Attacks, generation, at)],
                    "{seed}"
                );
            }
        }
        let sql = r#"select generation, "offset", raw from attacks where node_id = $1"#;
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(sql)
            .bind(worker.node.0)
            .fetch_all(&pool)
            .await
            .unwrap();
        assert_eq!(rows.len(), written.len(), "seed {seed}");
        let rows: BTreeMap<_, _> = rows
            .into_iter()
            .map(|row| ((row.0, row.1), row.2))
            .collect();
        assert_eq!(rows, written, "seed {seed}");
    }
    assert_eq!(
        console.count("log_gaps").await,
        0,
        "nothing was lost, so nothing is shown as lost"
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn lost_bytes_are_shown(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    worker.report(&report(vec![chunk(1, 0, 100, vec![])])).await;
    let gap = Gap {
        generation: 1,
        from: 100,
        to: 340,
        cause: "truncated\0\u{202e}".to_owned(),
    };
    let told = Chunk {
        gap: Some(gap),
        ..chunk(2, 0, 80, vec![attack(0, "198.51.100.7")])
    };
    worker.report(&report(vec![told.clone()])).await;
    worker.report(&report(vec![told])).await;
    // A hole that nobody explains is a loss too.
    worker
        .report(&report(vec![chunk(
            2,
            200,
            280,
            vec![attack(200, "198.51.100.7")],
        )]))
        .await;
    let detail = backend::nodes::get(&console.backend, "fs-1")
        .await
        .unwrap()
        .unwrap();
    let gaps: Vec<_> = detail
        .gaps
        .iter()
        .map(|gap| {
            (
                gap.generation,
                gap.from_byte,
                gap.bytes(),
                gap.cause.as_str(),
            )
        })
        .collect();
    let told = "truncated\\x00\\u{202e}";
    assert_eq!(gaps, vec![(2, 80, 120, "unexplained"), (1, 100, 240, told)]);
    assert_eq!(stored(&console).await, vec![(2, 0), (2, 200)]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_line_is_dated_by_itself_or_by_its_arrival(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let micros = |time: OffsetDateTime| time.unix_timestamp() * 1_000_000;
    let hour = Duration::hours(1);
    let cases = [
        (Some(micros(NOW - hour)), NOW - hour),
        (
            Some(micros(NOW + Duration::minutes(5))),
            NOW + Duration::minutes(5),
        ),
        (Some(micros(NOW + Duration::minutes(6))), NOW),
        (None, NOW),
        (Some(i64::MAX), NOW),
        (Some(i64::MIN), NOW),
        (Some(0), NOW),
    ];
    let lines = (0..).zip(cases).map(|(n, (at, _))| AttackEvent {
        at,
        ..attack(n, "192.0.2.9")
    });
    worker
        .report(&report(vec![chunk(1, 0, 100, lines.collect())]))
        .await;
    let ats: Vec<OffsetDateTime> =
        sqlx::query_scalar(r#"select at from attacks order by "offset""#)
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(ats, cases.map(|(_, expected)| expected));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_report_past_the_bounds_is_refused_whole(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let line = |offset| attack(offset, "198.51.100.7");
    let many = (0..).take(EVENTS_PER_REPORT + 1).map(line).collect();
    let broken = [
        chunk(1, -5, 100, vec![]),
        chunk(1, 100, 50, vec![]),
        chunk(-1, 0, 50, vec![]),
        chunk(1, 0, 50, vec![line(50)]),
        chunk(1, 10, 50, vec![line(5)]),
        chunk(1, 0, 50, vec![line(7), line(7)]),
        chunk(1, 0, 50, vec![line(9), line(7)]),
        chunk(1, 0, 100_000, many),
    ];
    for chunk in broken {
        let text = format!("{:?}", chunk.end);
        let good = self::chunk(1, 0, 10, vec![line(0)]);
        let refused = worker.try_report(&report(vec![good, chunk])).await;
        assert_eq!(
            refused.err(),
            Some(StatusCode::UNPROCESSABLE_ENTITY),
            "{text}"
        );
    }
    assert_eq!(
        worker.send_bytes(b"{\"chunks\":".to_vec()).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        worker.send_bytes(vec![b' '; 17 << 20]).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let deep = ["[".repeat(100_000), "]".repeat(100_000)]
        .concat()
        .into_bytes();
    assert_eq!(worker.send_bytes(deep).await, StatusCode::BAD_REQUEST);
    assert_eq!(console.count("attacks").await, 0);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_3_text_of_a_worker_is_stored_harmless(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let evil = "\0\u{1b}[31m\n'; drop table attacks; --\u{202e}";
    let line = AttackEvent {
        user: Some(evil.to_owned()),
        number: Some(evil.repeat(1_000)),
        raw: evil.repeat(10_000),
        ..attack(0, "::ffff:198.51.100.7")
    };
    worker
        .report(&report(vec![chunk(1, 0, 10, vec![line])]))
        .await;
    let overview = backend::overview::overview(&console.backend, None)
        .await
        .unwrap();
    let row = overview.last_attacks[0].clone();
    assert_eq!(row.source, Some("198.51.100.7".parse().unwrap()));
    let expected = "\\x00\\x1b[31m\\x0a'; drop table attacks; --\\u{202e}";
    assert_eq!(row.extension.as_deref(), Some(expected));
    for text in [row.raw, row.number.unwrap()] {
        assert!(
            domain::inert::is_inert(&text) && text.len() < 70_000,
            "{}",
            text.len()
        );
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_worker_writes_for_its_own_node_only(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let stolen = TestWorker {
        node: two.node,
        ..one.clone()
    };
    stolen
        .report(&report(vec![chunk(
            1,
            0,
            80,
            vec![attack(0, "198.51.100.7")],
        )]))
        .await;
    let owner: i64 = sqlx::query_scalar("select node_id from attacks")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(owner, one.node.0);
}
