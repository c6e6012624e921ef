//! What attackers wrote, in list, charts and file.

use domain::attack::Kind;
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;

use crate::support::{WebConsole, attack, chunk};

/// Texts that are something else to a browser, a spreadsheet or a terminal.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "javascript:alert(1)",
    "{{7*7}}${7*7}",
];

fn hostile_lines() -> Vec<AttackEvent> {
    let lines = HOSTILE.iter().zip(0_i64..).map(|(text, n)| AttackEvent {
        kind: Kind::ALL[usize::try_from(n).unwrap() % 6],
        user: Some((*text).to_owned()),
        number: Some((*text).to_owned()),
        raw: format!("ip[198.51.100.7] user[{text}] number[{text}] {text}"),
        ..attack(n * 100, "198.51.100.7")
    });
    lines.collect()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_34_payloads_are_inert_in_list_charts_and_file(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let node = console.enrolled("fs-1").await.0;
    let now = console.backend.clock.now();
    let mut lines = hostile_lines();
    for line in &mut lines {
        line.at = Some((now.unix_timestamp() - 60) * 1_000_000);
    }
    let report = Report {
        chunks: vec![chunk(1, 0, 10_000, lines)],
        ..Report::default()
    };
    let peer = "192.0.2.10".parse().unwrap();
    backend::ingest::accept(&console.backend, node, peer, report)
        .await
        .unwrap();
    let browser = console.signed_in(Role::Viewer).await;
    let first = browser.get("/attacks").await;
    let open = first
        .body
        .split("open=")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a line to open");
    let opened = format!("/attacks?open={open}");
    let searched = HOSTILE.map(|text| {
        let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let text = bytes.concat();
        format!("/attacks?search={text}&extension={text}&prefix={text}&country={text}&from={text}&window={text}")
    });
    let pages = ["/", "/?window=1h", "/attacks", &opened];
    for page in pages.into_iter().chain(searched.iter().map(String::as_str)) {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        for tag in [
            "<script>alert",
            "<img src=x",
            "<svg onload",
            "href=\"javascript",
        ] {
            assert!(!answer.body.contains(tag), "{tag} in {page}");
        }
    }
    assert!(first.body.contains("&lt;script&gt;alert(1)"), "it is shown");
    assert!(
        browser.get("/").await.body.contains("&lt;img src=x"),
        "it is shown"
    );

    let file = browser.get("/attacks.csv").await;
    assert_eq!(
        file.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), HOSTILE.len());
    for row in &rows {
        for cell in row {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell}"
            );
        }
    }
    let shown = |text: &str| {
        rows.iter()
            .any(|row| row[7].trim_start_matches('\'') == text)
    };
    for text in HOSTILE {
        assert!(shown(text.trim_start_matches('\'')), "{text}");
    }
}
