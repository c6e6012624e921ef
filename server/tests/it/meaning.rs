//! What the console finds out about a line when it is stored.

use std::fs;

use backend::attacks;
use backend::geo::Geo;
use domain::attack::Kind;
use domain::attack::facet::Facet;
use domain::attack::window::{Span, Window};
use domain::config::{Found, KindReport};
use domain::cti::{CallRules, FormText};
use domain::geo::{ATTRIBUTION, Asn};
use domain::role::Role;
use domain::wire::{AttackEvent, ConfigReport, Report};
use reqwest::StatusCode;
use sqlx::PgPool;
use tempfile::TempDir;

use crate::support::{NOW, TestConsole, TestWorker, WebConsole, attack, ban_list, chunk, net};

/// Made-up countries and networks of documentation addresses.
fn places() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put(
        "asn-country-ipv4.csv",
        "192.0.2.0,192.0.2.255,XA\n198.51.100.0,198.51.100.255,XB\n",
    );
    put("asn-country-ipv6.csv", "2001:db8::,2001:db8::ffff,XC\n");
    put(
        "asn-ipv4.csv",
        "192.0.2.0,192.0.2.255,64500,\"Made-up, Inc.\"\n",
    );
    folder
}

async fn console(pool: &PgPool, folder: &TempDir) -> TestConsole {
    let geo = Geo::in_folder(Some(folder.path().to_owned()));
    let console = TestConsole::with(pool, |backend| backend.with_geo(geo)).await;
    let backend = &console.backend;
    backend.geo().look(&backend.clock).await;
    assert_eq!(backend.geo().state().problem, None);
    console
}

fn line(offset: i64, source: &str, number: Option<&str>, agent: Option<&str>) -> AttackEvent {
    AttackEvent {
        kind: Kind::NumberRefused,
        number: number.map(str::to_owned),
        agent: agent.map(str::to_owned),
        ..attack(offset, source)
    }
}

async fn send(worker: &TestWorker, start: i64, lines: Vec<AttackEvent>) {
    let end = start + i64::try_from(lines.len()).unwrap() * 10;
    let report = Report {
        chunks: vec![chunk(1, start, end, lines)],
        ..Report::default()
    };
    worker.report(&report).await;
}

type Row = (
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// Country, network, agent, prefix and rule of each line of a node.
async fn stored(console: &TestConsole, worker: &TestWorker) -> Vec<Row> {
    let sql = r#"select country, asn, agent, prefix, rule from attacks
                 where node_id = $1 order by "offset""#;
    sqlx::query_as(sql)
        .bind(worker.node.0)
        .fetch_all(&console.backend.pool)
        .await
        .unwrap()
}

fn row(country: &str, asn: i64, agent: &str, prefix: &str, rule: &str) -> Row {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let asn = (asn != 0).then_some(asn);
    (text(country), asn, text(agent), text(prefix), text(rule))
}

/// What a worker tells that has found these rules.
pub fn rules(max_len: &str, deny: &str, allow: &str) -> ConfigReport {
    let form = FormText {
        max_len: max_len.into(),
        deny: deny.into(),
        allow: allow.into(),
        ..FormText::from(&CallRules::default())
    };
    let found = Found {
        content: Some(form.parse().unwrap()),
        running: None,
        problem: None,
        files: Vec::new(),
    };
    ConfigReport {
        call_rules: Some(KindReport {
            answer: None,
            found: Some(found),
        }),
        ..ConfigReport::default()
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_line_has_country_network_agent_prefix_and_rule(pool: PgPool) {
    let folder = places();
    let console = console(&pool, &folder).await;
    let worker = console.node("fs-1").await;
    worker.tell(rules("12", "00", "")).await;
    let agent = Some("friendly-scanner");
    let lines = vec![
        line(0, "192.0.2.7", Some("00972592277524"), agent),
        line(10, "::ffff:192.0.2.7", Some("0097259227"), agent),
        line(20, "198.51.100.7", Some("+97259227"), None),
        line(30, "2001:db8::7", Some("9011972592277524"), Some("")),
        AttackEvent {
            user: Some(String::new()),
            ..line(40, "203.0.113.7", None, agent)
        },
        line(50, "10.0.0.7", Some("'; drop table attacks --"), None),
    ];
    send(&worker, 0, lines).await;
    let expected = [
        row("XA", 64_500, "friendly-scanner", "00", "longer than 12"),
        row("XA", 64_500, "friendly-scanner", "00", "deny 00"),
        row("XB", 0, "", "+", ""),
        row("XC", 0, "", "9011", "longer than 12"),
        row("", 0, "friendly-scanner", "", ""),
        row("", 0, "", "?", "longer than 12"),
    ];
    assert_eq!(stored(&console, &worker).await, expected);

    // What is stored is what is counted.
    let backend = &console.backend;
    let window = Window::last(Span::Hour, NOW);
    for (facet, expected) in [
        (Facet::Country, vec![("XA", 2), ("XB", 1), ("XC", 1)]),
        (Facet::Network, vec![("64500", 2)]),
        (Facet::Extension, vec![("1001", 5)]),
        (
            Facet::Prefix,
            vec![("00", 2), ("+", 1), ("9011", 1), ("?", 1)],
        ),
    ] {
        let tops = attacks::tops(backend, &[facet], None, window, 10).await;
        let tops = tops.unwrap().remove(0);
        let rows = tops.rows.iter().map(|top| (&*top.key, top.events));
        assert_eq!(rows.collect::<Vec<_>>(), expected, "{facet:?}");
    }
    let places = backend.geo().places();
    assert_eq!(places.network_name(Asn(64_500)), Some("Made-up, Inc."));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_rules_in_force_on_the_node_judge_its_lines(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let call = |offset| vec![line(offset, "192.0.2.7", Some("0049"), None)];
    let told = async |worker: &TestWorker| {
        let rows = stored(&console, worker).await;
        let rules = rows.into_iter().map(|row| row.4);
        rules.collect::<Vec<_>>()
    };
    // Nothing is known yet.
    send(&one, 0, call(0)).await;
    one.tell(rules("12", "00", "")).await;
    send(&one, 10, call(10)).await;
    two.tell(rules("3", "00", "")).await;
    send(&two, 0, call(0)).await;
    // Edited there: from the next line on, and not for those before.
    one.tell(rules("12", "1", "44")).await;
    send(&one, 20, call(20)).await;
    // What is in force counts, not what the file says.
    let mut running = rules("12", "", "");
    if let Some(found) = running
        .call_rules
        .as_mut()
        .and_then(|kind| kind.found.as_mut())
    {
        let denies = rules("12", "004", "")
            .call_rules
            .and_then(|kind| kind.found);
        found.running = denies.and_then(|found| found.content);
    }
    one.tell(running).await;
    send(&one, 30, call(30)).await;
    one.tell(rules("12", "", "")).await;
    send(&one, 40, call(40)).await;
    let expected = [
        None,
        Some("deny 00"),
        Some("not allowed"),
        Some("deny 004"),
        None,
    ];
    assert_eq!(
        told(&one).await,
        expected.map(|rule| rule.map(str::to_owned))
    );
    assert_eq!(told(&two).await, [Some("longer than 3".to_owned())]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_3_agents_and_numbers_are_stored_harmless(pool: PgPool) {
    let folder = places();
    let console = console(&pool, &folder).await;
    let worker = console.node("fs-1").await;
    worker.tell(rules("12", "00", "")).await;
    let evil = "\0\u{1b}[31m\u{202e}<script>ip[198.51.100.9]\n".repeat(400);
    let lines = vec![
        line(0, "192.0.2.7", Some(&evil), Some(&evil)),
        line(10, "192.0.2.7", Some("00\0\u{1b}"), Some("x\0")),
    ];
    send(&worker, 0, lines).await;
    let rows = stored(&console, &worker).await;
    let agent = rows[0].2.as_deref().unwrap();
    assert!(agent.len() <= 4 * 1_024 && domain::inert::is_inert(agent));
    assert_eq!(
        (rows[0].3.as_deref(), rows[0].4.as_deref()),
        (Some("?"), Some("longer than 12"))
    );
    assert_eq!(rows[1].2.as_deref(), Some("x\\x00"));
    assert_eq!(
        (rows[1].3.as_deref(), rows[1].4.as_deref()),
        (Some("00"), Some("deny 00"))
    );
}

/// A worker of before: its lines have no agent.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_old_workers_lines_are_taken(pool: PgPool) {
    let folder = places();
    let console = console(&pool, &folder).await;
    let worker = console.node("fs-1").await;
    let mut report = serde_json::to_value(Report {
        chunks: vec![chunk(1, 0, 10, vec![attack(0, "192.0.2.7")])],
        ..Report::default()
    })
    .unwrap();
    let event = &mut report["chunks"][0]["attacks"][0];
    assert!(event.as_object_mut().unwrap().remove("agent").is_some());
    let sent = worker.send_bytes(report.to_string().into_bytes()).await;
    assert_eq!(sent, StatusCode::OK);
    assert_eq!(
        stored(&console, &worker).await,
        [row("XA", 64_500, "", "", "")]
    );
}

/// The list of bans, and the foot that the licences of the data ask for.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn pages_say_where_an_address_belongs_and_who_says_so(pool: PgPool) {
    let folder = places();
    let console = console(&pool, &folder).await;
    let worker = console.node("fs-1").await;
    let banned = [
        "192.0.2.7",
        "192.0.0.0/16",
        "198.51.100.0/24",
        "203.0.113.7",
    ];
    worker.report(&ban_list(&banned)).await;
    let rows = console.bans().await.rows;
    let place = |text: &str| {
        let row = rows.iter().find(|row| row.network == net(text)).unwrap();
        let country = row.place.country.map(|country| country.to_string());
        (country, row.announced_by.clone())
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(place("192.0.2.7"), (text("XA"), text("Made-up, Inc.")));
    assert_eq!(place("198.51.100.0/24"), (text("XB"), None));
    for unknown in ["192.0.0.0/16", "203.0.113.7"] {
        assert_eq!(place(unknown), (None, None), "{unknown}");
    }

    let with = |folder: Option<&TempDir>| {
        let folder = folder.map(|folder| folder.path().to_owned());
        WebConsole::start_with(&pool, move |settings| settings.geo.folder = folder)
    };
    let web = with(Some(&folder)).await;
    let page = web.signed_in(Role::Viewer).await.get("/bans").await.body;
    assert!(page.contains("XA · AS64500 Made-up, Inc."), "{page}");
    for (text, href) in ATTRIBUTION {
        assert!(page.contains(&format!("href=\"{href}\"")) && page.contains(text));
    }
    // Nothing of it is shown, so nobody is named.
    let web = with(None).await;
    let browser = web.browser();
    browser.sign_in(Role::Viewer.as_str()).await;
    let page = browser.get("/bans").await.body;
    assert!(page.contains("192.0.2.7") && !page.contains("AS64500"));
    assert!(ATTRIBUTION.iter().all(|(_, href)| !page.contains(href)));
}
