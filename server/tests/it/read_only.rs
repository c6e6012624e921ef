//! Postgres answers but takes no changes, as after a failover to a standby.

use std::time::{Duration, Instant};

use backend::whitelist;
use domain::role::Role;
use domain::wire::Report;
use sqlx::{Connection, PgConnection, PgPool};

use crate::support::{Browser, PASSWORD, WebConsole, attack, ban_list, chunk, cut, until};

/// Said at once, on a busy machine; waiting for connections that were cut would take half a minute.
const LIMIT: Duration = Duration::from_secs(15);

/// Sets the database to take changes or not, and cuts every connection, as a failover does.
async fn read_only(pool: &PgPool, on: bool) {
    let mut conn = PgConnection::connect_with(&pool.connect_options())
        .await
        .unwrap();
    let set = format!(
        "do $$ begin execute format(
             'alter database %I set default_transaction_read_only = {on}', current_database()
         ); end $$"
    );
    // Each in a transaction of its own: the first one lets the second one write.
    for sql in ["set default_transaction_read_only = off", &set] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(&mut conn)
            .await
            .unwrap();
    }
    cut(&mut conn).await;
    conn.close().await.unwrap();
}

/// All that could have been saved.
async fn rows(pool: &PgPool) -> [i64; 7] {
    let mut counts = [0; 7];
    let tables = [
        "audit",
        "orders",
        "whitelist",
        "nodes",
        "sessions",
        "attacks",
        "sign_in_failures",
    ];
    for (count, table) in counts.iter_mut().zip(tables) {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        *count = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
    }
    counts
}

async fn refused(browser: &Browser, function: &str, fields: &[(&str, &str)]) {
    let asked = Instant::now();
    let answer = browser.post_from("/bans", "en", function, fields).await;
    assert!(asked.elapsed() < LIMIT, "{function}: {:?}", asked.elapsed());
    assert_eq!((answer.status, answer.location()), (503, ""), "{function}");
    // The part that a page with JavaScript puts in place of its own.
    let main = "<main id=\"main\">";
    for text in [
        main,
        "takes no changes",
        "Nothing was saved",
        "处于只读状态",
    ] {
        assert!(answer.body.contains(text), "{function}: {}", answer.body);
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_39_a_read_only_database_is_said_and_nothing_is_saved(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Admin).await;
    let (node, token) = console.enrolled("fs-1").await;
    let report = async |report: &Report| {
        let request = browser
            .request("POST", "/api/node/v1/reports")
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .body(serde_json::to_vec(report).unwrap());
        browser.send(request).await.status
    };
    let lines = |generation| Report {
        chunks: vec![chunk(generation, 0, 90, vec![attack(0, "198.51.100.9")])],
        ..Report::default()
    };
    assert_eq!(report(&ban_list(&["198.51.100.7"])).await, 200);
    assert_eq!(report(&lines(1)).await, 200);
    // A message waits for its page: reading it would change the session.
    browser.post_from("/bans", "en", "unban", &[]).await;
    let waiting = browser.copy(&console.url);
    let mut events = browser.events(None).await;
    assert_eq!(events.next().await.unwrap().name, "hello");

    let before = rows(&pool).await;
    read_only(&pool, true).await;
    let start = Instant::now();
    events.topic("bans").await;
    assert!(
        start.elapsed() < LIMIT,
        "an open page: {:?}",
        start.elapsed()
    );
    assert_eq!(waiting.get("/bans").await.status, 200);
    for (language, said) in [
        ("en", "The database takes no changes now"),
        ("zh-CN", "数据库当前为只读"),
    ] {
        for path in [
            "/",
            "/bans",
            "/whitelist",
            "/nodes",
            "/nodes/fs-1",
            "/audit",
        ] {
            let asked = Instant::now();
            let request = browser
                .request("GET", path)
                .header("accept-language", language)
                .header("x-refresh", "1");
            let page = browser.send(request).await;
            assert!(asked.elapsed() < LIMIT, "{path}: {:?}", asked.elapsed());
            assert_eq!(page.status, 200, "{path}");
            assert!(page.body.contains(said), "{path}: {}", page.body);
        }
    }
    let node = node.0.to_string();
    for (function, fields) in [
        ("ban", vec![("network", "203.0.113.7"), ("scope", "all")]),
        ("unban", vec![("networks[]", "198.51.100.7")]),
        (
            "whitelist_add",
            vec![("network", "203.0.113.8"), ("expiry", "8h")],
        ),
        ("node_add", vec![("name", "fs-2")]),
        ("node_code", vec![("id", &node)]),
        ("node_revoke", vec![("id", &node), ("name", "fs-1")]),
        ("node_install_jail", vec![("id", &node)]),
        ("node_remove", vec![("id", &node), ("name", "fs-1")]),
        ("sign_out", vec![]),
    ] {
        refused(&browser, function, &fields).await;
    }
    for password in [PASSWORD, "wrong password"] {
        let stranger = console.browser();
        let fields = [("name", "admin"), ("password", password), ("next", "")];
        refused(&stranger, "sign_in", &fields).await;
        assert_eq!(stranger.cookie(), None);
    }
    assert_eq!(report(&lines(2)).await, 503);
    assert_eq!(rows(&pool).await, before);

    read_only(&pool, false).await;
    until("reports to be taken", || async {
        (report(&lines(2)).await == 200).then_some(())
    })
    .await;
    assert_eq!(report(&lines(2)).await, 200);
    let attacks: i64 = sqlx::query_scalar("select count(*) from attacks")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(attacks, 2, "each line once");
    events.topic("attacks").await;
    assert!(browser.is_signed_in().await, "the session outlived it");
    let page = browser.get("/bans").await;
    assert!(
        page.status == 200 && !page.body.contains("takes no changes"),
        "{}",
        page.body
    );
    browser
        .post("/api/ui/whitelist_add", &[("network", "203.0.113.8")])
        .await;
    assert_eq!(whitelist::list(&console.backend).await.unwrap().len(), 1);
    console.browser().sign_in("admin").await;
}
