use domain::ban::{Order, OrderResult, Outcome};
use domain::ids::NodeId;
use domain::wire::{
    ConfigReport, Desired, DesiredConfig, Down, Enrol, Enrolled, INSTANCE_HEADER, Receipt, Report,
    VERSION, WhitelistReport,
};
use reqwest::{RequestBuilder, StatusCode};

use super::{PATIENCE, TestConsole};

/// A worker's side of the wire.
#[derive(Clone)]
pub struct TestWorker {
    pub node: NodeId,
    pub name: String,
    pub token: String,
    pub instance: Option<&'static str>,
    pub url: String,
    pub http: reqwest::Client,
}

impl TestWorker {
    /// The status where the code is refused.
    pub async fn enrol(
        console: &TestConsole,
        node: NodeId,
        code: &str,
    ) -> Result<Self, StatusCode> {
        let message = Enrol {
            version: VERSION,
            code: code.to_owned(),
            host_name: "host.example".to_owned(),
            worker_version: "test".to_owned(),
            event_socket: None,
        };
        let url = format!("{}/api/node/v1/enrol", console.url);
        let response = console.http.post(url).json(&message).send().await.unwrap();
        if !response.status().is_success() {
            return Err(response.status());
        }
        let Enrolled { node_name, token } = response.json().await.unwrap();
        let (url, http) = (console.url.clone(), console.http.clone());
        Ok(Self {
            node,
            name: node_name,
            token,
            instance: None,
            url,
            http,
        })
    }

    /// The same worker, talking to another replica.
    pub fn at(&self, console: &TestConsole) -> Self {
        Self {
            url: console.url.clone(),
            ..self.clone()
        }
    }

    /// As a process of this name.
    pub fn process(&self, instance: &'static str) -> Self {
        Self {
            instance: Some(instance),
            ..self.clone()
        }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.bearer_auth(&self.token);
        match self.instance {
            Some(instance) => request.header(INSTANCE_HEADER, instance),
            None => request,
        }
    }

    pub async fn try_report(&self, report: &Report) -> Result<Receipt, StatusCode> {
        let request = self
            .http
            .post(format!("{}/api/node/v1/reports", self.url))
            .json(report);
        let response = self.signed(request).send().await.unwrap();
        match response.status() {
            StatusCode::OK => Ok(response.json().await.unwrap()),
            status => Err(status),
        }
    }

    pub async fn report(&self, report: &Report) -> Receipt {
        self.try_report(report).await.unwrap()
    }

    /// Sends raw bytes as a report.
    pub async fn send_bytes(&self, bytes: Vec<u8>) -> StatusCode {
        let request = self
            .http
            .post(format!("{}/api/node/v1/reports", self.url))
            .body(bytes);
        self.signed(request).send().await.unwrap().status()
    }

    pub async fn answer(&self, order: &Order, outcome: Outcome) -> Receipt {
        let results = vec![OrderResult {
            id: order.id,
            outcome,
        }];
        self.report(&Report {
            results,
            ..Report::default()
        })
        .await
    }

    /// Answers that everything in `desired` stands in file and jail.
    pub async fn prove(&self, desired: &Desired) -> Receipt {
        let proofs = desired
            .whitelist
            .iter()
            .map(|line| domain::whitelist::WhitelistProof {
                network: line.network,
                in_file: true,
                in_jail: true,
                error: None,
            })
            .collect();
        let whitelist = Some(WhitelistReport {
            version: desired.version,
            proofs,
        });
        self.report(&Report {
            whitelist,
            ..Report::default()
        })
        .await
    }

    /// Tells about configuration.
    pub async fn tell(&self, configs: ConfigReport) -> Receipt {
        self.report(&Report {
            configs,
            ..Report::default()
        })
        .await
    }

    pub async fn try_stream(&self) -> Result<Stream, StatusCode> {
        let request = self.http.get(format!("{}/api/node/v1/orders", self.url));
        let response = self.signed(request).send().await.unwrap();
        match response.status() {
            StatusCode::OK => Ok(Stream {
                response,
                buffer: Vec::new(),
            }),
            status => Err(status),
        }
    }

    pub async fn stream(&self) -> Stream {
        self.try_stream().await.unwrap()
    }
}

/// An open stream of orders.
pub struct Stream {
    response: reqwest::Response,
    buffer: Vec<u8>,
}

impl Stream {
    /// The next line; `None` where the console ended the stream.
    pub async fn next(&mut self) -> Option<Down> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk());
            let chunk = chunk.await.expect("the stream says nothing").unwrap()?;
            self.buffer.extend_from_slice(&chunk);
        }
    }

    /// Waits for the next orders.
    pub async fn orders(&mut self) -> Vec<Order> {
        loop {
            if let Down::Orders { orders } = self.next().await.expect("the stream has ended") {
                return orders;
            }
        }
    }

    /// Waits until the node shall be like this.
    pub async fn desired(&mut self, like: impl Fn(&Desired) -> bool) -> Desired {
        loop {
            match self.next().await.expect("the stream has ended") {
                Down::Desired(desired) if like(&desired) => return desired,
                _ => {}
            }
        }
    }

    /// Waits until the node's configuration shall be like this.
    pub async fn config(&mut self, like: impl Fn(&DesiredConfig) -> bool) -> DesiredConfig {
        loop {
            match self.next().await.expect("the stream has ended") {
                Down::Config(desired) if like(&desired) => return desired,
                _ => {}
            }
        }
    }

    /// Reads to the end; the last line that is not a ping.
    pub async fn end(&mut self) -> Option<Down> {
        let mut last = None;
        while let Some(down) = self.next().await {
            if !matches!(down, Down::Ping { .. }) {
                last = Some(down);
            }
        }
        last
    }
}
