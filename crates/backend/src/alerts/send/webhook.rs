//! One signed HTTP request.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::inert::inert;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::{Answer, Letter, Outcome, reach, sign};

/// For the whole exchange, and for opening the connection.
const EXCHANGE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read, and that are shown.
const READ: usize = 4_096;
const SHOWN: usize = 200;

/// Sends it to the addresses that were looked at, and to no others.
pub(super) async fn send(url: &str, secret: &str, letter: Letter<'_>, excerpt: bool) -> Answer {
    let Ok(url) = Url::parse(url) else {
        return Outcome::Broken.into();
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Outcome::Broken.into();
    };
    let addresses = match reach::addresses(host, port, letter.allow_private).await {
        Ok(addresses) => addresses,
        Err(outcome) => return outcome.into(),
    };
    let Some(client) = client(addresses) else {
        return Outcome::Tls.into();
    };
    let unix = letter.now.unix_timestamp();
    let request = client
        .post(url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("callwarden-id", letter.id)
        .header("callwarden-timestamp", unix)
        .header(
            "callwarden-signature",
            sign::signature(secret, unix, letter.body),
        )
        .body(letter.body.to_owned());
    match request.send().await {
        Err(error) => failure(&error).into(),
        Ok(response) => {
            let status = response.status();
            let outcome = match status.as_u16() {
                code if status.is_success() => Outcome::Accepted(code),
                code if status.is_redirection() => Outcome::Redirected(code),
                code => Outcome::Refused(code),
            };
            let excerpt = if excerpt {
                beginning(response, &url, secret).await
            } else {
                None
            };
            Answer { outcome, excerpt }
        }
    }
}

/// Every name leads to the addresses that were checked, whatever the system would say a moment later.
struct Checked(Vec<SocketAddr>);

impl Resolve for Checked {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

fn client(addresses: Vec<SocketAddr>) -> Option<Client> {
    super::use_ring();
    Client::builder()
        .dns_resolver(Arc::new(Checked(addresses)))
        .redirect(Policy::none())
        // A proxy of the environment would connect to what we have not looked at.
        .no_proxy()
        .referer(false)
        .timeout(EXCHANGE)
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(0)
        .user_agent("callwarden")
        .build()
        .ok()
}

/// Never with the error's own text: it names the address, which may be a secret.
fn failure(error: &reqwest::Error) -> Outcome {
    if error.is_timeout() {
        return Outcome::TimedOut;
    }
    if !error.is_connect() {
        return Outcome::Broken;
    }
    let mut cause = error.source();
    while let Some(source) = cause {
        if source.is::<rustls::Error>() {
            return Outcome::Tls;
        }
        // What an I/O error wraps is not its source.
        let wrapped = source.downcast_ref().and_then(std::io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => source.source(),
        };
    }
    Outcome::Unreachable
}

/// What the receiver says, where it does not repeat what is secret.
async fn beginning(mut response: Response, url: &Url, secret: &str) -> Option<String> {
    let mut read = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        read.extend_from_slice(&chunk[..chunk.len().min(READ - read.len())]);
        if read.len() == READ {
            break;
        }
    }
    let text = String::from_utf8_lossy(&read);
    let path = url.path();
    let secrets = [secret, path, url.query().unwrap_or_default()];
    let repeats = |secret: &&str| secret.len() > 1 && text.contains(secret);
    if text.trim().is_empty() || secrets.iter().any(repeats) {
        return None;
    }
    Some(inert(text.trim().as_bytes(), SHOWN))
}
