//! HTTP to the console: no redirects, bounded answers, time limits, no secret in any error.

use std::path::Path;
use std::time::Duration;

use domain::reason::ConsoleReason;
use domain::wire::{self, Enrol, Enrolled, INSTANCE_HEADER, Receipt, Refusal, RefusalKind, Report};
use reqwest::{Certificate, ClientBuilder, Response, StatusCode};

use super::backoff::random;
use super::token::Token;
use crate::config::{ConfigError, ConsoleConfig, check_url};

const CONNECT: Duration = Duration::from_secs(5);
/// A whole report, with its answer.
const REQUEST: Duration = Duration::from_secs(40);
/// Longest answer to a report.
const ANSWER_LIMIT: usize = 1 << 20;

/// Why the console did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// The settings do not allow a client.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The authority's file cannot be used.
    #[error("console.ca_file: {0}")]
    Authority(String),
    /// Not reached, or broken off.
    #[error("the console is not reached: {0}")]
    Away(String),
    /// The token is not valid (any more).
    #[error("the console does not know this node; enrol it again")]
    Unknown,
    /// The one-time code is not valid (any more).
    #[error(
        "the console does not take the code: it is wrong, used or older than 15 minutes; \
         the node's page gives a new one (New enrolment code)"
    )]
    Code,
    /// Another worker acts for the node.
    #[error("another worker has taken over for this node")]
    Fenced,
    /// The console itself says that it will never accept this.
    #[error("the console refuses it: {0}")]
    Refused(String),
    /// Fewer bytes may pass.
    #[error("a report is too large for the console or a proxy before it")]
    TooLarge,
    /// Not now, or not the console's words: a proxy answers.
    #[error("the console or a proxy before it answers {0}")]
    Busy(StatusCode),
    /// The answer is not what a console says.
    #[error("the console's answer is not understood")]
    Garbled,
}

impl ConsoleError {
    /// Why a console that is reached does not take a report.
    pub(super) fn reason(&self) -> Option<ConsoleReason> {
        Some(match self {
            Self::TooLarge => ConsoleReason::TooLarge,
            Self::Busy(status) => ConsoleReason::Answers {
                status: status.as_u16(),
            },
            Self::Refused(said) => ConsoleReason::Refused { said: said.clone() },
            Self::Garbled => ConsoleReason::NotUnderstood,
            Self::Config(_)
            | Self::Authority(_)
            | Self::Away(_)
            | Self::Unknown
            | Self::Code
            | Self::Fenced => return None,
        })
    }
}

/// Speaks to one console. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// This process ([`INSTANCE_HEADER`]).
    instance: String,
}

impl Client {
    /// Connects with the first request.
    ///
    /// # Errors
    /// [`ConsoleError::Config`], [`ConsoleError::Authority`].
    pub fn new(config: &ConsoleConfig) -> Result<Self, ConsoleError> {
        check_url(&config.url)?;
        // Once a process; a second one is refused and the first stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = match &config.ca_file {
            Some(path) => {
                let roots = bundle(path).map_err(ConsoleError::Authority)?;
                builder().tls_certs_only(roots).build()
            }
            // Loopback without TLS: no authority is needed.
            None if config.url.starts_with("http://") => {
                builder().tls_certs_only([]).no_proxy().build()
            }
            None => builder().build(),
        };
        let http = http.map_err(|error| away(&error))?;
        Ok(Self {
            http,
            base: config.url.trim_end_matches('/').to_owned(),
            instance: format!("{:016x}{:016x}", random(), random()),
        })
    }

    /// Trades a one-time code for the node's token.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub async fn enrol(&self, enrol: &Enrol) -> Result<Enrolled, ConsoleError> {
        let request = self.http.post(self.url("enrol")).timeout(REQUEST);
        let response = request.json(enrol).send().await;
        let response = checked(response).await.map_err(|error| match error {
            ConsoleError::Unknown => ConsoleError::Code,
            other => other,
        })?;
        let body = answer(response).await?;
        serde_json::from_slice(&body).map_err(|_| ConsoleError::Garbled)
    }

    /// Sends a report; the receipt says it is committed.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub async fn report(&self, token: &Token, report: &Report) -> Result<Receipt, ConsoleError> {
        let request = self
            .http
            .post(self.url("reports"))
            .timeout(REQUEST)
            .bearer_auth(token.secret())
            .header(INSTANCE_HEADER, &self.instance)
            .json(report);
        let body = answer(checked(request.send().await).await?).await?;
        serde_json::from_slice(&body).map_err(|_| ConsoleError::Garbled)
    }

    /// Opens the stream of orders.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub async fn orders(&self, token: &Token) -> Result<Response, ConsoleError> {
        let request = self
            .http
            .get(self.url("orders"))
            .bearer_auth(token.secret())
            .header(INSTANCE_HEADER, &self.instance);
        let silence = Duration::from_secs(3 * wire::PING_SECONDS);
        let asked = async { checked(request.send().await).await };
        match tokio::time::timeout(silence, asked).await {
            Ok(response) => response,
            Err(_) => Err(ConsoleError::Away("no answer in time".to_owned())),
        }
    }

    fn url(&self, what: &str) -> String {
        format!("{}/api/node/v1/{what}", self.base)
    }
}

fn builder() -> ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .pool_max_idle_per_host(3)
        .user_agent(concat!("callwarden-worker/", env!("CARGO_PKG_VERSION")))
}

/// The authorities in a PEM file; at least one.
fn bundle(path: &Path) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let roots = Certificate::from_pem_bundle(&pem).map_err(|error| error.to_string())?;
    if roots.is_empty() {
        return Err("holds no certificate".to_owned());
    }
    Ok(roots)
}

/// Causes in one line, without the URL.
fn away(error: &reqwest::Error) -> ConsoleError {
    let mut text = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "broken off".to_owned()
    };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    ConsoleError::Away(domain::inert::inert(text.as_bytes(), 500))
}

async fn checked(response: Result<Response, reqwest::Error>) -> Result<Response, ConsoleError> {
    let response = response.map_err(|error| away(&error))?;
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(response);
    }
    let body = answer(response).await.unwrap_or_default();
    Err(refused(status, &body))
}

/// What an answer that is no success means. Only the console's own word is final: what a proxy
/// says, or a console that is being replaced, holds for now.
fn refused(status: StatusCode, body: &[u8]) -> ConsoleError {
    let refusal = serde_json::from_slice::<Refusal>(body).ok();
    let kind = refusal.as_ref().map(|refusal| refusal.kind);
    match (kind, refusal) {
        (Some(RefusalKind::Token), _) => ConsoleError::Unknown,
        (Some(RefusalKind::Fenced), _) => ConsoleError::Fenced,
        (Some(RefusalKind::Never), Some(refusal)) => {
            ConsoleError::Refused(domain::inert::inert(refusal.error.as_bytes(), 300))
        }
        (Some(RefusalKind::TooLarge), _) => ConsoleError::TooLarge,
        _ if status == StatusCode::PAYLOAD_TOO_LARGE => ConsoleError::TooLarge,
        _ => ConsoleError::Busy(status),
    }
}

async fn answer(mut response: Response) -> Result<Vec<u8>, ConsoleError> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|error| away(&error))? {
        if body.len() + bytes.len() > ANSWER_LIMIT {
            return Err(ConsoleError::Garbled);
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}
