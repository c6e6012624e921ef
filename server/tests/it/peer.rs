//! What a proxy in front says and changes: whose address is believed, which name workers are given.

use domain::role::Role;
use sqlx::PgPool;

use crate::support::{PASSWORD, WebConsole};

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

/// A proxy that names the console's own address in `Host`, as nginx does unless told otherwise.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn workers_are_sent_to_the_public_url(pool: PgPool) {
    let public = "https://console.example.org";
    let console = WebConsole::start_with(&pool, |settings| {
        settings.http.public_url = Some(public.into());
    })
    .await;
    console.add_user("ann", Role::Admin).await;
    let browser = console.browser();
    let post = async |function: &str, body: &str| {
        let request = browser
            .request("POST", &format!("/api/ui/{function}"))
            .header("origin", public)
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned());
        browser.send(request).await
    };
    let form = format!("name=ann&password={}&next=", PASSWORD.replace(' ', "+"));
    post("sign_in", &form).await;
    let added = post("node_add", "name=fs-1").await;
    assert_eq!(added.location(), "/nodes/fs-1", "{}", added.body);
    let page = browser.get("/nodes/fs-1").await.body;
    let command = format!("callwarden-worker enrol --console {public} --code ");
    assert!(page.contains(&command), "{page}");
}
