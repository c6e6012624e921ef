//! What an operator should act on: each appears, goes away again, and near misses stay silent.

use backend::insights::{self, Rest};
use backend::whitelist::{self, Expiry, NewEntry, Scope};
use backend::{Error, bans};
use domain::attack::Kind;
use domain::ban::BanEventKind;
use domain::insight::Insight;
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::insights_page::put;
use crate::meaning::rules;
use crate::support::{
    NOW, PATIENCE, TestConsole, TestWorker, WebConsole, actor, attack, ban_event, ban_list, chunk,
    log_of_bans, net,
};

const WHO: &str = "198.51.100.7";

/// Looks until these are what was found. (The console's own job looks, too: it may have begun before
/// what the test has just done.)
async fn see(console: &TestConsole, expected: &[&str]) {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        insights::find(&console.backend).await.unwrap();
        let rows = insights::list(&console.backend).await.unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|row| format!("{} {}", row.insight.kind(), row.insight.key()))
            .collect();
        if found == expected {
            return;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{found:?} instead of {expected:?}"
        );
    }
}

/// Lines, so many seconds after [`NOW`] each, from offset `start` on.
async fn lines(
    worker: &TestWorker,
    start: i64,
    lines: impl IntoIterator<Item = (i64, AttackEvent)>,
) {
    let attacks: Vec<_> = (start..)
        .step_by(10)
        .zip(lines)
        .map(|(offset, (second, line))| AttackEvent {
            offset,
            at: Some((NOW.unix_timestamp() + second) * 1_000_000),
            ..line
        })
        .collect();
    let end = attacks.last().unwrap().offset + 10;
    worker
        .report(&Report {
            chunks: vec![chunk(1, start, end, attacks)],
            ..Report::default()
        })
        .await;
}

async fn whitelist(console: &TestConsole, network: &str) -> domain::ids::EntryId {
    let entry = NewEntry {
        network: network.into(),
        note: String::new(),
        expiry: Expiry::Never,
        scope: Scope::All,
    };
    whitelist::add(&console.backend, &actor(Role::Admin), entry)
        .await
        .unwrap();
    sqlx::query_scalar("select max(id) from whitelist")
        .fetch_one(&console.backend.pool)
        .await
        .map(domain::ids::EntryId)
        .unwrap()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_that_does_not_hold(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&ban_list(&[WHO, "203.0.113.0/24"])).await;
    two.report(&ban_list(&["192.0.2.1"])).await;
    console.backend.clock.advance(Duration::minutes(5));
    // Before the ban and on their way when it began; on a node that holds no such ban; two only; and
    // so late that the ban may have ended meanwhile.
    let from = |who| move |second| (second, attack(0, who));
    lines(&one, 0, [-60, -5, 1, 5, 10, 20, 34].map(from(WHO))).await;
    lines(&two, 0, [60, 70, 80, 90].map(from(WHO))).await;
    lines(&one, 1_000, [60, 70, 290, 295, 299].map(from(WHO))).await;
    see(&console, &[]).await;
    lines(&one, 2_000, [80].map(from(WHO))).await;
    let key = format!("still_sending {WHO} fs-1");
    see(&console, &[&key]).await;
    // A banned network, too.
    lines(&one, 3_000, [100, 101, 102].map(from("203.0.113.9"))).await;
    let network = "still_sending 203.0.113.0/24 fs-1";
    see(&console, &[&key, network]).await;
    // Freed by an order that waits, in the node's log, or by the whitelist: no finding any more.
    let admin = actor(Role::Admin);
    bans::unban(&console.backend, &admin, &[net(WHO)])
        .await
        .unwrap();
    see(&console, &[network]).await;
    let entry = whitelist(&console, "203.0.113.9").await;
    see(&console, &[]).await;
    whitelist::remove(&console.backend, &admin, entry)
        .await
        .unwrap();
    // The worker could not free it.
    sqlx::query("update orders set state = 'failed'")
        .execute(&pool)
        .await
        .unwrap();
    see(&console, &[&key, network]).await;
    let freed = domain::wire::BanEvent {
        kind: BanEventKind::Unban,
        ..ban_event(0, WHO, NOW.unix_timestamp() + 200)
    };
    one.report(&log_of_bans(0, 50, vec![freed])).await;
    see(&console, &[network]).await;
    one.report(&ban_list(&[])).await;
    see(&console, &[]).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_extension_guessed_from_many_addresses(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let guess = |extension: &'static str| {
        move |n: i64| {
            let line = AttackEvent {
                user: Some(extension.to_owned()),
                ..attack(0, &format!("198.51.100.{n}"))
            };
            (-60 - n, line)
        }
    };
    lines(&worker, 0, (1..20).map(guess("100"))).await;
    // One address that tries often is no finding, nor are other kinds of lines.
    lines(&worker, 1_000, (0..50).map(|_| guess("100")(1))).await;
    let scans = (1..40).map(guess("200")).map(|(at, line)| {
        let kind = Kind::Scan;
        (at, AttackEvent { kind, ..line })
    });
    lines(&worker, 2_000, scans).await;
    lines(&worker, 3_000, (1..5).map(guess("1002"))).await;
    see(&console, &[]).await;
    lines(&worker, 4_000, [guess("100")(20)]).await;
    see(&console, &["guessed_extension 100"]).await;
    // Where a phone is registered with it, five are enough.
    lines(&worker, 5_000, [guess("1002")(5)]).await;
    see(&console, &["guessed_extension 100"]).await;
    sqlx::query(
        "insert into node_links (node_id, host, port, password, key_id) values ($1, 'x', 1, '', '')",
    )
    .bind(worker.node.0)
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("insert into node_peers values ($1, '192.0.2.50', 'phone', '1002@example.com')")
        .bind(worker.node.0)
        .execute(&pool)
        .await
        .unwrap();
    see(
        &console,
        &["guessed_extension 1002", "guessed_extension 100"],
    )
    .await;
    console.backend.clock.advance(Duration::hours(24));
    see(&console, &[]).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_number_that_the_rules_let_pass(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.tell(rules("20", "00\n+", "")).await;
    let dial = |kind: Kind, number: &'static str| {
        let line = AttackEvent {
            kind,
            number: Some(number.to_owned()),
            ..attack(0, WHO)
        };
        (-60, line)
    };
    let refused = |number| dial(Kind::NumberRefused, number);
    let passed = |number| dial(Kind::CallUnauthorised, number);
    // Two similar ones refused, a third with another end, a short one.
    lines(
        &one,
        0,
        [
            refused("00441234567890"),
            refused("+441234567890"),
            refused("00441234567891"),
            refused("0012"),
            passed("900441234567890"),
            passed("912"),
        ],
    )
    .await;
    // A node whose rules are not known lets nothing pass.
    lines(&two, 0, [passed("900441234567890")]).await;
    see(&console, &[]).await;
    lines(&one, 1_000, [refused("000441234567890")]).await;
    see(&console, &["number_got_through 900441234567890 fs-1"]).await;
    // Mended by a rule.
    one.tell(rules("20", "00\n+\n900", "")).await;
    see(&console, &[]).await;
    one.tell(rules("20", "00\n+", "")).await;
    see(&console, &["number_got_through 900441234567890 fs-1"]).await;
    console.backend.clock.advance(Duration::days(7));
    see(&console, &[]).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_network_banned_again_and_again(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let now = NOW.unix_timestamp();
    let banned = |addresses: Vec<String>| {
        let offsets = (0..).step_by(50);
        offsets
            .zip(addresses)
            .map(|(offset, address)| ban_event(offset, &address, now - 3_600))
            .collect::<Vec<_>>()
    };
    // Four of one network, one of them often; five of five networks.
    let mut addresses: Vec<_> = (1..5).map(|n| format!("203.0.113.{n}")).collect();
    addresses.extend((0..9).map(|_| "203.0.113.4".to_owned()));
    addresses.extend((1..6).map(|n| format!("192.0.{n}.1")));
    worker
        .report(&log_of_bans(0, 5_000, banned(addresses)))
        .await;
    see(&console, &[]).await;
    let fifth = vec![ban_event(5_000, "203.0.113.5", now - 60)];
    worker.report(&log_of_bans(5_000, 5_050, fifth)).await;
    let found = "repeat_network 203.0.113.0/24";
    see(&console, &[found]).await;
    // What may not be banned is never suggested: a whitelisted address, the console's own.
    let entry = whitelist(&console, "203.0.113.200").await;
    see(&console, &[]).await;
    whitelist::remove(&console.backend, &actor(Role::Admin), entry)
        .await
        .unwrap();
    see(&console, &[found]).await;
    console
        .backend
        .set_console_addresses(vec![net("203.0.113.77")]);
    see(&console, &[]).await;
    console.backend.set_console_addresses(Vec::new());
    see(&console, &[found]).await;
    // Nor is what is banned already, itself or with a wider one.
    for network in ["203.0.113.0/24", "203.0.112.0/23"] {
        worker.report(&ban_list(&[network])).await;
        see(&console, &[]).await;
    }
    worker.report(&ban_list(&[])).await;
    see(&console, &[found]).await;
    console.backend.clock.advance(Duration::days(7));
    see(&console, &[]).await;
}

/// So many lines in each hour of some weeks before this one, and in the last 60 minutes.
async fn history(pool: &PgPool, weeks: i64, usual: i64, now: i64) {
    sqlx::query("truncate event_counts")
        .execute(pool)
        .await
        .unwrap();
    let store = "insert into event_counts (level, node_id, start, kind, events)
                 select $1, 0, start, 'scan', $4
                 from generate_series($2::timestamptz, $3, interval '1 hour') as start";
    let week = NOW - Duration::WEEK + Duration::hours(2);
    let from = NOW - Duration::weeks(weeks) - Duration::hours(2);
    for (level, from, to, lines) in [
        (1_i16, from, week, usual),
        (
            0,
            NOW - Duration::minutes(30),
            NOW - Duration::minutes(30),
            now,
        ),
    ] {
        let (from, to): (OffsetDateTime, OffsetDateTime) = (from, to);
        sqlx::query(store)
            .bind(level)
            .bind(from)
            .bind(to)
            .bind(lines)
            .execute(pool)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_hour_unlike_that_of_other_weeks(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    for (weeks, usual, now, expected) in [
        (1, 50, 5_000, None),
        (2, 50, 149, None),
        (2, 50, 150, Some("unusual_hour more")),
        (3, 20, 99, None),
        (3, 20, 100, Some("unusual_hour more")),
        (3, 200, 21, None),
        (3, 200, 20, Some("unusual_hour fewer")),
        (3, 99, 0, None),
        (3, 200, 0, Some("unusual_hour fewer")),
        (1, 200, 0, None),
    ] {
        history(&pool, weeks, usual, now).await;
        see(&console, expected.as_slice()).await;
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_34_what_an_attacker_sent_is_text_on_every_page(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let operator = console.signed_in(Role::Operator).await;
    let viewer = console.signed_in(Role::Viewer).await;
    let trick = "<img src=x onerror=alert(1)>\"'";
    let facts = [
        Insight::GuessedExtension {
            extension: trick.into(),
            sources: 30,
            lines: 40,
            registered: false,
        },
        Insight::NumberGotThrough {
            number: trick.into(),
            node: "fs-1".into(),
            lines: 1,
            refused: 3,
            example: trick.into(),
        },
    ];
    // The job that looks may have its round in between.
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        put(&pool, &facts).await;
        let page = operator.get("/").await.body;
        assert!(!page.contains("<img"), "{page}");
        let rules = operator.get("/rules").await.body;
        assert!(!rules.contains("<img"), "{rules}");
        let shown = "&lt;img src=x onerror=alert(1)";
        if page.matches(shown).count() >= 3 && rules.contains(shown) {
            assert!(page.contains("/api/ui/insight_dismiss"));
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{page}");
    }
    // Who only reads is offered nothing to do.
    assert!(
        !viewer
            .get("/")
            .await
            .body
            .contains("/api/ui/insight_dismiss")
    );
    // Nor does the audit log run what was put aside.
    let key = facts[0].key();
    let fields = [("kind", facts[0].kind()), ("key", &key), ("rest", "week")];
    let put_aside = operator.post("/api/ui/insight_dismiss", &fields).await;
    assert_eq!(put_aside.status, 302);
    let audit = console
        .signed_in(Role::Admin)
        .await
        .get("/audit")
        .await
        .body;
    assert!(audit.contains("&lt;img src=x onerror=alert(1)"), "{audit}");
    assert!(!audit.contains("<img"), "{audit}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn put_aside_for_a_time_by_one_for_all(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let events = (1..6).map(|n| {
        let address = format!("203.0.113.{n}");
        ban_event(n * 50, &address, NOW.unix_timestamp() - 60)
    });
    worker.report(&log_of_bans(0, 500, events.collect())).await;
    let found = "repeat_network 203.0.113.0/24";
    see(&console, &[found]).await;
    let backend = &console.backend;
    let (kind, key) = ("repeat_network", "203.0.113.0/24");
    let operator = actor(Role::Operator);
    let by_viewer = insights::dismiss(backend, &actor(Role::Viewer), kind, key, Rest::Day).await;
    assert!(matches!(by_viewer, Err(Error::Forbidden)));
    for (kind, key) in [("repeat_network", "203.0.113.1"), ("x", key)] {
        let gone = insights::dismiss(backend, &operator, kind, key, Rest::Day).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{kind} {key}");
    }
    insights::dismiss(backend, &operator, kind, key, Rest::Day)
        .await
        .unwrap();
    see(&console, &[]).await;
    assert_eq!(console.audited("dismiss insight", key).await, 1);
    backend.clock.advance(Duration::DAY);
    see(&console, &[found]).await;
    let again = insights::dismiss(backend, &operator, kind, key, Rest::Week)
        .await
        .unwrap();
    backend.clock.advance(Duration::DAY);
    see(&console, &[]).await;
    insights::restore(backend, &operator, again.id)
        .await
        .unwrap();
    see(&console, &[found]).await;
    assert_eq!(console.audited("restore insight", key).await, 1);
    let twice = insights::restore(backend, &operator, again.id).await;
    assert!(matches!(twice, Err(Error::NotFound)));
}
