use std::num::{NonZeroU16, NonZeroU32};

use backend::bans;
use backend::overview::overview;
use backend::retention::{self, Limits};
use domain::net::Network;
use domain::role::Role;
use domain::wire::{AttackEvent, Gap, Report, Source};
use reqwest::StatusCode;
use sqlx::PgPool;
use time::Duration;

use crate::support::{
    NOW, TestConsole, TestWorker, actor, attack, ban_event, ban_list, chunk, cursor, log_of_bans,
};

const ROWS: i64 = 1_000;

async fn console(pool: &PgPool) -> TestConsole {
    let rows = NonZeroU32::new(u32::try_from(ROWS).unwrap()).unwrap();
    let limits = Limits {
        days: NonZeroU16::new(90).unwrap(),
        attack_rows: rows,
        ban_event_rows: rows,
    };
    TestConsole::with(pool, |backend| backend.with_retention(limits)).await
}

/// One after the other, from half an hour ago.
fn lines(from: i64, count: i64) -> Vec<AttackEvent> {
    let source = |n: i64| format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255);
    let line = |n| {
        dated(
            attack(n * 10, &source(n)),
            Duration::minutes(30) - Duration::milliseconds(n),
        )
    };
    (from..from + count).map(line).collect()
}

/// Written so long ago.
fn dated(line: AttackEvent, ago: Duration) -> AttackEvent {
    let at = (NOW - ago).unix_timestamp_nanos() / 1_000;
    AttackEvent {
        at: Some(i64::try_from(at).unwrap()),
        ..line
    }
}

async fn tell(worker: &TestWorker, from: i64, lines: Vec<AttackEvent>) -> Report {
    let end = from + 10 * i64::try_from(lines.len()).unwrap();
    let report = Report {
        chunks: vec![chunk(1, from, end, lines)],
        ..Report::default()
    };
    let receipt = worker.report(&report).await;
    assert_eq!(receipt.cursors, vec![cursor(Source::Attacks, 1, end)]);
    report
}

/// Smallest and largest offset.
async fn kept(console: &TestConsole) -> (i64, i64) {
    sqlx::query_as(r#"select min("offset"), max("offset") from attacks"#)
        .fetch_one(&console.backend.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_11_rows_are_capped_and_nothing_is_stored_again(pool: PgPool) {
    let console = console(&pool).await;
    let worker = console.node("fs-1").await;
    let mut reports = Vec::new();
    for part in 0..4 {
        reports.push(tell(&worker, part * 30_000, lines(part * 3_000, 3_000)).await);
    }
    retention::sweep(&console.backend).await.unwrap();
    assert_eq!(console.count("attacks").await, ROWS);
    assert_eq!(kept(&console).await, (110_000, 119_990), "the newest");

    // The worker was cut off before the answers: what was deleted does not come again.
    for report in &reports {
        worker.report(report).await;
    }
    assert_eq!(console.count("attacks").await, ROWS);
    assert_eq!(console.count("log_gaps").await, 0);
    // Charts and numbers count what came, not what is kept.
    let seen = overview(&console.backend, None).await.unwrap();
    assert_eq!(
        (seen.attacks_last_hour, seen.last_attacks.len()),
        (12_000, 20)
    );

    tell(&worker, 120_000, lines(12_000, 10)).await;
    retention::sweep(&console.backend).await.unwrap();
    retention::sweep(&console.backend).await.unwrap();
    assert_eq!(console.count("attacks").await, ROWS);
    assert_eq!(kept(&console).await, (110_100, 120_090));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_held_ban_keeps_the_lines_that_say_why(pool: PgPool) {
    const BANNED: &str = "198.51.100.7";
    let console = console(&pool).await;
    let worker = console.node("fs-1").await;
    // Long ago, and of one moment: any five of them say why.
    let old = |n: i64| dated(attack(n * 10, BANNED), Duration::days(50));
    worker.report(&ban_list(&[BANNED])).await;
    tell(&worker, 0, (0..800).map(old).collect()).await;
    tell(&worker, 8_000, lines(800, 4_000)).await;
    retention::sweep(&console.backend).await.unwrap();
    let kept = async || {
        (
            console.count("attacks").await,
            console.count("evidence").await,
        )
    };
    assert_eq!(kept().await, (ROWS, 5));
    let why = &console.bans().await.rows[0].why;
    assert_eq!(why.last_lines.len(), 3);
    assert_eq!(why.kinds.iter().map(|kind| kind.1).sum::<i64>(), 5);

    // Banned again meanwhile by newer lines: of all of them the newest five stay.
    let again = |n: i64| dated(attack(48_000 + n * 10, BANNED), Duration::minutes(40));
    tell(&worker, 48_000, (0..800).map(again).collect()).await;
    tell(&worker, 56_000, lines(5_600, 4_000)).await;
    retention::sweep(&console.backend).await.unwrap();
    assert_eq!(kept().await, (ROWS, 5));
    let network: Network = BANNED.parse().unwrap();
    let detail = bans::detail(&console.backend, network).await.unwrap();
    assert_eq!(detail.lines.len(), 5);
    let hour_ago = NOW - Duration::HOUR;
    assert!(detail.lines.iter().all(|line| line.at > hour_ago));

    worker.report(&ban_list(&[])).await;
    retention::forget(&console.backend).await.unwrap();
    assert_eq!(kept().await, (ROWS, 0));

    // One that comes late, for a week that has been dropped.
    tell(&worker, 96_000, vec![old(9_600)]).await;
    assert_eq!(kept().await, (ROWS + 1, 0));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_too_old_is_not_stored_and_shown_as_a_gap(pool: PgPool) {
    let console = console(&pool).await;
    let worker = console.node("fs-1").await;
    let ages = [91, 92, 89, 91, 91];
    let line = |(days, n): (_, i64)| dated(attack(n * 10, "198.51.100.7"), Duration::days(days));
    tell(&worker, 0, ages.into_iter().zip(0..).map(line).collect()).await;
    assert_eq!(kept(&console).await, (20, 20));
    let days_ago = |days: i64| NOW.unix_timestamp() - days * 86_400;
    let events = vec![
        ban_event(0, "198.51.100.7", days_ago(91)),
        ban_event(10, "198.51.100.7", days_ago(89)),
    ];
    worker.report(&log_of_bans(0, 20, events)).await;
    assert_eq!(console.count("ban_events").await, 1);
    let detail = backend::nodes::get(&console.backend, "fs-1").await.unwrap();
    let mut gaps: Vec<_> = detail
        .unwrap()
        .gaps
        .into_iter()
        .map(|gap| (gap.source, gap.from_byte, gap.to_byte, gap.cause))
        .collect();
    gaps.sort();
    let gap = |source, from, to| (source, from, to, "too_old".to_owned());
    let expected = [
        gap(Source::Attacks, 0, 20),
        gap(Source::Attacks, 30, 50),
        gap(Source::Fail2ban, 0, 10),
    ];
    assert_eq!(gaps, expected);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_too_old_goes_from_every_table(pool: PgPool) {
    let console = console(&pool).await;
    let worker = console.node("fs-1").await;
    let line = |n: i64, days| dated(attack(n * 10, "198.51.100.7"), Duration::days(days));
    tell(&worker, 0, vec![line(0, 80), line(1, 1), line(2, 0)]).await;
    let days_ago = |days: i64| NOW.unix_timestamp() - days * 86_400;
    let events = vec![
        ban_event(0, "198.51.100.7", days_ago(80)),
        ban_event(10, "198.51.100.7", days_ago(1)),
    ];
    let mut report = log_of_bans(0, 20, events);
    report.chunks[0].gap = Some(Gap {
        generation: 1,
        from: 0,
        to: 0,
        cause: "truncated".to_owned(),
    });
    worker.report(&report).await;
    sqlx::query("update log_gaps set at = at - interval '91 days'")
        .execute(&pool)
        .await
        .unwrap();
    // Of the week of the old ones the last day is 91 days ago then.
    console.backend.clock.advance(Duration::days(17));
    retention::sweep(&console.backend).await.unwrap();
    assert_eq!(kept(&console).await, (10, 20));
    for (rows, expected) in [
        ("attacks", 2),
        ("ban_events", 1),
        ("log_gaps", 0),
        ("log_weeks where rows <> 0", 2),
        // No minutes and no buckets of the old day; its kinds stay for longer.
        ("event_counts where level = 0", 0),
        ("facet_counts where level = 0", 0),
        (
            "facet_counts where level = 2 and facet = 1 and node_id = 0",
            2,
        ),
        ("event_counts where level = 2 and node_id = 0", 5),
    ] {
        assert_eq!(console.count(rows).await, expected, "{rows}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_admin_chooses_what_is_kept(pool: PgPool) {
    let console = console(&pool).await;
    let backend = &console.backend;
    let days = |days| Limits {
        days: NonZeroU16::new(days).unwrap(),
        ..Limits::default()
    };
    let refused = retention::set_settings(backend, &actor(Role::Operator), days(7), None).await;
    assert!(matches!(refused, Err(backend::Error::Forbidden)));
    let refused = retention::set_settings(backend, &actor(Role::Admin), days(401), None).await;
    assert!(matches!(
        refused,
        Err(backend::Error::Invalid { field: "days", .. })
    ));
    assert_eq!(retention::settings(backend).await.unwrap().days.get(), 90);
    for chosen in [7, 400] {
        let admin = actor(Role::Admin);
        retention::set_settings(backend, &admin, days(chosen), None)
            .await
            .unwrap();
        // … on every replica.
        let other = TestConsole::start(&pool).await;
        assert_eq!(
            retention::settings(&other.backend).await.unwrap(),
            days(chosen)
        );
    }
    assert_eq!(console.audited("set retention", "retention").await, 2);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_11_lines_of_fail2ban_are_capped(pool: PgPool) {
    let console = console(&pool).await;
    let worker = console.node("fs-1").await;
    let events = (0..5_000).map(|n| ban_event(n * 10, "198.51.100.7", NOW.unix_timestamp()));
    worker
        .report(&log_of_bans(0, 50_000, events.collect()))
        .await;
    retention::sweep(&console.backend).await.unwrap();
    assert_eq!(console.count("ban_events").await, ROWS);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hours_that_cannot_be_rolled_up_hold_up_nothing_else(pool: PgPool) {
    let console = console(&pool).await;
    let worker = console.node("fs-1").await;
    sqlx::raw_sql(
        "create function fail() returns trigger language plpgsql as
         $$ begin raise exception 'no hour today'; end $$;
         create trigger fail before insert on facet_counts for each row when (new.level = 1)
         execute function fail()",
    )
    .execute(&pool)
    .await
    .unwrap();
    for part in 0..3 {
        let line = |n| dated(attack(n * 10, "198.51.100.7"), -Duration::hours(2 * part));
        let lines = (part * 2_000..(part + 1) * 2_000).map(line).collect();
        tell(&worker, part * 20_000, lines).await;
        let swept = retention::sweep(&console.backend).await;
        assert_eq!(swept.is_err(), part > 0, "it is said");
        assert_eq!(console.count("pending_counts").await, 0);
        assert_eq!(console.count("attacks").await, ROWS);
        console.backend.clock.advance(Duration::hours(2));
    }
    sqlx::raw_sql("drop trigger fail on facet_counts")
        .execute(&pool)
        .await
        .unwrap();
    retention::sweep(&console.backend).await.unwrap();
    let rolled = "facet_counts where level = 1 and facet = 1 and node_id = 0 and events = 2000";
    assert_eq!(console.count(rolled).await, 3);
}

/// Weeks go and lines are cut off while three nodes report, into weeks that have just gone, too.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn retention_under_load_loses_and_doubles_nothing(pool: PgPool) {
    const REPORTS: i64 = 30;
    const LINES: i64 = 200;
    let console = console(&pool).await;
    let mut workers = Vec::new();
    for name in ["fs-1", "fs-2", "fs-3"] {
        workers.push(console.node(name).await);
    }
    let (swept, sweeps) = tokio::sync::watch::channel(0);
    let reports = workers.iter().map(async |worker| {
        let mut sweeps = sweeps.clone();
        for part in 0..REPORTS {
            sweeps.wait_for(|sweeps| *sweeps >= part / 6).await.unwrap();
            let line = |n| {
                let weeks = Duration::weeks((part + n) % 5);
                dated(
                    attack(n * 10, "198.51.100.7"),
                    weeks + Duration::minutes(n % 60),
                )
            };
            let lines = (part * LINES..(part + 1) * LINES).map(line).collect();
            let (from, to) = (part * LINES * 10, (part + 1) * LINES * 10);
            let report = Report {
                chunks: vec![chunk(1, from, to, lines)],
                ..Report::default()
            };
            // Where a week goes again and again the report comes again, as from any worker.
            while let Err(status) = worker.try_report(&report).await {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            }
        }
    });
    let (done, finished) = tokio::sync::watch::channel(false);
    let reporting = async {
        futures::future::join_all(reports).await;
        done.send_replace(true);
    };
    let sweeping = async {
        while !*finished.borrow() {
            retention::sweep(&console.backend).await.unwrap();
            swept.send_modify(|sweeps| *sweeps += 1);
        }
        retention::sweep(&console.backend).await.unwrap();
    };
    tokio::join!(reporting, sweeping);
    assert_eq!(console.count("attacks").await, ROWS);
    assert_eq!(console.count("log_gaps").await, 0);
    let lines = 3 * REPORTS * LINES;
    let counted = "select sum(events)::bigint from event_counts where level = 2 and node_id = 0";
    let counted: i64 = sqlx::query_scalar(counted).fetch_one(&pool).await.unwrap();
    assert_eq!(counted, lines, "counts are of what came");
    let weeks = "log_weeks w where rows > 0 and to_regclass('attacks_' || to_char(week, 'YYYYMMDD')) is null";
    assert_eq!(console.count(weeks).await, 0);
}
