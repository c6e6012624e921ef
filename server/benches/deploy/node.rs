//! One simulated node: a switch, and of its worker what configuration needs.

use std::path::PathBuf;
use std::sync::Arc;

use backend::links::{self, Form};
use backend::{Actor, Backend, nodes};
use domain::acl;
use domain::config::{Answer, Found, KindReport, Outcome};
use domain::ids::NodeId;
use domain::wire::{ConfigReport, Down, Enrol, Report, VERSION};
use esl_sim::Sim;
use futures::StreamExt;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "wolle-7351";

pub struct Node {
    pub id: NodeId,
    pub sim: Sim,
    pub worker: JoinHandle<()>,
    /// `acl.conf.xml`
    pub file: PathBuf,
}

/// Adds, enrols and links a node, whose worker then listens.
pub async fn start(
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
    let file = folder.join("autoload_configs/acl.conf.xml");
    let worker = Worker {
        url: url.to_owned(),
        http: http.clone(),
        token: enrolled.token,
        file: file.clone(),
    };
    Node {
        id: code.node,
        sim,
        file,
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
