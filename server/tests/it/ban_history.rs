//! The history of bans against what workers reported.

use std::collections::BTreeSet;

use backend::bans::{self, BanEventRow, HistoryQuery, HistoryRow};
use backend::{Backend, Error};
use domain::ban::BanEventKind;
use domain::ids::NodeId;
use domain::role::Role;
use domain::wire::{BanEvent, Report};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::{NOW, TestConsole, WebConsole, ban_event, log_of_bans, net};

/// Lines of one node's log, each of so many bytes.
const LINES: i64 = 150;
const BYTES: i64 = 80;
const NETWORKS: [&str; 5] = [
    "198.51.100.7",
    "198.51.100.8",
    "198.51.100.0/24",
    "203.0.113.5",
    "2001:db8::5",
];
const KINDS: [BanEventKind; 4] = [
    BanEventKind::Ban,
    BanEventKind::Unban,
    BanEventKind::Restore,
    BanEventKind::Other,
];
/// What is searched for, and the network that it means.
const SEARCHES: [(&str, Option<&str>); 8] = [
    ("", None),
    ("198.51.100.7", Some("198.51.100.7")),
    (" 198.51.100.8/24 ", Some("198.51.100.0/24")),
    ("198.51.", Some("198.51.0.0/16")),
    ("0.0.0.0/0", Some("0.0.0.0/0")),
    ("2001:DB8::/32", Some("2001:db8::/32")),
    ("203.0.113.5", Some("203.0.113.5")),
    ("192.0.2.1", Some("192.0.2.1")),
];

/// Of two weeks, each a partition; many share their time, on one node and on both.
fn lines(random: &mut StdRng) -> Vec<BanEvent> {
    let line = |n| {
        let days: i64 = random.random_range(0..14);
        BanEvent {
            kind: KINDS[random.random_range(0..KINDS.len())],
            network: net(NETWORKS[random.random_range(0..NETWORKS.len())]),
            ..ban_event(
                n * BYTES,
                "192.0.2.1",
                (NOW - Duration::days(days)).unix_timestamp(),
            )
        }
    };
    (0..LINES).map(line).collect()
}

fn random_query(random: &mut StdRng, nodes: &[NodeId]) -> HistoryQuery {
    let node = nodes[random.random_range(0..nodes.len())];
    let kind = BanEventKind::KNOWN[random.random_range(0..3)];
    let mut hours = || NOW - Duration::hours(random.random_range(0..340));
    let (from, to) = (hours(), hours());
    HistoryQuery {
        node: random.random_bool(0.3).then_some(node),
        kind: random.random_bool(0.4).then_some(kind),
        search: SEARCHES[random.random_range(0..SEARCHES.len())]
            .0
            .to_owned(),
        from: random.random_bool(0.3).then_some(from),
        to: random.random_bool(0.3).then_some(to),
        after: None,
        limit: random.random_range(1..40),
    }
}

/// The same question, asked of every event.
fn is_asked(node: NodeId, event: &BanEventRow, query: &HistoryQuery) -> bool {
    let search = SEARCHES.iter().find(|(text, _)| *text == query.search);
    let meant = search.and_then(|(_, network)| *network).map(net);
    meant.is_none_or(|meant| meant.overlaps(event.network))
        && query.node.is_none_or(|asked| asked == node)
        && query.kind.is_none_or(|kind| kind == event.kind)
        && query.from.is_none_or(|from| event.at >= from)
        && query.to.is_none_or(|to| event.at < to)
}

/// Every page from the first to the last.
async fn walk(backend: &Backend, query: &HistoryQuery) -> Vec<HistoryRow> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    loop {
        let page = bans::history(backend, &query).await.unwrap();
        assert!(i64::try_from(page.rows.len()).unwrap() <= query.limit);
        assert_eq!(page.reached, None, "{query:?}");
        rows.extend(page.rows);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return rows,
        }
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn every_filter_finds_what_was_reported_each_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let mut random = StdRng::seed_from_u64(44);
    let mut all = Vec::new();
    let mut nodes = Vec::new();
    for name in ["fs-1", "fs-2"] {
        let worker = console.node(name).await;
        let lines = lines(&mut random);
        for line in &lines {
            let event = BanEventRow {
                node_name: name.to_owned(),
                at: OffsetDateTime::from_unix_timestamp(line.at / 1_000).unwrap(),
                kind: line.kind,
                network: line.network,
            };
            let place = format!("{}_{}_1_{}", line.at * 1_000, worker.node, line.offset);
            let key = (line.at, worker.node.0, line.offset);
            all.push((key, worker.node, HistoryRow { place, event }));
        }
        worker.report(&log_of_bans(0, LINES * BYTES, lines)).await;
        nodes.push(worker.node);
    }
    all.sort_by_key(|(key, ..)| std::cmp::Reverse(*key));
    let everything = HistoryQuery {
        limit: 7,
        ..HistoryQuery::default()
    };
    let queries = (0..100).map(|_| random_query(&mut random, &nodes));
    let mut hits = 0;
    for query in std::iter::once(everything).chain(queries) {
        let expected: Vec<&HistoryRow> = all
            .iter()
            .filter(|(_, node, row)| is_asked(*node, &row.event, &query))
            .map(|(.., row)| row)
            .collect();
        let found = walk(&console.backend, &query).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
        hits += found.len();
    }
    assert!(hits > 1_500, "{hits}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_page_looks_at_a_bounded_number_of_events(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let quiet = console.node("fs-2").await.node;
    let two_days_ago = (NOW - Duration::days(2)).unix_timestamp();
    let rare = BanEvent {
        kind: BanEventKind::Restore,
        ..ban_event(0, "203.0.113.5", two_days_ago)
    };
    worker.report(&log_of_bans(0, BYTES, vec![rare])).await;
    sqlx::query(
        r#"insert into ban_events (node_id, generation, "offset", at, kind, network)
           select $1, 2, n, $2::timestamptz - n * interval '1 second', 'ban', '198.51.100.7'::cidr
           from generate_series(1, 150000) n"#,
    )
    .bind(worker.node.0)
    .bind(NOW)
    .execute(&pool)
    .await
    .unwrap();
    let ask = async |query: &HistoryQuery| bans::history(&console.backend, query).await.unwrap();
    let all = HistoryQuery {
        limit: 50,
        ..HistoryQuery::default()
    };
    let restored = HistoryQuery {
        kind: Some(BanEventKind::Restore),
        ..all.clone()
    };
    let of_busy = HistoryQuery {
        search: "198.51.100.7".to_owned(),
        ..restored.clone()
    };
    let of_quiet = HistoryQuery {
        node: Some(quiet),
        ..all.clone()
    };
    for (query, rest) in [(restored, 1), (of_busy, 0), (of_quiet, 0)] {
        let first = ask(&query).await;
        assert_eq!(first.rows, [], "{query:?}");
        let reached = first.reached.expect("it stopped on the way");
        assert!(reached < NOW - Duration::hours(20) && reached > NOW - Duration::hours(40));
        let after = first.next;
        let second = ask(&HistoryQuery { after, ..query }).await;
        assert_eq!((second.rows.len(), second.next), (rest, None));
        assert_eq!(second.reached, None);
    }
    // Its own index leads to an address with few events; many that match fill their page at once.
    for (search, found, more) in [("203.0.113.5", 1, false), ("198.51.100.", 50, true)] {
        let search = search.to_owned();
        let page = ask(&HistoryQuery {
            search,
            ..all.clone()
        })
        .await;
        assert_eq!((page.rows.len(), page.next.is_some()), (found, more));
        assert_eq!(page.reached, None);
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_38_what_is_no_address_is_refused(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let line = ban_event(0, "198.51.100.7", NOW.unix_timestamp());
    worker.report(&log_of_bans(0, BYTES, vec![line])).await;
    let long = "1.".repeat(1_000);
    for search in [
        "nobody",
        "%",
        "_",
        "' or 1=1 --",
        "'; drop table ban_events; --",
        "(a+)+$",
        "\0",
        "\u{202e}",
        "1.2.3.4.5",
        "198.51.100.7/33",
        &long,
    ] {
        let query = HistoryQuery {
            search: search.to_owned(),
            ..HistoryQuery::default()
        };
        let refused = bans::history(&console.backend, &query).await;
        let at_its_field = matches!(
            refused,
            Err(Error::Invalid {
                field: "search",
                ..
            })
        );
        assert!(at_its_field, "{search:?}");
    }
    // A place of another list, or of none, is the beginning; so is any limit at least one row.
    for after in [
        "",
        "x",
        "1_2_3",
        "t1_192.0.2.1",
        "9223372036854775807_1_1_1",
        "' --",
    ] {
        let query = HistoryQuery {
            after: Some(after.to_owned()),
            limit: i64::MIN,
            ..HistoryQuery::default()
        };
        let page = bans::history(&console.backend, &query).await.unwrap();
        assert_eq!(page.rows.len(), 1, "{after}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_no_filter_is_said_at_its_field(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let page = async |query: &str| {
        let page = browser.get(&format!("/bans/history{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        page.body.replace("<!>", "")
    };
    let wrong = page("?search=%3Cscript%3Ealert(1)&kind=%3Cimg&from=yesterday&to=2026-11-22T10:00");
    let wrong = wrong.await;
    for said in [
        "id=\"filter-search-problem\"",
        "id=\"filter-kind-problem\"",
        "id=\"period-from-problem\"",
        "value=\"yesterday\"",
        "&lt;script&gt;alert(1)",
    ] {
        assert!(wrong.contains(said), "{said}: {wrong}");
    }
    assert!(!wrong.contains("<script>alert"), "{wrong}");
    let none = page("?search=198.51.100.&kind=unban&window=24h").await;
    assert!(!none.contains("-problem\""), "{none}");
    assert!(none.contains("No ban or unban matches") && none.contains("Clear filters"));
    let empty = page("").await;
    assert!(empty.contains("No ban or unban yet") && empty.contains("See the nodes"));
}

/// Stores a report as of that node.
async fn tell(console: &WebConsole, node: NodeId, report: Report) {
    let peer = "192.0.2.10".parse().unwrap();
    let told = backend::ingest::accept(&console.backend, node, peer, report).await;
    told.unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_chart_of_bans_leads_to_its_events(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let node = console.enrolled("fs-1").await.0;
    let minute_ago = console.backend.clock.now().unix_timestamp() - 60;
    let unban = BanEvent {
        kind: BanEventKind::Unban,
        ..ban_event(BYTES, "198.51.100.8", minute_ago)
    };
    let lines = vec![ban_event(0, "198.51.100.7", minute_ago), unban];
    tell(&console, node, log_of_bans(0, 2 * BYTES, lines)).await;
    let browser = console.signed_in(Role::Viewer).await;
    let shows = async |path: &str| {
        let page = browser.get(path).await.body;
        ["7", "8"].map(|last| page.contains(&format!("href=\"/addresses/198.51.100.{last}\"")))
    };
    let dashboard = browser.get(&format!("/?node={node}&window=1h")).await.body;
    for (kind, expected) in [("ban", [true, false]), ("unban", [false, true])] {
        let legend = format!("/bans/history?node={node}&kind={kind}&window=1h");
        let link = format!("href=\"{}\"", legend.replace('&', "&amp;"));
        assert!(dashboard.contains(&link), "{link}: {dashboard}");
        assert_eq!(shows(&legend).await, expected, "{legend}");

        let piece = format!("/bans/history?node={node}&amp;kind={kind}&amp;from=");
        let (_, times) = dashboard.split_once(&piece).expect("a piece of a bar");
        let times = times.split('"').next().unwrap().replace("&amp;", "&");
        let piece = format!("/bans/history?node={node}&kind={kind}&from={times}");
        assert_eq!(shows(&piece).await, expected, "{piece}");
        let bar = format!("/bans/history?node={node}&from={times}");
        assert_eq!(shows(&bar).await, [true, true], "{bar}");
    }
    let bans = browser.get(&format!("/bans?node={node}")).await.body;
    assert!(bans.contains(&format!("href=\"/bans/history?node={node}\"")));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn links_lead_through_events_of_one_moment(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let node = console.enrolled("fs-1").await.0;
    let now = console.backend.clock.now().unix_timestamp();
    let lines = (0..120).map(|n| ban_event(n * BYTES, &format!("198.51.100.{n}"), now - 60));
    let report = log_of_bans(0, 120 * BYTES, lines.collect());
    tell(&console, node, report).await;
    let browser = console.signed_in(Role::Viewer).await;
    let mut seen = BTreeSet::new();
    let mut path = "/bans/history?kind=ban".to_owned();
    for rows in [50, 50, 20] {
        let page = browser.get(&path).await.body;
        let keys: Vec<&str> = page
            .split("data-key=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(keys.len(), rows, "{path}");
        seen.extend(keys.into_iter().map(str::to_owned));
        let older = page.split("&amp;after=").nth(1);
        let older = older.and_then(|rest| rest.split('"').next());
        assert_eq!(older.is_some(), rows == 50, "{path}");
        if let Some(after) = older {
            path = format!("/bans/history?kind=ban&after={after}");
        }
    }
    assert_eq!(seen.len(), 120);
}
