//! From saving an ACL change to its proof on 500 simulated nodes (bar: p99 within 2 s), and the same
//! with 50 of them dead (bar: the rest is slowed by less than 10 %). Console, workers and switches share
//! this process. `cargo bench -p server --bench deploy`, with `DATABASE_URL` naming a Postgres in which a
//! database may be created.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backend::config::{self, Content, Line};
use backend::links::{self, Form};
use backend::whitelist::Scope;
use backend::{Actor, Backend, nodes};
use domain::acl;
use domain::config::{Answer, Found, Kind, KindReport, Outcome};
use domain::ids::{DeploymentId, NodeId};
use domain::wire::{ConfigReport, Down, Enrol, Report, VERSION};
use esl_sim::Sim;
use futures::StreamExt;
use futures::stream;
use runtime::{Clock, Shutdown};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::task::JoinHandle;

/// Overridden by the variable of this name; a tenth of them dies.
const NODES: usize = 500;
const ROUNDS: usize = 5;
/// As the console has.
const CONNECTIONS: u32 = 20;
const PASSWORD: &str = "wolle-7351";
const PATIENCE: Duration = Duration::from_mins(3);

struct Node {
    id: NodeId,
    sim: Sim,
    worker: JoinHandle<()>,
}

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
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect_with(options.database(&name))
        .await
        .expect("connects");
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

    let (dead, alive) = nodes.split_at(count / 10);
    let mut before = Vec::new();
    for round in 0..ROUNDS {
        before.extend(deployed(&backend, &nodes, round).await);
    }
    tell("all alive", &mut before);
    for node in dead {
        node.worker.abort();
        node.sim.shutdown().await;
    }
    let mut after = Vec::new();
    for round in ROUNDS..2 * ROUNDS {
        after.extend(deployed(&backend, alive, round).await);
    }
    tell(&format!("{} dead", dead.len()), &mut after);
    shutdown.stop();
    shutdown.finished(Duration::from_secs(10)).await;
    serving.abort();
}

/// Saves, commits and deploys a change; how long each of these nodes took to its proof.
async fn deployed(backend: &Backend, nodes: &[Node], round: usize) -> Vec<Duration> {
    let (line, actor) = (Line::fleet(Kind::Acl), Actor::console());
    let lists = serde_json::json!([{
        "name": "inbound", "default": "deny",
        "entries": [{ "action": "allow", "network": format!("203.0.113.{}", round + 1) }],
    }]);
    let content = Content::Acl(serde_json::from_value(lists).expect("lists"));
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
    let ended = ended(backend, deployment).await;
    if std::env::var_os("STEPS").is_some() {
        steps(backend, deployment).await;
    }
    let ours = ended
        .iter()
        .filter(|(id, _)| nodes.iter().any(|node| node.id.0 == *id));
    ours.map(|(_, at)| (*at - start).try_into().expect("time goes on"))
        .collect()
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

fn tell(what: &str, took: &mut [Duration]) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "{what}: save to proof p50 {:.2?}, p99 {:.2?}, slowest {:.2?} ({} proofs)",
        at(50),
        at(99),
        at(100),
        took.len()
    );
}

async fn start(
    backend: &Backend,
    url: &str,
    http: &reqwest::Client,
    number: usize,
    folder: PathBuf,
) -> Node {
    esl_sim::vanilla(&folder).expect("writes");
    let sim = Sim::builder(&folder).password(PASSWORD);
    let sim = sim.start_on("127.0.0.1:0").await.expect("starts");
    let actor = Actor::console();
    let code = nodes::add(backend, &actor, &format!("fs-{number}"))
        .await
        .expect("adds");
    let enrol = Enrol {
        version: VERSION,
        code: code.code,
        host_name: "bench".to_owned(),
        worker_version: "bench".to_owned(),
        event_socket: None,
    };
    let peer = "127.0.0.1".parse().expect("an address");
    let enrolled = nodes::enrol(backend, &enrol, peer).await.expect("enrols");
    let form = Form {
        host: "127.0.0.1".to_owned(),
        port: sim.address().port().to_string(),
        user: String::new(),
        password: PASSWORD.to_owned(),
    };
    links::set(backend, &actor, code.node, &form)
        .await
        .expect("links");
    let worker = Worker {
        url: url.to_owned(),
        http: http.clone(),
        token: enrolled.token,
        file: folder.join("autoload_configs/acl.conf.xml"),
    };
    Node {
        id: code.node,
        sim,
        worker: tokio::spawn(Arc::new(worker).run()),
    }
}

struct Worker {
    url: String,
    http: reqwest::Client,
    token: String,
    file: PathBuf,
}

impl Worker {
    async fn run(self: Arc<Self>) {
        let url = format!("{}/api/node/v1/orders", self.url);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await;
        let mut body = answer.expect("a stream").bytes_stream();
        let mut buffer = Vec::new();
        let mut last = None;
        while let Some(Ok(bytes)) = body.next().await {
            buffer.extend_from_slice(&bytes);
            while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=end).collect();
                let Ok(Down::Config(desired)) = serde_json::from_slice(&line) else {
                    continue;
                };
                let Some(deploy) = desired.acl else { continue };
                if last.replace(deploy.deployment) == Some(deploy.deployment) {
                    continue;
                }
                let text = std::fs::read_to_string(&self.file).expect("reads");
                let text = acl::file::write(&text, &deploy.content).expect("writes");
                std::fs::write(&self.file, &text).expect("writes");
                let report = KindReport {
                    answer: Some(Answer {
                        deployment: deploy.deployment,
                        attempt: deploy.attempt,
                        outcome: Outcome::Delivered,
                    }),
                    found: Some(Found {
                        content: Some(deploy.content),
                        running: None,
                        problem: None,
                        files: Vec::new(),
                    }),
                };
                self.tell(report).await;
            }
        }
    }

    async fn tell(&self, report: KindReport<acl::AclLists>) {
        let report = Report {
            version: VERSION,
            configs: ConfigReport {
                acl: Some(report),
                ..ConfigReport::default()
            },
            ..Report::default()
        };
        let url = format!("{}/api/node/v1/reports", self.url);
        let sent = self.http.post(url).bearer_auth(&self.token).json(&report);
        let answer = sent.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}
