//! What the site's folder holds.

use domain::role::Role;
use futures::future::join_all;
use sqlx::PgPool;
use tempfile::TempDir;

use crate::support::WebConsole;

async fn with_a_file(pool: &PgPool) -> (TempDir, WebConsole) {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    std::fs::write(site.path().join("icons.svg"), "<svg/>").unwrap();
    let root = site.path().to_owned();
    let console = WebConsole::start_with(pool, |settings| settings.site.root = root).await;
    (site, console)
}

/// The handler that comes with Leptos gave files the status and headers of whichever page was being
/// rendered on the same thread: a 404 now and then, with the right content.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_file_has_nothing_of_the_pages_beside_it(pool: PgPool) {
    let (_site, console) = with_a_file(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    for _ in 0..60 {
        let pages = join_all((0..4).map(|_| admin.get("/nodes/nothing")));
        let files = join_all((0..20).map(|_| admin.get("/icons.svg")));
        let (pages, files) = tokio::join!(pages, files);
        for page in pages {
            assert_eq!(page.status, 404);
        }
        for file in files {
            assert_eq!((file.status, file.body.as_str()), (200, "<svg/>"));
        }
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_file_that_has_not_changed_is_not_sent_again(pool: PgPool) {
    let (_site, console) = with_a_file(&pool).await;
    let anybody = console.browser();
    let first = anybody.get("/icons.svg").await;
    let again = anybody
        .request("GET", "/icons.svg")
        .header("if-modified-since", &first.headers["last-modified"]);
    let again = anybody.send(again).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    for answer in [first, again] {
        assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_cannot_be_a_file_is_not_there(pool: PgPool) {
    let (_site, console) = with_a_file(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let long = format!("/pkg/{}", "a".repeat(300));
    for path in [&long, "/pkg/%00", "/pkg/", "/icons.svg/x", "/%ff"] {
        for method in ["GET", "HEAD"] {
            let answer = admin.send(admin.request(method, path)).await;
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
}
