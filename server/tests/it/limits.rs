//! Slow, endless and huge requests.

use std::time::{Duration, Instant};

use domain::role::Role;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::WebConsole;

/// Sends `text`, then nothing; says what came back and how long the console kept waiting.
async fn stall(console: &WebConsole, text: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(console.address()).await.unwrap();
    let start = Instant::now();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("it to be dropped");
    (
        String::from_utf8_lossy(&answer).into_owned(),
        start.elapsed(),
    )
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn who_stalls_is_dropped(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let host = console.address();
    console.add_user("ann", Role::Viewer).await;
    let form = format!(
        "POST /api/ui/sign_in HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n\
         Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    let (slow_length, slow_chunks) = (
        format!("{form}Content-Length: 100\r\n\r\nname="),
        format!("{form}Transfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n"),
    );
    let (nothing, half_head, body, chunks) = tokio::join!(
        stall(&console, ""),
        stall(&console, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "),
        stall(&console, &slow_length),
        stall(&console, &slow_chunks),
    );
    for (what, (answer, time)) in [
        ("nothing", &nothing),
        ("half a head", &half_head),
        ("half a body", &body),
        ("endless chunks", &chunks),
    ] {
        assert!(*time < Duration::from_secs(13), "{what}: {time:?} {answer}");
        assert!(*time > Duration::from_secs(5), "{what}: {time:?} {answer}");
        assert!(!answer.contains(" 200 "), "{what}: {answer}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_too_large_is_refused(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("ann", Role::Viewer).await;
    let browser = console.browser();
    let request = browser
        .request("POST", "/api/ui/sign_in")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("x".repeat(100_000));
    assert_eq!(browser.send(request).await.status, 413);
    let (answer, _) = stall(
        &console,
        &format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(40_000)),
    )
    .await;
    assert!(answer.contains(" 431 "), "{answer}");
}
