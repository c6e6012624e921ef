//! Whom the audit log names as the address.

use domain::role::Role;
use sqlx::PgPool;

use crate::support::WebConsole;

async fn failed_from(console: &WebConsole, forwarded: &str) -> String {
    let browser = console.browser();
    let request = browser
        .request("POST", "/api/ui/sign_in")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", forwarded)
        .body("name=ann&password=wrong+password&next=");
    browser.send(request).await;
    let rows = backend::audit::list(&console.backend, None, 1)
        .await
        .unwrap();
    assert_eq!(rows[0].action, "sign-in failed");
    rows[0].address.unwrap().to_string()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn forwarded_for_is_believed_from_our_proxies_only(pool: PgPool) {
    let direct = WebConsole::start(&pool).await;
    direct.add_user("ann", Role::Viewer).await;
    assert_eq!(failed_from(&direct, "203.0.113.77").await, "127.0.0.1");
    let proxied = WebConsole::start_with(&pool, |settings| {
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    assert_eq!(
        failed_from(&proxied, "10.1.1.1, 203.0.113.77").await,
        "203.0.113.77"
    );
}
