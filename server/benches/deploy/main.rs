//! From saving an ACL change to its proof on 500 simulated nodes (bar: p99 within 2 s), and the same
//! with 50 of them dead (bar: the rest is slowed by less than 10 %), beside what the switches alone need.
//! Console, workers and switches share this process. `cargo bench -p server --bench deploy`, with
//! `DATABASE_URL` naming a Postgres in which a database may be created.

mod floor;
mod node;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use backend::config::{self, Content, Line};
use backend::whitelist::Scope;
use backend::{Actor, Backend};
use domain::acl::AclLists;
use domain::config::Kind;
use domain::ids::{DeploymentId, NodeId};
use esl_sim::Misbehaviour;
use futures::StreamExt;
use futures::stream;
use runtime::{Clock, Shutdown};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use floor::Bare;
use node::{Node, start};

/// Overridden by the variable of this name; a tenth of them dies.
const NODES: usize = 500;
const ROUNDS: usize = 5;
/// As the console has.
const CONNECTIONS: u32 = 20;
/// What the start leaves behind takes so long.
const SETTLE: Duration = Duration::from_secs(10);
/// How long nothing happens, to see what that costs.
const QUIET: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_mins(3);

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres");
    let options: PgConnectOptions = url.parse().expect("DATABASE_URL is a Postgres URL");
    let name = format!("bench_deploy_{}", std::process::id());
    let mut admin = options.connect().await.expect("Postgres answers");
    let run = |sql: String| AssertSqlSafe(sql);
    sqlx::query(run(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .expect("creates");
    let pool = server::connections(CONNECTIONS, options.database(&name));
    backend::MIGRATOR.run(&pool).await.expect("migrates");
    measure(Backend::new(pool.clone(), Clock::system())).await;
    pool.close().await;
    let drop = run(format!("drop database {name} with (force)"));
    sqlx::query(drop).execute(&mut admin).await.expect("drops");
}

async fn measure(backend: Backend) {
    let count = std::env::var("NODES")
        .ok()
        .and_then(|count| count.parse().ok());
    let count = count.unwrap_or(NODES);
    let shutdown = Shutdown::new();
    backend::jobs::spawn_all(&backend, &shutdown);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("binds");
    let url = format!("http://{}", listener.local_addr().expect("is bound"));
    let router = server::node_api::router(backend.clone(), shutdown.clone());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().expect("a folder");
    let http = reqwest::Client::new();
    let begun = Instant::now();
    let nodes: Vec<Node> = stream::iter(0..count)
        .map(|number| {
            let folder = folder.path().join(number.to_string());
            start(&backend, &url, &http, number, folder)
        })
        .buffer_unordered(8)
        .collect()
        .await;
    println!(
        "{count} nodes have been started after {:.1?}",
        begun.elapsed()
    );
    wait("links", || async {
        let links = backend.links();
        let up = |node: &&Node| links.get(node.id).is_some_and(|held| held.link.is_up());
        nodes.iter().filter(up).count() == count
    })
    .await;
    println!("{count} nodes are up after {:.1?}", begun.elapsed());

    idle(&backend).await;
    let mut kept = Vec::new();
    for node in &nodes {
        kept.push(Bare::open(node).await);
    }
    let mut alone = Vec::new();
    for round in 0..ROUNDS {
        alone.extend(floor::round(&nodes, &mut kept, &lists(round)).await);
    }
    drop(kept);
    tell("switches alone", alone);

    let mut before = Vec::new();
    for round in 0..ROUNDS {
        before.extend(deployed(&backend, &nodes, round).await);
    }
    tell("all alive", times(&before, &nodes));
    let (dead, alive) = nodes.split_at(count / 10);
    for (number, node) in dead.iter().enumerate() {
        node.worker.abort();
        // Some are gone, some hang.
        if number % 2 == 0 {
            node.sim.shutdown().await;
        } else {
            node.sim.misbehave(Misbehaviour::Silent);
        }
    }
    let mut after = Vec::new();
    for round in ROUNDS..2 * ROUNDS {
        after.extend(deployed(&backend, alive, round).await);
    }
    tell("the rest before", times(&before, alive));
    tell(
        &format!("the rest with {} dead", dead.len()),
        times(&after, alive),
    );
    shutdown.stop();
    shutdown.finished(Duration::from_secs(10)).await;
    serving.abort();
}

/// What the console asks Postgres while nothing happens.
async fn idle(backend: &Backend) {
    let committed = async || -> i64 {
        let count = "select xact_commit from pg_stat_database where datname = current_database()";
        let count = sqlx::query_scalar(count).fetch_one(&backend.pool);
        count.await.expect("reads")
    };
    tokio::time::sleep(SETTLE).await;
    let before = (committed().await, Instant::now());
    tokio::time::sleep(QUIET).await;
    let transactions = committed().await - before.0;
    let seconds = before.1.elapsed().as_secs();
    println!(
        "idle: {} transactions a second",
        transactions.unsigned_abs() / seconds
    );
}

fn lists(round: usize) -> AclLists {
    let lists = serde_json::json!([{
        "name": "inbound", "default": "deny",
        "entries": [{ "action": "allow", "network": format!("203.0.113.{}", round + 1) }],
    }]);
    serde_json::from_value(lists).expect("lists")
}

/// Saves, commits and deploys a change; how long each node took to its proof.
async fn deployed(backend: &Backend, nodes: &[Node], round: usize) -> Vec<(NodeId, Duration)> {
    let (line, actor) = (Line::fleet(Kind::Acl), Actor::console());
    let content = Content::Acl(lists(round));
    let start = backend.clock.now();
    let version = config::save_draft(backend, &actor, line, &content, None)
        .await
        .expect("saves");
    let to = Some(&Scope::All);
    let sent = config::publish(backend, &actor, line, version, "bench", to).await;
    let deployment = sent.expect("publishes").1.expect("deploys");
    wait("the proofs", || async {
        let ended = ended(backend, deployment).await;
        nodes
            .iter()
            .all(|node| ended.iter().any(|(id, _)| *id == node.id.0))
    })
    .await;
    if std::env::var_os("STEPS").is_some() {
        steps(backend, deployment).await;
    }
    let ended = ended(backend, deployment).await.into_iter();
    ended
        .map(|(id, at)| (NodeId(id), (at - start).try_into().expect("time goes on")))
        .collect()
}

fn times(proofs: &[(NodeId, Duration)], of: &[Node]) -> Vec<Duration> {
    let ours = |id: NodeId| of.iter().any(|node| node.id == id);
    let proofs = proofs.iter().filter(|(id, _)| ours(*id));
    proofs.map(|(_, took)| *took).collect()
}

async fn ended(backend: &Backend, id: DeploymentId) -> Vec<(i64, time::OffsetDateTime)> {
    sqlx::query_as(
        "select node_id, ended_at from deployment_nodes
         where deployment_id = $1 and step = 'verified'",
    )
    .bind(id.0)
    .fetch_all(&backend.pool)
    .await
    .expect("reads")
}

/// Where the time goes: half of the nodes had made each step so many milliseconds after the deployment.
async fn steps(backend: &Backend, id: DeploymentId) {
    let [delivered, reloaded, ended]: [f64; 3] = sqlx::query_as::<_, (f64, f64, f64)>(
        "select percentile_cont(0.5) within group (order by extract(epoch from s.delivered_at - d.created_at)::float8),
                percentile_cont(0.5) within group (order by extract(epoch from s.reloaded_at - d.created_at)::float8),
                percentile_cont(0.5) within group (order by extract(epoch from s.ended_at - d.created_at)::float8)
         from deployment_nodes s join deployments d on d.id = s.deployment_id
         where d.id = $1 and s.step = 'verified'",
    )
    .bind(id.0)
    .fetch_one(&backend.pool)
    .await
    .expect("reads")
    .into();
    println!("  delivered {delivered:.2} s, reloaded {reloaded:.2} s, proven {ended:.2} s");
}

async fn wait<F: Future<Output = bool>>(what: &str, done: impl Fn() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !done().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn tell(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "{what:<24} p50 {:>8.2?}, p99 {:>8.2?}, slowest {:>8.2?} ({} proofs)",
        at(50),
        at(99),
        at(100),
        took.len()
    );
}
