//! Postgres goes away while operators work, and comes back.

use std::time::{Duration, Instant};

use backend::{Backend, accounts};
use domain::role::Role;
use embedded::postgres::{Durability, PrivatePostgres};
use runtime::{Clock, Shutdown};
use server::config::{Secret, Settings};
use tokio::net::TcpListener;

use crate::support::{Browser, PASSWORD, admin, until};

/// A page that says so comes after 2.5 seconds; it would take the pool half a minute by itself.
const SAID: Duration = Duration::from_secs(10);

#[tokio::test]
async fn says_so_lets_nobody_in_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let start = || PrivatePostgres::start_with(folder.path(), Durability::Fast);
    let postgres = start().await.unwrap();
    let data = tempfile::tempdir().unwrap();
    let mut settings = Settings {
        data_dir: data.path().to_owned(),
        ..Settings::default()
    };
    settings.database.url = Some(Secret(postgres.url().to_owned()));
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = Shutdown::new();
    let pool = sqlx::PgPool::connect_lazy(postgres.url()).unwrap();
    let backend = Backend::new(pool.clone(), Clock::system());
    let stop = shutdown.clone();
    // As in `main`: on a runtime of its own.
    let console = std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            server::run(settings, listener, Clock::system(), stop).await
        })
    });
    let browser = Browser::new(&url);
    until("the schema", || async {
        (browser.get("/healthz").await.status == 200).then_some(())
    })
    .await;
    accounts::create_user(&backend, &admin(), "ann", PASSWORD, Role::Operator)
        .await
        .unwrap();
    browser.sign_in("ann").await;
    let mut events = browser.events(None).await;
    assert_eq!(events.next().await.unwrap().name, "hello");
    pool.close().await;

    postgres.stop().await.unwrap();
    for path in ["/", "/bans", "/sign-in", "/live", "/live/poll"] {
        let asked = Instant::now();
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(
            answer.body.contains("The database does not answer"),
            "{}",
            answer.body
        );
        assert!(answer.body.contains("数据库没有响应"));
        assert!(asked.elapsed() < SAID, "{path}: {:?}", asked.elapsed());
    }
    let stranger = Browser::new(&url);
    for (path, fields) in [
        (
            "/api/ui/sign_in",
            vec![("name", "ann"), ("password", PASSWORD), ("next", "")],
        ),
        (
            "/api/ui/ban",
            vec![("network", "198.51.100.7"), ("reason", "x")],
        ),
    ] {
        for somebody in [&stranger, &browser] {
            let answer = somebody.post(path, &fields).await;
            assert_eq!(answer.status, 503, "{path} {}", answer.body);
        }
    }
    assert_eq!(stranger.cookie(), None);
    assert_eq!(browser.get("/healthz").await.status, 503);

    let postgres = start().await.unwrap();
    until("it to heal", || async {
        (browser.get("/healthz").await.status == 200).then_some(())
    })
    .await;
    assert!(browser.is_signed_in().await);
    // The stream that was open all the time goes on.
    let pool = sqlx::PgPool::connect(postgres.url()).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    backend::changes::note(&mut conn, backend::changes::Topic::Bans, None)
        .await
        .unwrap();
    events.topic("bans").await;

    shutdown.stop();
    tokio::task::spawn_blocking(|| console.join().unwrap().unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn hostile_39_a_killed_private_postgres_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        ..Settings::default()
    };
    let data = folder.path().join("postgres");
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    let console = std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            server::run(settings, listener, Clock::system(), stop).await
        })
    });
    let browser = Browser::new(&url);
    let healthy = || async { (browser.get("/healthz").await.status == 200).then_some(()) };
    until("the console", healthy).await;
    let pid = || std::fs::read_to_string(data.join("data/postmaster.pid")).unwrap_or_default();
    let first = pid().lines().next().unwrap().to_owned();

    let killed = std::process::Command::new("kill")
        .args(["-9", &first])
        .status()
        .unwrap();
    assert!(killed.success());
    until("another postmaster", || async {
        let now = pid();
        let now = now.lines().next()?;
        (now != first && browser.get("/healthz").await.status == 200).then_some(())
    })
    .await;

    shutdown.stop();
    tokio::task::spawn_blocking(|| console.join().unwrap().unwrap())
        .await
        .unwrap();
}
