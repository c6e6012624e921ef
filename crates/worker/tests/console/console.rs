//! A small console over real HTTP: stores by the cursor rule, and misbehaves when told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::ban::OrderResult;
use domain::health::Health;
use domain::wire::{
    ConfigReport, Cursor, DesiredConfig, Down, Enrol, Enrolled, Gap, INSTANCE_HEADER, PING_SECONDS,
    Receipt, Refusal, RefusalKind, Report, Source,
};
use tokio::sync::{mpsc, watch};

pub const TOKEN: &str = "test-token-0123456789";
pub const CODE: &str = "one-time-code";

/// What is wrong with one answer.
pub enum Trouble {
    /// Committed, but the answer is lost.
    Lost,
    /// Answered by somebody else, such as a proxy; not committed.
    Proxy(StatusCode),
    /// Not committed, for the console's own reason.
    Refused(StatusCode, RefusalKind),
}

impl Trouble {
    fn answer(&self) -> Response {
        match self {
            Self::Lost => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Self::Proxy(status) => (*status, "<html>a proxy says no</html>").into_response(),
            Self::Refused(status, kind) => {
                let refusal = Refusal {
                    error: "the console says no".to_owned(),
                    kind: *kind,
                };
                (*status, Json(refusal)).into_response()
            }
        }
    }
}

/// What the console has committed.
#[derive(Default)]
pub struct Stored {
    pub cursors: BTreeMap<Source, Cursor>,
    /// Raw lines with their key.
    pub lines: BTreeMap<(i64, i64), String>,
    pub doubled: usize,
    pub gaps: Vec<Gap>,
    pub results: Vec<OrderResult>,
    pub health: Option<Health>,
    /// Said first on every stream.
    pub desired: Option<DesiredConfig>,
    pub configs: Vec<ConfigReport>,
    pub instances: Vec<String>,
    /// Processes that another one took over from.
    pub fenced: Vec<String>,
    /// … may come back.
    pub fenced_takes: bool,
    /// … wanted to, and may not.
    pub turned_away: usize,
    pub reports: usize,
    /// Answer the next reports of lines so.
    pub trouble: VecDeque<Trouble>,
    /// A proxy's: longer bodies are answered 413.
    pub body_limit: Option<usize>,
    pub too_large: usize,
    /// Reports that hold this text are never taken.
    pub poison: Option<&'static str>,
    streams: Vec<mpsc::UnboundedSender<Down>>,
}

#[derive(Clone)]
pub struct Console {
    pub url: String,
    stored: Arc<Mutex<Stored>>,
    changed: watch::Sender<u64>,
}

impl Console {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let console = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            stored: Arc::default(),
            changed: watch::Sender::new(0),
        };
        let router = Router::new()
            .route("/api/node/v1/enrol", post(enrol))
            .route("/api/node/v1/reports", post(report))
            .route("/api/node/v1/orders", get(orders))
            .layer(axum::extract::DefaultBodyLimit::max(32 << 20))
            .with_state(console.clone());
        tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        console
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Stored) -> T) -> T {
        look(&mut self.stored.lock().unwrap())
    }

    /// Waits until what is stored satisfies `is`; looked at after each request.
    pub async fn until(&self, what: &str, is: impl Fn(&Stored) -> bool) {
        let mut changed = self.changed.subscribe();
        let limit = Duration::from_mins(2);
        let wait = async {
            while !self.with(|stored| is(stored)) {
                changed.changed().await.unwrap();
            }
        };
        assert!(
            tokio::time::timeout(limit, wait).await.is_ok(),
            "never: {what}"
        );
    }

    /// Says something on every open stream.
    pub fn say(&self, down: &Down) {
        self.with(|stored| {
            stored
                .streams
                .retain(|stream| stream.send(down.clone()).is_ok());
        });
    }

    /// Wants this of every node, from now on.
    pub fn want(&self, desired: DesiredConfig) {
        self.with(|stored| stored.desired = Some(desired.clone()));
        self.say(&Down::Config(desired));
    }

    /// Breaks every stream off.
    pub fn hang_up(&self) {
        self.with(|stored| stored.streams.clear());
    }

    /// Another worker takes over from whoever has a stream.
    pub fn fence(&self) {
        self.with(|stored| stored.fenced = stored.instances.clone());
        self.say(&Down::Fenced);
    }

    fn touched(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}

fn authorised(headers: &HeaderMap) -> bool {
    let bearer = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    bearer == Some(&format!("Bearer {TOKEN}"))
}

fn instance(headers: &HeaderMap) -> String {
    headers[INSTANCE_HEADER].to_str().unwrap().to_owned()
}

async fn enrol(Json(enrol): Json<Enrol>) -> Response {
    if enrol.code != CODE {
        return Trouble::Refused(StatusCode::FORBIDDEN, RefusalKind::Token).answer();
    }
    Json(Enrolled {
        node_name: "node-a".to_owned(),
        token: TOKEN.to_owned(),
    })
    .into_response()
}

async fn report(State(console): State<Console>, headers: HeaderMap, body: Bytes) -> Response {
    if !authorised(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let too_large = console.with(|stored| {
        let too_large = stored.body_limit.is_some_and(|limit| body.len() > limit);
        stored.too_large += usize::from(too_large);
        too_large
    });
    if too_large {
        return Trouble::Proxy(StatusCode::PAYLOAD_TOO_LARGE).answer();
    }
    let report: Report = serde_json::from_slice(&body).unwrap();
    let answer = console.with(|stored| {
        stored.reports += 1;
        if stored.fenced.contains(&instance(&headers)) {
            return Trouble::Refused(StatusCode::CONFLICT, RefusalKind::Fenced).answer();
        }
        let poisoned = stored.poison.is_some_and(|poison| {
            let mut events = report.chunks.iter().flat_map(|chunk| &chunk.attacks);
            events.any(|event| event.raw.contains(poison))
        });
        let trouble = match stored.trouble.front() {
            _ if poisoned => Some(Trouble::Refused(
                StatusCode::UNPROCESSABLE_ENTITY,
                RefusalKind::Never,
            )),
            Some(_) if !report.chunks.is_empty() => stored.trouble.pop_front(),
            _ => None,
        };
        if trouble
            .as_ref()
            .is_none_or(|trouble| matches!(trouble, Trouble::Lost))
        {
            commit(stored, report);
        }
        match trouble {
            Some(trouble) => trouble.answer(),
            None => Json(Receipt {
                cursors: stored.cursors.values().copied().collect(),
                ban_list: 1,
                resync: false,
            })
            .into_response(),
        }
    });
    console.touched();
    answer
}

fn commit(stored: &mut Stored, report: Report) {
    for chunk in report.chunks {
        let end = (chunk.end.generation, chunk.end.offset);
        let known = stored
            .cursors
            .get(&chunk.end.source)
            .map(|at| (at.generation, at.offset));
        if known.is_some_and(|known| end <= known) {
            continue;
        }
        stored.gaps.extend(chunk.gap);
        for event in chunk.attacks {
            let key = (chunk.end.generation, event.offset);
            let before = known.is_some_and(|known| key < known);
            if !before && stored.lines.insert(key, event.raw).is_some() {
                stored.doubled += 1;
            }
        }
        stored.cursors.insert(chunk.end.source, chunk.end);
    }
    stored.results.extend(report.results);
    if report.configs != ConfigReport::default() {
        stored.configs.push(report.configs);
    }
    stored.health = report.health.or(stored.health.take());
}

/// A stream that falls silent is opened again, and the tests count streams.
async fn ping(stream: mpsc::WeakUnboundedSender<Down>) {
    let now = || runtime::Clock::system().unix_millis();
    let ping = |stream: mpsc::UnboundedSender<Down>| stream.send(Down::Ping { now: now() }).ok();
    while stream.upgrade().and_then(ping).is_some() {
        tokio::time::sleep(Duration::from_secs(PING_SECONDS)).await;
    }
}

async fn orders(State(console): State<Console>, headers: HeaderMap) -> Response {
    if !authorised(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (sender, mut lines) = mpsc::unbounded_channel();
    let taken = console.with(|stored| {
        let instance = instance(&headers);
        if stored.fenced.contains(&instance) && !stored.fenced_takes {
            stored.turned_away += 1;
            return false;
        }
        stored.instances.push(instance);
        let cursors = stored.cursors.values().copied().collect();
        let welcome = Down::Welcome {
            version: 1,
            node_name: "node-a".to_owned(),
            cursors,
            ban_list: 0,
        };
        sender.send(welcome).unwrap();
        if let Some(desired) = stored.desired.clone() {
            sender.send(Down::Config(desired)).unwrap();
        }
        tokio::spawn(ping(sender.downgrade()));
        stored.streams.push(sender);
        true
    });
    console.touched();
    if !taken {
        return Trouble::Refused(StatusCode::CONFLICT, RefusalKind::Fenced).answer();
    }
    let stream = futures::stream::poll_fn(move |context| {
        lines.poll_recv(context).map(|down| {
            let mut line = serde_json::to_vec(&down?).unwrap();
            line.push(b'\n');
            Some(Ok::<_, std::convert::Infallible>(line))
        })
    });
    Body::from_stream(stream).into_response()
}
