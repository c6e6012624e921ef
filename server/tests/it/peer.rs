//! What a proxy in front says and changes: whose address is believed (by the audit log, the throttle,
//! the never-ban list and "my IP"), which name workers are given.

use domain::role::Role;
use sqlx::PgPool;

use crate::support::{Answer, Browser, PASSWORD, WebConsole};

async fn start(pool: &PgPool, proxies: &[&str]) -> WebConsole {
    WebConsole::start_with(pool, |settings| {
        settings.http.trusted_proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
    })
    .await
}

async fn sign_in(browser: &Browser, forwarded: &str, name: &str, password: &str) -> Answer {
    let fields = [("name", name), ("password", password), ("next", "")];
    let form = browser.form("/api/ui/sign_in", &fields);
    browser
        .send(form.header("x-forwarded-for", forwarded))
        .await
}

/// The address in the newest row of the audit log.
async fn audited(console: &WebConsole, action: &str) -> String {
    let rows = backend::audit::list(&console.backend, None, 1)
        .await
        .unwrap();
    assert_eq!(rows[0].action, action);
    rows[0].address.unwrap().to_string()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_36_the_audit_log_and_my_ip_believe_our_proxies_only(pool: PgPool) {
    let direct = start(&pool, &[]).await;
    direct.add_user("ann", Role::Operator).await;
    let elsewhere = start(&pool, &["192.0.2.0/24", "::1/128"]).await;
    let proxied = start(&pool, &["127.0.0.0/8"]).await;
    for (console, forwarded, address) in [
        (&direct, "203.0.113.77", "127.0.0.1"),
        (&elsewhere, "203.0.113.77", "127.0.0.1"),
        (&proxied, "10.1.1.1, 203.0.113.77", "203.0.113.77"),
        (&proxied, "203.0.113.77, 127.0.0.1", "203.0.113.77"),
        (&proxied, "not an address", "127.0.0.1"),
    ] {
        let browser = console.browser();
        sign_in(&browser, forwarded, "ann", "wrong password").await;
        assert_eq!(
            audited(console, "sign-in failed").await,
            address,
            "{forwarded}"
        );
        sign_in(&browser, forwarded, "ann", PASSWORD).await;
        assert_eq!(audited(console, "sign in").await, address, "{forwarded}");

        // Who is never banned is the address of the session.
        let guarded: Vec<String> = sqlx::query_scalar(
            "select distinct host(address) from sessions where user_id is not null",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(guarded, [address], "{forwarded}");

        let form = browser
            .request("GET", "/whitelist")
            .header("x-forwarded-for", forwarded);
        let page = browser.send(form).await.body;
        assert!(
            page.contains(&format!("You come from {address}")),
            "{forwarded}: {page}"
        );
        assert!(
            page.contains(&format!("name=\"network\" value=\"{address}\"")),
            "{page}"
        );
        browser.post("/api/ui/sign_out", &[]).await;
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_36_the_throttle_believes_our_proxies_only(pool: PgPool) {
    let direct = start(&pool, &["192.0.2.0/24"]).await;
    direct.add_user("ann", Role::Viewer).await;
    // Another address and name with each try: it is one attacker all the same.
    for n in 0..20 {
        let forwarded = format!("203.0.113.{n}");
        let browser = direct.browser();
        let answer = sign_in(&browser, &forwarded, &format!("user{n}"), "password").await;
        assert_eq!(answer.status, 302, "{n}");
    }
    let browser = direct.browser();
    assert_eq!(
        sign_in(&browser, "203.0.113.200", "ann", PASSWORD)
            .await
            .status,
        429
    );
    assert!(!browser.is_signed_in().await);

    // Behind our proxy the same try is another client's, and what it puts in front changes nothing.
    let proxied = start(&pool, &["127.0.0.1/32"]).await;
    let browser = proxied.browser();
    sign_in(&browser, "203.0.113.200", "ann", PASSWORD).await;
    assert!(browser.is_signed_in().await);
    for n in 0..20 {
        let forwarded = format!("10.0.0.{n}, 203.0.113.201");
        let browser = proxied.browser();
        sign_in(&browser, &forwarded, &format!("other{n}"), "password").await;
    }
    let browser = proxied.browser();
    let last = sign_in(&browser, "10.0.0.99, 203.0.113.201", "ann", PASSWORD).await;
    assert_eq!(last.status, 429);
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
