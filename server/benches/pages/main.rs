//! Pages while 100 operators have them open, each with its stream of news: first of an empty console with
//! nothing new, then while 5,000 attack lines arrive every second, then with these lines and nothing new.
//! Console, operators and workers share this process.
//! `cargo bench -p server --bench pages`, with `DATABASE_URL` naming a Postgres in which a database may
//! be created; the variables `OPERATORS` and `RATE` ask for others.

mod operator;
mod sender;

use std::sync::Arc;
use std::time::{Duration, Instant};

use backend::{Actor, Backend, accounts};
use domain::role::Role;
use futures::future::join_all;
use runtime::{Clock, Shutdown};
use server::config::Settings;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};

use operator::{Operator, PHASE, SETTLE, Seen};
use sender::Sender;

const OPERATORS: usize = 100;
/// Lines a second, of all nodes together.
const RATE: usize = 5_000;
const NODES: usize = 10;
const PASSWORD: &str = "correct horse battery";
/// As the console has.
const CONNECTIONS: u32 = 20;

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres");
    let options: PgConnectOptions = url.parse().expect("DATABASE_URL is a Postgres URL");
    let name = format!("bench_pages_{}", std::process::id());
    let mut admin = options.connect().await.expect("Postgres answers");
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .expect("creates");
    let pool = server::connections(CONNECTIONS, options.database(&name));
    backend::MIGRATOR.run(&pool).await.expect("migrates");
    measure(Backend::new(pool.clone(), Clock::system())).await;
    pool.close().await;
    sqlx::query(AssertSqlSafe(format!("drop database {name} with (force)")))
        .execute(&mut admin)
        .await
        .expect("drops");
}

fn asked(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

async fn measure(backend: Backend) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("binds");
    let mut settings = Settings::default();
    settings.http.listen = listener.local_addr().expect("is bound");
    let url = format!("http://{}", settings.http.listen);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let shutdown = Shutdown::new();
    let console = server::answer(settings, backend.clone(), listener, shutdown.clone());
    let console = tokio::spawn(console);
    accounts::create_user(&backend, &Actor::console(), "ann", PASSWORD, Role::Operator)
        .await
        .expect("adds a user");

    let seen = Arc::new(Seen::default());
    let mut tasks = Vec::new();
    let operators = asked("OPERATORS", OPERATORS);
    for number in 0..operators {
        let operator = Operator::sign_in(&url, number, PASSWORD, seen.clone()).await;
        tasks.push(tokio::spawn(operator.work(operators)));
    }
    seen.phase(&format!("{operators} operators, an empty console"))
        .await;

    let rate = asked("RATE", RATE);
    let mut senders = Vec::new();
    for number in 0..NODES {
        senders.push(Sender::enrol(&backend, &url, number).await);
    }
    let begin = Instant::now();
    let end = begin + SETTLE + PHASE;
    let sending = senders.into_iter().map(|sender| {
        let each = rate / NODES;
        tokio::spawn(sender.send(each, end))
    });
    let sending = tokio::spawn(join_all(sending));
    seen.phase(&format!("{operators} operators, {rate} lines/s"))
        .await;
    let mut reports = Vec::new();
    let mut sent = 0;
    for part in sending.await.expect("sends") {
        let (lines, mut took) = part.expect("sends");
        sent += lines;
        reports.append(&mut took);
    }
    reports.sort_unstable();
    println!(
        "{sent} lines sent in {:.1?} ({:.0} a second); a report took p50 {:.1?}, p99 {:.1?}",
        begin.elapsed(),
        f64::from(sent) / begin.elapsed().as_secs_f64(),
        reports[reports.len() / 2],
        reports[reports.len() * 99 / 100],
    );
    let stored = count(&backend.pool, "select count(*) from attacks").await;
    assert_eq!(stored, i64::from(sent), "every line once");
    let folded = Instant::now();
    while count(&backend.pool, "select count(*) from pending_counts").await > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("all of them counted {:.1?} later", folded.elapsed());
    let sum = "select sum(events)::bigint from event_counts where level = 2 and node_id = 0";
    assert_eq!(
        count(&backend.pool, sum).await,
        stored,
        "and each is counted"
    );
    seen.phase(&format!(
        "{operators} operators, {stored} lines, nothing new"
    ))
    .await;
    for task in tasks {
        task.abort();
    }
    shutdown.stop();
    let _ = console.await;
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql)
        .fetch_one(pool)
        .await
        .expect("counts")
}
