//! The page of an address: what it knows, its timeline in pages, its spellings, what runs in it.

use backend::addresses::{self, AddressPage, Event, Timeline, Verdict};
use backend::whitelist::{Expiry, NewEntry, Scope, add};
use backend::{Error, bans};
use domain::attack::Kind;
use domain::attack::window::{Span, Window};
use domain::net::Network;
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::support::{
    NOW, TestConsole, TestWorker, WebConsole, actor, attack, ban_event, ban_list, ban_request,
    chunk, log_of_bans, net, until,
};

const WHO: &str = "198.51.100.7";

/// A line so many seconds before [`NOW`].
fn line(offset: i64, source: &str, seconds: i64) -> AttackEvent {
    AttackEvent {
        at: Some((NOW.unix_timestamp() - seconds) * 1_000_000),
        ..attack(offset, source)
    }
}

async fn report(worker: &TestWorker, lines: Vec<AttackEvent>) {
    let end = lines.last().map_or(0, |line| line.offset) + 100;
    let chunks = vec![chunk(1, 0, end, lines)];
    worker
        .report(&Report {
            chunks,
            ..Report::default()
        })
        .await;
}

async fn look(console: &TestConsole, network: Network) -> Result<AddressPage, Error> {
    let members = addresses::members(&console.backend, network).await?;
    addresses::page(&console.backend, &members).await
}

async fn happened(
    console: &TestConsole,
    network: Network,
    until: Option<OffsetDateTime>,
) -> Result<Timeline, Error> {
    let members = addresses::members(&console.backend, network).await?;
    addresses::timeline(&console.backend, &members, until).await
}

/// One word for each event.
fn told(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            Event::Attempts(burst) => format!("{} lines", burst.lines),
            Event::Log(entry) => format!("{:?} {}", entry.kind, entry.network),
            Event::Orders(orders) => format!("{:?} by {}", orders[0].act, orders[0].actor),
            Event::Audit(row) => row.action.clone(),
        })
        .collect()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_happened_stands_in_one_order(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let number = |offset, seconds, number: &str| AttackEvent {
        kind: Kind::NumberRefused,
        number: Some(number.to_owned()),
        ..line(offset, WHO, seconds)
    };
    let lines = vec![
        line(0, WHO, 7_200),
        line(100, WHO, 7_195),
        number(200, 3_600, "00441234567"),
        line(300, "198.51.100.8", 3_000),
        line(400, WHO, 60),
    ];
    report(&worker, lines).await;
    let banned = ban_event(0, WHO, NOW.unix_timestamp() - 7_190);
    worker.report(&log_of_bans(0, 50, vec![banned])).await;
    worker.report(&ban_list(&[WHO])).await;
    let admin = actor(Role::Admin);
    bans::unban(&console.backend, &admin, &[net(WHO)])
        .await
        .unwrap();
    let entry = NewEntry {
        network: "198.51.100.0/24".into(),
        note: "our office".into(),
        expiry: Expiry::Hours8,
        scope: Scope::All,
    };
    add(&console.backend, &admin, entry).await.unwrap();
    let refused = bans::ban(&console.backend, &admin, ban_request(WHO)).await;
    assert!(refused.is_err());

    let timeline = happened(&console, net(WHO), None).await.unwrap();
    let mut events = told(&timeline.events);
    // What was done at the one moment of the clock.
    events[..3].sort();
    assert_eq!(
        events,
        [
            "Unban by test admin",
            "ban refused",
            "whitelist add",
            "1 lines",
            "1 lines",
            "Ban 198.51.100.7",
            "2 lines",
        ]
    );
    assert_eq!(timeline.next, None);

    let page = look(&console, net(WHO)).await.unwrap();
    assert_eq!(page.bans.len(), 1);
    assert_eq!(page.whitelisted[0].note, "our office");
    assert!(page.protected.is_some());
    assert_eq!((page.totals.lines, page.totals.days), (4, 1));
    assert_eq!(page.tried.extensions, [("1001".to_owned(), 4)]);
    let tried = ("00441234567".to_owned(), 1, Verdict::NotRefused);
    assert_eq!(page.tried.numbers, [tried]);
    let beside: Vec<_> = page.neighbours.rows.iter().map(|row| row.network).collect();
    assert_eq!(beside, [net("198.51.100.8")]);

    // The network's page has both addresses.
    let page = look(&console, net("198.51.100.0/24")).await.unwrap();
    assert_eq!((page.totals.lines, page.neighbours.rows.len()), (5, 2));
    let inside = page.neighbours.rows.iter().filter(|row| row.banned);
    assert_eq!(
        inside.map(|row| row.network).collect::<Vec<_>>(),
        [net(WHO)]
    );
    let timeline = happened(&console, net("198.51.100.0/24"), None);
    let timeline = timeline.await.unwrap();
    let lines: i64 = timeline
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Attempts(burst) => Some(burst.lines),
            _ => None,
        })
        .sum();
    assert_eq!(lines, 5);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_flood_is_paged_by_the_hour_and_nothing_is_lost(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    // 3,000 lines within 50 minutes, the newest first in mind; and one line a day before each page.
    let mut lines = vec![line(0, WHO, 86_400)];
    lines.extend((0..3_000).map(|n| line(100 + n * 100, WHO, 3_500 - n)));
    report(&worker, lines).await;
    let mut until = None;
    let mut found = Vec::new();
    let mut pages = 0;
    loop {
        let page = happened(&console, net(WHO), until).await.unwrap();
        pages += 1;
        for event in &page.events {
            assert!(until.is_none_or(|until| event.at() <= until));
            let Event::Attempts(burst) = event else {
                panic!("{event:?}")
            };
            assert!(!burst.at_least);
            found.push(burst.lines);
        }
        let Some(next) = page.next else { break };
        assert!(until.is_none_or(|until| next < until));
        until = Some(next);
    }
    assert_eq!(found, [3_000, 1]);
    assert_eq!(pages, 2);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_chart_has_what_is_weeks_old(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let days = [29, 20, 14, 3, 0];
    let lines = days.into_iter().enumerate();
    let lines =
        lines.map(|(n, days)| line(100 * i64::try_from(n).unwrap(), WHO, days * 86_400 + 5));
    report(&worker, lines.collect()).await;
    until("folded", async || {
        (console.count("pending_counts").await == 0).then_some(())
    })
    .await;
    let members = addresses::members(&console.backend, net(WHO))
        .await
        .unwrap();
    let window = Window::last(Span::Month, NOW);
    let bars = addresses::over_time(&console.backend, &members, window).await;
    let bars = bars.unwrap();
    let step = window.step_of_keys(NOW);
    for days in days {
        let at = NOW - time::Duration::seconds(days * 86_400 + 5);
        let bar = bars
            .iter()
            .find(|(start, _)| (*start..*start + step).contains(&at));
        assert_eq!(bar.unwrap().1, 1, "{days} days ago");
    }
    assert_eq!(bars.iter().map(|bar| bar.1).sum::<i64>(), 5);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_of_the_network_round_it_is_its_own(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    worker.report(&ban_list(&["203.0.113.0/24"])).await;
    let page = look(&console, net("203.0.113.9")).await.unwrap();
    assert_eq!(page.bans[0].network, net("203.0.113.0/24"));
    assert_eq!(page.protected, None);
    let page = look(&console, net("203.0.114.9")).await.unwrap();
    assert!(page.bans.is_empty());
    let page = look(&console, net("127.0.0.1")).await.unwrap();
    assert!(page.protected.is_some());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn one_spelling_each_and_404_for_what_is_none(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    for (asked, leads) in [
        ("2001:DB8::8", "/addresses/2001:db8::8"),
        ("2001:db8:0:0::8/128", "/addresses/2001:db8::8"),
        ("::ffff:192.0.2.9", "/addresses/192.0.2.9"),
        ("198.51.100.7%2F24", "/addresses/198.51.100.0/24"),
        ("198.51.100.7/32", "/addresses/198.51.100.7"),
        (
            "198.51.100.7/32?window=24h",
            "/addresses/198.51.100.7?window=24h",
        ),
    ] {
        let answer = browser.get(&format!("/addresses/{asked}")).await;
        assert_eq!(answer.location(), leads, "{asked}");
    }
    for none in [
        "x",
        "example.com",
        "1.2.3.999",
        "198.51.100.7/33",
        "%00",
        "'--",
        "1.2.3.4/8/8",
        "%3Cb%3E",
    ] {
        let answer = browser.get(&format!("/addresses/{none}")).await;
        assert_eq!(answer.status, 404, "{none}");
    }
    for there in [
        "198.51.100.7",
        "198.51.100.0/24",
        "2001:db8::/32",
        "0.0.0.0/0",
        "::/0",
    ] {
        let answer = browser.get(&format!("/addresses/{there}?until=x")).await;
        assert_eq!(answer.status, 200, "{there}: {}", answer.body);
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_network_says_that_only_its_first_addresses_count(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let (node, _) = console.enrolled("fs-1").await;
    let browser = console.signed_in(Role::Viewer).await;
    sqlx::query(
        "select make_week('attacks', (date_trunc('week', now(), 'UTC') at time zone 'UTC')::date)",
    )
    .execute(&pool)
    .await
    .unwrap();
    for (first, last, said, not) in [
        (1, 200, "200 in all; the 50 with", "count the first 256"),
        (201, 257, "count the first 256 in order only", "257 in all"),
    ] {
        sqlx::query(
            "insert into attacks (node_id, generation, \"offset\", at, source, kind, extension, raw)
             select $1, 1, n, now(), '2001:db8::'::inet + n, 'other', '1001', ''
             from generate_series($2::int, $3::int) as n",
        )
        .bind(node.0)
        .bind(first)
        .bind(last)
        .execute(&pool)
        .await
        .unwrap();
        let page = browser.get("/addresses/2001:db8::/64").await.body;
        assert!(page.contains(said) && !page.contains(not), "{page}");
    }
    // What was tried leads to its lines.
    let page = browser.get("/addresses/2001:db8::1").await.body;
    let lines = "href=\"/attacks?search=2001%3Adb8%3A%3A1&amp;extension=1001\"";
    assert!(page.contains(lines), "{page}");
    // And pages of the timeline keep the chart's period.
    let page = browser
        .get("/addresses/2001:db8::1?until=1&window=24h")
        .await;
    assert!(
        page.body
            .contains("href=\"/addresses/2001:db8::1?window=24h#timeline\"")
    );
    assert!(
        page.body
            .contains("href=\"/addresses/2001:db8::1?until=1&amp;window=6h\"")
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn where_no_ban_is_offered_it_says_why(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let viewer = console.signed_in(Role::Viewer).await;
    let operator = console.signed_in(Role::Operator).await;
    let form = "action=\"/api/ui/ban\"";
    let page = operator.get("/addresses/203.0.113.0/24?ban=1").await.body;
    assert!(
        page.contains(form) && !page.contains("class=\"problem\""),
        "{page}"
    );
    let page = operator.get("/addresses/203.0.113.9").await.body;
    assert!(page.contains("/addresses/203.0.113.0/24?ban=1"), "{page}");
    for (browser, path, why) in [
        (&viewer, "203.0.113.0/24", "Your role does not allow bans."),
        (&operator, "127.0.0.1", "It cannot be banned: "),
    ] {
        let page = browser.get(&format!("/addresses/{path}?ban=1")).await.body;
        assert!(page.contains(why) && !page.contains(form), "{page}");
        // Nor the network round it.
        let page = browser.get(&format!("/addresses/{path}")).await.body;
        assert!(!page.contains(why) && !page.contains("?ban=1"), "{page}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_34_what_an_attacker_sent_is_text(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let (node, _) = console.enrolled("fs-1").await;
    let trick = "<script>alert(1)</script>\"'>";
    sqlx::query(
        "select make_week('attacks', (date_trunc('week', now(), 'UTC') at time zone 'UTC')::date)",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into attacks (node_id, generation, \"offset\", at, source, kind, extension, number,
                              raw, agent, rule)
         values ($1, 1, 0, now(), '198.51.100.7', 'other', $2, $2, $2, $2, $2)",
    )
    .bind(node.0)
    .bind(trick)
    .execute(&pool)
    .await
    .unwrap();
    let browser = console.signed_in(Role::Admin).await;
    let page = browser.get("/addresses/198.51.100.7").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("&lt;script&gt;alert(1)"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("<script>alert(1)"));
    assert!(!page.body.contains("\"'>"));
}
