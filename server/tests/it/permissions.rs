//! Who may call what: a row for every server function, and none without.

use std::collections::BTreeSet;

use domain::role::Role;
use leptos::server_fn::axum::server_fn_paths;
use sqlx::PgPool;

use crate::support::{Answer, Browser, PASSWORD, WebConsole};

/// Endpoint, the least role (`None`: anybody), a form that it understands.
const ROWS: [(&str, Option<Role>, &str); 14] = [
    ("setup", None, "token=x&name=x&password=x"),
    ("sign_in", None, "name=x&password=x&next="),
    ("set_language", None, "language=en"),
    ("set_theme", None, "theme=dark"),
    ("sign_out", Some(Role::Viewer), ""),
    (
        "ban",
        Some(Role::Operator),
        "network=198.51.100.7&reason=x&scope=all",
    ),
    ("unban", Some(Role::Operator), "networks[0]=198.51.100.7"),
    (
        "whitelist_add",
        Some(Role::Operator),
        "network=198.51.100.8&note=x&expiry=hours8&scope=all",
    ),
    ("whitelist_remove", Some(Role::Operator), "id=1"),
    ("node_add", Some(Role::Admin), "name=n1"),
    ("node_code", Some(Role::Admin), "id=1"),
    ("node_revoke", Some(Role::Admin), "id=1&name=n1"),
    ("node_install_jail", Some(Role::Admin), "id=1"),
    ("node_remove", Some(Role::Admin), "id=1&name=n1"),
];

async fn call(browser: &Browser, endpoint: &str, form: &'static str) -> Answer {
    let request = browser
        .request("POST", &format!("/api/ui/{endpoint}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    browser.send(request).await
}

async fn audit_rows(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from audit")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[test]
fn every_server_function_has_its_row() {
    let there: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    let rows: Vec<String> = ROWS
        .iter()
        .map(|(name, ..)| format!("/api/ui/{name}"))
        .collect();
    assert_eq!(there, rows.iter().map(String::as_str).collect());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn nobody_does_more_than_their_role(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let mut browsers = vec![(None, console.browser())];
    for role in [Role::Viewer, Role::Operator, Role::Admin] {
        browsers.push((Some(role), console.signed_in(role).await));
    }
    for (endpoint, least, form) in ROWS {
        for (role, browser) in &browsers {
            let before = audit_rows(&pool).await;
            let answer = call(browser, endpoint, form).await;
            let said = (answer.status, answer.location());
            if least.is_some() && role.is_none() {
                assert_eq!(said, (303, "/sign-in"), "{endpoint} by nobody");
            } else if *role < least {
                assert_eq!(
                    answer.status, 403,
                    "{endpoint} by {role:?}: {}",
                    answer.body
                );
            } else {
                assert!(
                    ![303, 403, 404].contains(&answer.status),
                    "{endpoint} by {role:?}"
                );
                if endpoint == "sign_out" {
                    let name = role.expect("somebody").as_str();
                    assert!(browser.try_sign_in(name, PASSWORD).await.location() == "/");
                }
                continue;
            }
            assert_eq!(audit_rows(&pool).await, before, "{endpoint} by {role:?}");
        }
    }
    for (role, browser) in &browsers {
        let expected = match role {
            None => 303,
            Some(Role::Viewer | Role::Operator) => 403,
            Some(Role::Admin) => 200,
        };
        assert_eq!(
            browser.get("/audit").await.status,
            expected,
            "audit log by {role:?}"
        );
    }
}
