//! Guessing passwords: what it costs us, who is held up by it, and what the audit log says.

use std::time::{Duration, Instant};

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use backend::{Error, accounts};
use domain::role::Role;
use futures::StreamExt;
use sqlx::PgPool;

use crate::support::{Browser, PASSWORD, WebConsole};

/// A console whose proxy is the test, so that a browser comes from where it says.
async fn proxied(pool: &PgPool) -> WebConsole {
    WebConsole::start_with(pool, |settings| {
        settings.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

/// Tries to sign in from there. The status, and whether it is signed in.
async fn from(console: &WebConsole, address: &str, name: &str, password: &str) -> (u16, bool) {
    let browser: Browser = console.browser();
    let fields = [("name", name), ("password", password), ("next", "")];
    let form = browser.form("/api/ui/sign_in", &fields);
    let answer = browser.send(form.header("x-forwarded-for", address)).await;
    (answer.status, browser.is_signed_in().await)
}

/// Wrong passwords, many at a time: (tried, refused untried).
async fn guess(
    console: &WebConsole,
    guesses: impl Iterator<Item = (String, String, String)>,
) -> (usize, usize) {
    let answers = futures::stream::iter(guesses).map(|(address, name, password)| async move {
        let address = address.parse().unwrap();
        match accounts::sign_in(&console.backend, &name, &password, Some(address)).await {
            Err(Error::Invalid { .. }) => true,
            Err(Error::TooMany) => false,
            other => panic!("{name} from {address}: {other:?}"),
        }
    });
    let answers: Vec<bool> = answers.buffer_unordered(AT_ONCE).collect().await;
    let tried = answers.iter().filter(|tried| **tried).count();
    (tried, answers.len() - tried)
}

async fn count(pool: &PgPool, sql: &'static str) -> usize {
    let count: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
    usize::try_from(count).unwrap()
}

/// Few enough that the last of them has its turn at the one core of strangers before it would be
/// told to come back after five seconds: then it is not tried, and the counts are others.
const AT_ONCE: usize = 6;

const FAILED: &str = "select count(*) from audit where action = 'sign-in failed'";
const THROTTLED: &str = "select count(*) from audit where action = 'sign-in throttled'";

/// Makes each real try of this user's password cost three times as much: 50 ms or more. How much on
/// this machine.
async fn slow_password(pool: &PgPool, name: &str) -> Duration {
    let params = Params::new(19_456, 6, 1, None).unwrap();
    let start = Instant::now();
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(PASSWORD.as_bytes())
        .unwrap()
        .to_string();
    let time = start.elapsed();
    let done = sqlx::query("update users set password_hash = $1 where name = $2")
        .bind(hash)
        .bind(name)
        .execute(pool)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
    time.max(Duration::from_millis(50))
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn guessing_is_throttled_and_the_owner_gets_in(pool: PgPool) {
    let console = proxied(&pool).await;
    console.add_user("ann", Role::Admin).await;
    assert!(from(&console, "192.0.2.1", "ann", PASSWORD).await.1);
    for host in 0..10 {
        let address = format!("198.51.100.{host}");
        let (_, signed_in) = from(&console, &address, "ann", "wrong password").await;
        assert!(!signed_in);
    }
    // From anywhere else not even the right password is tried; from where she is known it is.
    assert_eq!(
        from(&console, "203.0.113.5", "ann", PASSWORD).await,
        (429, false)
    );
    assert!(from(&console, "192.0.2.1", "ann", PASSWORD).await.1);
    assert_eq!(
        (count(&pool, FAILED).await, count(&pool, THROTTLED).await),
        (10, 1)
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_29_ten_thousand_passwords_against_one_user(pool: PgPool) {
    let console = proxied(&pool).await;
    console.add_user("ann", Role::Admin).await;
    assert!(from(&console, "192.0.2.1", "ann", PASSWORD).await.1);
    let time = slow_password(&pool, "ann").await;

    let guesses = (0..10_000).map(|n| {
        let password = format!("password {n}");
        ("198.51.100.7".to_owned(), "ann".to_owned(), password)
    });
    let start = Instant::now();
    // While it goes on, the owner signs in.
    let (outcome, owner) = tokio::join!(
        guess(&console, guesses),
        from(&console, "192.0.2.1", "ann", PASSWORD)
    );
    assert!(owner.1, "{owner:?}");
    assert_eq!(outcome, (10, 9_990));
    // Hashed they would take 500 seconds of a core and more.
    let cores = std::thread::available_parallelism().unwrap().get();
    let hashed = time * 10_000 / u32::try_from(cores).unwrap();
    assert!(start.elapsed() < hashed / 2, "{:?}", start.elapsed());
    assert_eq!(
        (count(&pool, FAILED).await, count(&pool, THROTTLED).await),
        (10, 1)
    );
    // Somebody else's password is not tried from there either, after ten more.
    let others = (0..100).map(|n| {
        let name = format!("user{n}");
        ("198.51.100.7".to_owned(), name, "password".to_owned())
    });
    assert_eq!(guess(&console, others).await, (10, 90));
    assert_eq!(count(&pool, FAILED).await, 20);
    assert!((1..=2).contains(&count(&pool, THROTTLED).await));
    // A stranger who is throttled leaves nothing behind, no session either.
    let sessions = count(&pool, "select count(*) from sessions").await;
    for _ in 0..5 {
        assert_eq!(
            from(&console, "198.51.100.7", "ann", PASSWORD).await,
            (429, false)
        );
    }
    assert_eq!(
        count(&pool, "select count(*) from sessions").await,
        sessions
    );
    assert_eq!(count(&pool, FAILED).await, 20);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_29_one_password_against_a_thousand_users(pool: PgPool) {
    let console = proxied(&pool).await;
    for name in ["ann", "user500"] {
        console.add_user(name, Role::Admin).await;
        assert!(from(&console, "192.0.2.1", name, PASSWORD).await.1);
    }
    let one_address = (0..1_000).map(|n| {
        let name = format!("user{n}");
        ("198.51.100.7".to_owned(), name, "password1".to_owned())
    });
    assert_eq!(guess(&console, one_address).await, (20, 980));
    assert_eq!(
        (count(&pool, FAILED).await, count(&pool, THROTTLED).await),
        (20, 1)
    );
    // Nobody else is held up by that.
    assert!(from(&console, "203.0.113.5", "ann", PASSWORD).await.1);

    let many_addresses = (0..1_000).map(|n| {
        let address = format!("2001:db8:0:{n:x}::1");
        (address, format!("user{n}"), "password1".to_owned())
    });
    assert_eq!(guess(&console, many_addresses).await, (280, 720));
    assert_eq!(count(&pool, FAILED).await, 300);
    let told: Vec<String> = sqlx::query_scalar(
        "select object from audit where action = 'sign-in throttled' order by id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1], "*");
    // Who has signed in from there before still does; from elsewhere one waits.
    assert!(from(&console, "192.0.2.1", "ann", PASSWORD).await.1);
    assert!(from(&console, "192.0.2.1", "user500", PASSWORD).await.1);
    assert_eq!(
        from(&console, "203.0.113.99", "ann", PASSWORD).await,
        (429, false)
    );
}
