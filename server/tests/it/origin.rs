//! What another site makes a browser send has no effect, on any changing route.

use domain::role::Role;
use leptos::server_fn::axum::server_fn_paths;
use sqlx::PgPool;

use crate::support::WebConsole;

/// Every row that a form can make, change or delete.
async fn state(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select r::text from audit r union all select r::text from changes r
         union all select r::text from sessions r union all select r::text from users r
         union all select r::text from nodes r union all select r::text from orders r
         union all select r::text from whitelist r union all select r::text from sign_in_failures r
         order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn nothing_changes_from_elsewhere(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let routes: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert!(routes.len() > 10, "{routes:?}");
    let before = state(&pool).await;
    let form = "application/x-www-form-urlencoded";
    let foreign = ("origin", "https://evil.example");
    let here = ("sec-fetch-site", "same-origin");
    for route in routes {
        for (method, kind, header, expected) in [
            ("POST", form, foreign, 403),
            ("POST", form, ("origin", "null"), 403),
            ("POST", form, ("sec-fetch-site", "cross-site"), 403),
            ("POST", form, ("sec-fetch-site", "same-site"), 403),
            ("POST", form, ("x-nothing", "1"), 403),
            ("POST", "text/plain", foreign, 403),
            ("POST", "text/plain", here, 415),
            ("POST", "application/json", here, 415),
            ("POST", "multipart/form-data; boundary=x", here, 415),
            ("GET", form, here, 405),
            ("PUT", form, here, 405),
        ] {
            let request = admin
                .request(method, route)
                .header(header.0, header.1)
                .header("content-type", kind)
                .body("network=198.51.100.7&reason=x&name=x");
            let answer = admin.send(request).await;
            assert_eq!(
                answer.status, expected,
                "{method} {route} {kind} {header:?}"
            );
            assert!(!answer.headers.contains_key("set-cookie"), "{route}");
        }
        // The page of another site that frames a form of ours is no page of ours, whatever it says.
        let both = admin
            .request("POST", route)
            .header("sec-fetch-site", "cross-site")
            .header("origin", &console.url)
            .header("content-type", form)
            .body("network=198.51.100.7&reason=x&name=x");
        assert_eq!(admin.send(both).await.status, 403, "{route}");
        let query = format!("{route}?network=198.51.100.7&name=x");
        assert_eq!(admin.get(&query).await.status, 405, "{route}");
    }
    assert_eq!(state(&pool).await, before);
    assert!(admin.is_signed_in().await);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn workers_have_no_origin_and_need_none(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let worker = console.browser();
    let report = worker.request("POST", "/api/node/v1/reports").body("{}");
    assert_eq!(worker.send(report).await.status, 401);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn pages_and_files_bring_their_policies(pool: PgPool) {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    std::fs::write(site.path().join("pkg/console.abc.js"), "1").unwrap();
    std::fs::write(site.path().join("icon.svg"), "<svg/>").unwrap();
    let root = site.path().to_owned();
    let console = WebConsole::start_with(&pool, |settings| settings.site.root = root).await;
    let admin = console.signed_in(Role::Admin).await;
    let anybody = console.browser();
    let header = |answer: &crate::support::Answer, name: &str| {
        answer
            .headers
            .get(name)
            .map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    };
    for (answer, policy, caching) in [
        (
            admin.get("/").await,
            "script-src 'self' 'nonce-",
            "no-store",
        ),
        (
            anybody.get("/sign-in").await,
            "script-src 'self' 'nonce-",
            "no-store",
        ),
        (
            anybody.get("/pkg/console.abc.js").await,
            "default-src 'none'",
            "immutable",
        ),
        (
            anybody.get("/icon.svg").await,
            "default-src 'none'",
            "max-age=3600",
        ),
        (
            anybody.get("/live/poll").await,
            "default-src 'none'",
            "no-store",
        ),
        (
            anybody.get("/healthz").await,
            "default-src 'none'",
            "no-store",
        ),
        (
            anybody.get("/pkg/../pkg/nothing.js").await,
            "'none'",
            "no-store",
        ),
    ] {
        let found = header(&answer, "content-security-policy");
        assert!(
            found.contains(policy) && !found.contains("unsafe-inline"),
            "{found}"
        );
        assert!(found.contains("frame-ancestors 'none'"), "{found}");
        assert!(
            header(&answer, "cache-control").contains(caching),
            "{found}"
        );
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    }
    // What is not in the site's folder is not there, however it is asked for.
    for path in [
        "/pkg/..%2f..%2fetc/passwd",
        "/pkg/%2e%2e/%2e%2e/etc/passwd",
        "/pkg/nothing.js",
    ] {
        let answer = anybody.get(path).await;
        assert!(!answer.body.contains("root:"), "{path}");
    }
}
