//! Attack lines as a file.

use std::time::Duration;

use domain::role::Role;
use reqwest::header::ACCEPT_LANGUAGE;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use crate::attack_list::{COUNTS, fill, two_nodes};
use crate::support::WebConsole;

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_export_has_every_line_that_the_list_has(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    fill(&pool, nodes, 5_000).await;
    sqlx::query(COUNTS)
        .bind(None::<i64>)
        .execute(&pool)
        .await
        .unwrap();
    let browser = console.signed_in(Role::Viewer).await;
    for (question, sql) in [
        ("", "select raw from attacks"),
        (
            "?country=NL&kind=scan",
            "select raw from attacks where country = 'NL' and kind = 'scan'",
        ),
        (
            "?search=198.51.100.0/24",
            "select raw from attacks where source <<= '198.51.100.0/24'",
        ),
    ] {
        let file = browser.get(&format!("/attacks.csv{question}")).await;
        let mut reader = csv::Reader::from_reader(file.body.as_bytes());
        let mut lines: Vec<String> = reader
            .records()
            .map(|row| row.unwrap()[11].to_owned())
            .collect();
        let mut expected: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        lines.sort();
        expected.sort();
        assert!(
            !lines.is_empty() && lines == expected,
            "{question}: {}",
            lines.len()
        );
    }
}

/// More than the buffers of a connection hold.
async fn many_long_lines(pool: &PgPool, console: &WebConsole) {
    fill(pool, two_nodes(&console.backend).await, 5_000).await;
    sqlx::query("update attacks set raw = repeat('x', 4000)")
        .execute(pool)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn two_files_at_once_and_the_next_hears_when_to_come_back(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    many_long_lines(&pool, &console).await;
    let browser = console.signed_in(Role::Viewer).await;
    let ask = |language: &str| {
        let request = browser.request("GET", "/attacks.csv");
        request.header(ACCEPT_LANGUAGE, language)
    };
    let mut first = ask("en").send().await.unwrap();
    let second = ask("en").send().await.unwrap();
    assert_eq!(
        (first.status(), second.status()),
        (200.try_into().unwrap(), 200.try_into().unwrap())
    );
    for (language, words) in [
        ("en", "Too many files are being sent"),
        ("zh-CN", "导出任务过多"),
    ] {
        let third = browser.send(ask(language)).await;
        assert_eq!(third.status, 503);
        assert_eq!(third.headers["retry-after"], "10");
        assert_eq!(third.headers["content-type"], "text/html; charset=utf-8");
        let lang = format!("<html lang=\"{language}\">");
        assert!(
            third.body.contains(words) && third.body.contains(&lang),
            "{}",
            third.body
        );
    }
    // The list goes on meanwhile; and what was begun gets whole.
    assert_eq!(browser.get("/attacks").await.status, 200);
    let mut bytes = 0;
    while let Some(part) = first.chunk().await.unwrap() {
        bytes += part.len();
    }
    assert!(bytes > 5_000 * 4_000, "{bytes}");
    // Who goes away leaves the place, too.
    drop(second);
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut held = Vec::new();
    while held.len() < 2 {
        assert!(Instant::now() < deadline);
        let answer = ask("en").send().await.unwrap();
        if answer.status() == 200 {
            held.push(answer);
        } else {
            sleep(Duration::from_millis(50)).await;
        }
    }
}
