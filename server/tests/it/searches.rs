//! Hostile 38: what is no search and no order, wherever one can be asked for.

use std::time::{Duration, Instant};

use domain::role::Role;
use sqlx::PgPool;

use crate::attack_list::{COUNTS, fill, two_nodes};
use crate::support::{WebConsole, held, whole_list};

/// Lines of the log, and as many bans as a page has several times over.
const LINES: i32 = 50_000;
const BANS: i64 = 300;
/// Far longer than any of these pages takes, in a debug build on a busy machine.
const PAGE: Duration = Duration::from_secs(5);

/// SQL, LIKE, regular expressions, full-text search, formats, and what is long.
fn tricks() -> Vec<String> {
    let short = [
        "' or 1=1 --",
        "\" or \"\"=\"",
        "'; select pg_sleep(5); --",
        "1; drop table attacks; --",
        "at desc, (select pg_sleep(5))",
        "' union select password_hash from users --",
        "%",
        "%%",
        "_",
        "____",
        "\\",
        "\\%",
        "*",
        ".*",
        "(a+)+$",
        "[",
        "(?i)x",
        "a & b | !c:*",
        "$1",
        "{0}",
        "E'\\x00'",
        "\0",
        "\u{202e}",
        "-1",
        "99999999999999999999",
        "NaN",
        "0.0.0.0/0",
        "::/0",
        "1_2_3_4",
    ];
    let long = [
        "%_".repeat(1_000),
        "a".repeat(3_000),
        "(".repeat(2_000),
        "1.".repeat(1_000),
    ];
    short.map(str::to_owned).into_iter().chain(long).collect()
}

/// Wherever a text of the URL becomes a part of a question.
fn pages(text: &str) -> Vec<String> {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let path = text.replace('+', "%20");
    let all = [
        "/attacks?search={}",
        "/attacks?kind={}&node={}&country={}&asn={}&extension={}&prefix={}&sort={}&order={}",
        "/attacks?after={}",
        "/attacks?open={}&paused={}",
        "/attacks?window={}&from={}&to={}",
        "/attacks.csv?search={}",
        "/bans?search={}",
        "/bans?sort={}&order={}&state={}&node={}",
        "/bans?after={}",
        "/bans?sort=network&before={}",
        "/bans?open={}",
        "/bans/history?search={}",
        "/bans/history?kind={}&node={}&window={}&from={}&to={}",
        "/bans/history?after={}",
        "/search?q={}",
        "/?window={}&node={}&from={}&to={}",
        "/deployments?before={}",
        "/rules?number={}&before={}&from={}&to={}",
        "/acl?list={}&address={}&before={}",
        "/whitelist?network={}",
        "/audit?before={}",
    ];
    let mut all: Vec<String> = all.iter().map(|page| page.replace("{}", &text)).collect();
    all.push(format!(
        "/addresses/{path}?until={text}&window={text}&ban={text}"
    ));
    all.push(format!("/nodes/{path}"));
    all
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_38_no_search_and_no_order_is_a_statement(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let nodes = two_nodes(&console.backend).await;
    fill(&pool, nodes, LINES).await;
    sqlx::query(COUNTS)
        .bind(None::<i64>)
        .execute(&pool)
        .await
        .unwrap();
    let (node, _) = console.enrolled("fs-3").await;
    let bans = (0..BANS).map(|n| held(&format!("198.18.{}.{}", n >> 8, n & 255)));
    let peer = "192.0.2.10".parse().unwrap();
    backend::ingest::accept(&console.backend, node, peer, whole_list(bans.collect()))
        .await
        .unwrap();
    let count = async |table: &str| {
        let sql = format!("select count(*) from {table}");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&pool)
            .await
            .unwrap();
        rows
    };
    let admin = console.signed_in(Role::Admin).await;
    let before = [
        count("attacks").await,
        count("banned").await,
        count("users").await,
    ];

    let mut slowest = (Duration::ZERO, String::new());
    for text in tricks() {
        for page in pages(&text) {
            let begin = Instant::now();
            let answer = admin.get(&page).await;
            let time = begin.elapsed();
            assert!(answer.status < 500, "{}: {page}", answer.status);
            assert!(time < PAGE, "{time:.1?}: {page}");
            slowest = slowest.max((time, page));
        }
    }
    println!("the slowest: {slowest:?}");
    let after = [
        count("attacks").await,
        count("banned").await,
        count("users").await,
    ];
    assert_eq!(after, before);

    // A wildcard is a character like others, and no condition is always true.
    for text in ["%", "_", "____", "*", ".*", "' or 1=1 --", "\\%"] {
        let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let file = admin.get(&format!("/attacks.csv?search={text}")).await;
        assert_eq!(file.body.lines().count(), 1, "{text}: the head alone");
        let bans = admin.get(&format!("/bans?search={text}")).await;
        assert!(!bans.body.contains("198.18."), "{text}");
    }
    // … and what is searched for is found.
    let bans = admin.get("/bans?search=198.18.1.").await;
    assert!(bans.body.contains("198.18.1.7") && !bans.body.contains("198.18.0.7"));
    let file = admin.get("/attacks.csv?search=x00").await;
    assert!(file.body.lines().count() > 1_000);
}
