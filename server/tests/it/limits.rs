//! Slow, endless and huge requests.

use std::time::{Duration, Instant};

use domain::role::Role;
use futures::StreamExt;
use rustix::process::{Resource, getrlimit};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{PATIENCE, WebConsole};

/// How long a connection may take to say what it wants.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// Sends `text`, then nothing; says what came back and how long the console kept waiting.
async fn stall(console: &WebConsole, text: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(console.address()).await.unwrap();
    let start = Instant::now();
    // Who refuses early need not take all of it.
    let _ = stream.write_all(text.as_bytes()).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(PATIENCE, read)
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
        // Ten seconds, and what a busy machine adds.
        assert!(*time < Duration::from_secs(40), "{what}: {time:?} {answer}");
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

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_37_a_body_without_end_is_cut_off(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    console.add_user("ann", Role::Viewer).await;
    let mut stream = TcpStream::connect(console.address()).await.unwrap();
    let head = format!(
        "POST /api/ui/sign_in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
        console.address()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 0x1_0000], b"\r\n"].concat();
    let (mut answer, mut sent) = (Vec::new(), 0_usize);
    let (mut read, mut write) = stream.split();
    let flood = async {
        // 100 MB, unless it breaks off.
        while sent < 100_000_000 && write.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
        }
    };
    let listen = async {
        let _ = read.read_to_end(&mut answer).await;
    };
    let both = async { tokio::join!(flood, listen) };
    tokio::time::timeout(PATIENCE, both)
        .await
        .expect("it to be dropped");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.contains(" 400 "), "{answer}");
    // What the system's own buffers took.
    assert!(sent < 16_000_000, "{sent} bytes were taken");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_37_ten_thousand_idle_connections_hold_nobody_up(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    // Both ends are files of this process.
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let many = usize::try_from((files.saturating_sub(2_000) / 2).min(10_000)).unwrap();
    assert!(many >= 1_000, "the limit of open files is too low: {files}");
    // A byte each: the system may call a connection open that the other end never heard of.
    let connect = |_| async {
        let mut stream = TcpStream::connect(console.address()).await.unwrap();
        stream.write_all(b"G").await.unwrap();
        stream
    };
    let idle: Vec<TcpStream> = futures::stream::iter(0..many)
        .map(connect)
        .buffer_unordered(32)
        .collect()
        .await;
    // Kept-alive connections of before do not count: a browser that comes only now.
    let late = browser.copy(&console.url);
    for _ in 0..5 {
        let asked = Instant::now();
        assert_eq!(late.get("/bans").await.status, 200);
        // Were they in its way, it would wait until they are dropped.
        assert!(asked.elapsed() < HEAD_LIMIT, "{:?}", asked.elapsed());
    }
    // On a slow machine the first of them are gone by now.
    let open = idle.iter().filter(|stream| is_open(stream)).count();
    assert!(open >= 1_000, "{open} of {many} were idle all the time");
    let ends = idle.into_iter().map(|mut stream| async move {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    });
    let ends = futures::future::join_all(ends);
    tokio::time::timeout(PATIENCE, ends)
        .await
        .expect("all of them to be dropped");
    println!("{many} idle connections, {open} of them during all pages");
}

/// The console has not closed it.
fn is_open(stream: &TcpStream) -> bool {
    let nothing = stream.try_read(&mut [0; 64]);
    nothing.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}
