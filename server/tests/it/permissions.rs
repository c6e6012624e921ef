//! Who may call what: a row for every server function, and none without.

use std::collections::BTreeSet;

use domain::role::Role;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::{AxumRouteListing, generate_route_list};
use sqlx::PgPool;

use crate::support::{Answer, Browser, PASSWORD, WebConsole};

/// Endpoint, the least role (`None`: anybody), a form that it understands.
const ROWS: &[(&str, Option<Role>, &str)] = &[
    ("setup", None, "token=x&name=x&password=x"),
    ("sign_in", None, "name=x&password=x&next="),
    ("set_language", None, "language=en"),
    ("set_theme", None, "theme=dark"),
    ("set_navigation", Some(Role::Viewer), "width=narrow"),
    ("sign_out", Some(Role::Viewer), ""),
    (
        "ban",
        Some(Role::Operator),
        "network=198.51.100.7&reason=x&scope=all",
    ),
    ("unban", Some(Role::Operator), "networks[0]=198.51.100.7"),
    ("undo", Some(Role::Operator), "id=1"),
    (
        "insight_dismiss",
        Some(Role::Operator),
        "kind=unusual_hour&key=more&rest=day",
    ),
    ("insight_restore", Some(Role::Operator), "id=1"),
    (
        "whitelist_add",
        Some(Role::Operator),
        "network=198.51.100.8&note=x&expiry=8h&scope=all",
    ),
    ("whitelist_remove", Some(Role::Operator), "id=1"),
    ("whitelist_restore", Some(Role::Operator), "id=1"),
    ("node_add", Some(Role::Admin), "name=n1"),
    ("node_code", Some(Role::Admin), "id=1"),
    ("node_revoke", Some(Role::Admin), "id=1&name=n1"),
    (
        "node_link_set",
        Some(Role::Admin),
        "id=1&host=192.0.2.1&port=8021&user=&password=x",
    ),
    ("node_link_remove", Some(Role::Admin), "id=1"),
    ("node_install_jail", Some(Role::Admin), "id=1"),
    (
        "jail_save",
        Some(Role::Admin),
        "bantime=24h&findtime=3m&maxretry=5&ignore=127.0.0.0/8+::1&version=",
    ),
    (
        "acl_list_save",
        Some(Role::Admin),
        "name=inbound&default=deny&version=",
    ),
    (
        "acl_list_remove",
        Some(Role::Admin),
        "list=inbound&version=1",
    ),
    (
        "acl_entry_save",
        Some(Role::Admin),
        "list=inbound&action=allow&network=203.0.113.20&version=1",
    ),
    (
        "acl_entry_remove",
        Some(Role::Admin),
        "list=inbound&entry=0+203.0.113.20&version=1",
    ),
    (
        "acl_paste",
        Some(Role::Admin),
        "list=inbound&lines=203.0.113.20&paste_action=allow&version=1",
    ),
    (
        "acl_import",
        Some(Role::Admin),
        "file=%3Cconfiguration+name%3D%22acl.conf%22%3E%3Cnetwork-lists%3E%3Clist+name%3D%22lan%22+default%3D%22deny%22%2F%3E%3C%2Fnetwork-lists%3E%3C%2Fconfiguration%3E&version=",
    ),
    (
        "profile_save",
        Some(Role::Admin),
        "profile=external&acl_mode=none&auth_calls=off&version=",
    ),
    (
        "profile_remove",
        Some(Role::Admin),
        "profile=external&version=1",
    ),
    (
        "draft_publish",
        Some(Role::Admin),
        "kind=jail&version=1&message=x&then=save",
    ),
    ("draft_discard", Some(Role::Admin), "kind=jail&version=1"),
    ("revision_deploy", Some(Role::Admin), "revision=1&scope=all"),
    ("revision_roll_back", Some(Role::Admin), "revision=1"),
    ("deployment_retry", Some(Role::Admin), "deployment=1&node=1"),
    ("own_line_drop", Some(Role::Admin), "kind=jail&node=1"),
    ("drift_take_theirs", Some(Role::Admin), "kind=jail&node=1"),
    ("drift_put_ours", Some(Role::Admin), "kind=jail&node=1"),
    (
        "rules_save",
        Some(Role::Admin),
        "filename=cti_fail2ban.log&max_len=12&deny=00&allow=&version=",
    ),
    ("node_remove", Some(Role::Admin), "id=1&name=n1"),
    (
        "alert_webhook_save",
        Some(Role::Admin),
        "name=hook&language=en&per_hour=20&url=https%3A%2F%2Fhook.invalid%2F&secret=0123456789abcdef",
    ),
    (
        "alert_email_save",
        Some(Role::Admin),
        "name=mail&language=zh&per_hour=20&host=mail.invalid&port=587&security=starttls&from=a%40example.org&recipients=b%40example.org",
    ),
    ("alert_channel_test", Some(Role::Admin), "id=1"),
    (
        "alert_rule_save",
        Some(Role::Admin),
        "kind=node_silent&minutes=7&cool_down=60&tells=all",
    ),
    ("alert_channel_remove", Some(Role::Admin), "id=1"),
    (
        "retention_save",
        Some(Role::Admin),
        "days=30&attack_rows=5000&ban_event_rows=5000",
    ),
];

/// Every page and endpoint to read, an address of it, and the least role (`None`: anybody).
const PAGES: [(&str, &str, Option<Role>); 24] = [
    ("/setup", "/setup", None),
    ("/sign-in", "/sign-in", None),
    ("/", "/", Some(Role::Viewer)),
    (
        "/attacks",
        "/attacks?search=1001&window=24h",
        Some(Role::Viewer),
    ),
    ("/bans", "/bans?open=198.51.100.7", Some(Role::Viewer)),
    (
        "/bans/history",
        "/bans/history?kind=unban&window=24h",
        Some(Role::Viewer),
    ),
    (
        "/addresses/{*network}",
        "/addresses/198.51.100.0/24",
        Some(Role::Viewer),
    ),
    ("/whitelist", "/whitelist", Some(Role::Viewer)),
    (
        "/rules",
        "/rules?max_len=9&number=0044&try=1",
        Some(Role::Viewer),
    ),
    (
        "/acl",
        "/acl?list=inbound&address=203.0.113.9",
        Some(Role::Viewer),
    ),
    ("/acl/profiles", "/acl/profiles", Some(Role::Viewer)),
    ("/jail", "/jail?from=1&to=draft", Some(Role::Viewer)),
    ("/deployments", "/deployments", Some(Role::Viewer)),
    ("/deployments/{id}", "/deployments/1", Some(Role::Viewer)),
    ("/nodes", "/nodes", Some(Role::Viewer)),
    ("/nodes/{name}", "/nodes/fs-9", Some(Role::Viewer)),
    ("/search", "/search?q=x", Some(Role::Viewer)),
    ("/alerts", "/alerts?add=email", Some(Role::Viewer)),
    ("/settings", "/settings", Some(Role::Viewer)),
    ("/audit", "/audit", Some(Role::Admin)),
    // Not of the interface's own list of routes.
    ("", "/attacks.csv?kind=scan", Some(Role::Viewer)),
    ("", "/live/poll", Some(Role::Viewer)),
    ("", "/live", Some(Role::Viewer)),
    ("", "/no/such/page", Some(Role::Viewer)),
];

/// As a browser without JavaScript sends it.
async fn call(browser: &Browser, endpoint: &str, form: &'static str) -> Answer {
    let request = browser
        .request("POST", &format!("/api/ui/{endpoint}"))
        .header("sec-fetch-site", "same-origin")
        .header("accept", "text/html")
        .header("referer", "http://localhost/bans")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    browser.send(request).await
}

/// The form that [`ROWS`] has for an endpoint.
fn row(endpoint: &str) -> &'static str {
    let row = ROWS.iter().find(|(name, ..)| *name == endpoint);
    row.expect("it has a row").2
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
    for &(endpoint, least, form) in ROWS {
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
                // Done, or refused for what was typed: in both cases a page says so.
                assert_eq!(
                    answer.status, 302,
                    "{endpoint} by {role:?}: {}",
                    answer.body
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
    // Each act was done by those who may, by nobody else.
    for (action, who) in [
        ("whitelist add", vec!["operator", "admin"]),
        ("add node", vec!["admin"]),
        ("save draft", vec!["admin"; 4]),
        ("commit revision", vec!["admin"]),
        ("new enrol code", vec!["admin"]),
        ("set event socket", vec!["admin"]),
        ("remove event socket", vec!["admin"]),
        ("revoke node", vec!["admin"]),
        ("remove node", vec!["admin"]),
        ("add alert channel", vec!["admin"; 2]),
        ("test alert channel", vec!["admin"]),
        ("set alert rule", vec!["admin"]),
        ("remove alert channel", vec!["admin"]),
        ("set retention", vec!["admin"]),
    ] {
        let rows: Vec<String> =
            sqlx::query_scalar("select actor from audit where action = $1 order by id")
                .bind(action)
                .fetch_all(&pool)
                .await
                .unwrap();
        assert_eq!(rows, who, "{action}");
    }
}

#[test]
fn every_page_has_its_row() {
    let routes = generate_route_list(app::App);
    let there: BTreeSet<&str> = routes.iter().map(AxumRouteListing::path).collect();
    let rows = PAGES.iter().map(|(route, ..)| *route);
    assert_eq!(there, rows.filter(|route| !route.is_empty()).collect());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn nobody_reads_more_than_their_role(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let mut browsers = vec![(None, console.browser())];
    for role in [Role::Viewer, Role::Operator, Role::Admin] {
        browsers.push((Some(role), console.signed_in(role).await));
    }
    let (_, token) = console.enrolled("fs-9").await;
    // There is a deployment to look at.
    let (_, admin) = browsers.last().unwrap();
    for (endpoint, form) in [
        ("jail_save", row("jail_save")),
        ("draft_publish", "kind=jail&version=1&message=x&scope=all"),
    ] {
        assert_eq!(call(admin, endpoint, form).await.status, 302, "{endpoint}");
    }
    for (_, page, least) in PAGES {
        for (role, browser) in &browsers {
            // The stream does not end: only its head is read.
            let request = browser.request("GET", page).header("accept", "text/html");
            let status = request.send().await.unwrap().status().as_u16();
            let expected = match (page, role) {
                ("/setup", _) | ("/sign-in", Some(_)) => vec![302, 303],
                ("/sign-in", None) => vec![200],
                ("/live/poll" | "/live", None) => vec![401],
                (_, None) => vec![303],
                ("/no/such/page", _) => vec![404],
                _ if *role < least => vec![403],
                _ => vec![200],
            };
            assert!(expected.contains(&status), "{page} by {role:?}: {status}");
        }
        // A worker's token opens nothing here.
        let request = console.browser().request("GET", page).bearer_auth(&token);
        let status = request.send().await.unwrap().status().as_u16();
        let shut = least.is_none() || [303, 401].contains(&status);
        assert!(shut, "{page} by a worker: {status}");
    }
    // Nor does a cookie, an admin's not either, at the workers' door.
    let (_, admin) = browsers.last().unwrap();
    for (method, path) in [("POST", "reports"), ("GET", "orders")] {
        let request = admin.request(method, &format!("/api/node/v1/{path}"));
        assert_eq!(admin.send(request.body("{}")).await.status, 401, "{path}");
    }
}
