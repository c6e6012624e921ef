//! The stream of orders: one JSON object a line, opened again whenever it breaks or falls silent.

use std::time::Duration;

use domain::guard::{Guarded, Protected};
use domain::net::Network;
use domain::wire::{Down, PING_SECONDS};
use reqwest::Response;
use runtime::Shutdown;
use tokio::sync::mpsc;

use super::backoff::Backoff;
use super::token::Token;
use super::{Client, ConsoleError};

/// Longest line; a whitelist of 20,000 entries is shorter.
const LINE_LIMIT: usize = 8 << 20;
/// Silence after which the stream counts as dead.
const SILENCE: Duration = Duration::from_secs(3 * PING_SECONDS);
/// Pause where another try is of no use soon: revoked.
const LONG: Duration = Duration::from_secs(30);

/// Passes on what the console says until stopped; true when fenced off by another worker.
pub async fn run(client: Client, token: Token, to: mpsc::Sender<Down>, shutdown: Shutdown) -> bool {
    let mut backoff = Backoff::default();
    let mut connected = true;
    loop {
        let listened = tokio::select! {
            listened = listen(&client, &token, &to, &mut backoff) => listened,
            () = shutdown.stopping() => return false,
        };
        connected |= backoff.is_fresh();
        let pause = match listened {
            Ok(()) => backoff.pause(),
            Err(ConsoleError::Fenced) => {
                tracing::error!("another worker has taken over for this node; this one stays away");
                return true;
            }
            Err(error) => {
                // Once for each time it is lost, not for each try.
                if std::mem::take(&mut connected) {
                    tracing::warn!("{error}; trying again");
                }
                if matches!(error, ConsoleError::Unknown) {
                    LONG
                } else {
                    backoff.pause()
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.stopping() => return false,
        }
    }
}

async fn listen(
    client: &Client,
    token: &Token,
    to: &mpsc::Sender<Down>,
    backoff: &mut Backoff,
) -> Result<(), ConsoleError> {
    let response = client.orders(token).await?;
    let peer = response.remote_addr().map(|peer| Network::host(peer.ip()));
    let mut lines = Lines::new(response);
    while let Some(line) = lines.next().await? {
        let mut down: Down = serde_json::from_slice(&line).map_err(|_| ConsoleError::Garbled)?;
        guard(&mut down, peer);
        backoff.reset();
        if down == Down::Fenced {
            return Err(ConsoleError::Fenced);
        }
        if to.send(down).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Whom this node speaks to must not be banned either: the console need not know under which
/// address (a proxy's, another name server's) it is reached from here.
fn guard(down: &mut Down, peer: Option<Network>) {
    let (Down::Desired(desired), Some(network)) = (down, peer) else {
        return;
    };
    desired.never_ban.push(Guarded {
        network,
        why: Protected::Console,
    });
}

struct Lines {
    response: Response,
    buffer: Vec<u8>,
}

impl Lines {
    fn new(response: Response) -> Self {
        Self {
            response,
            buffer: Vec::new(),
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, ConsoleError> {
        let mut searched = 0;
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer[searched..]) {
                let mut line: Vec<u8> = self.buffer.drain(..=searched + end).collect();
                line.pop();
                searched = 0;
                if line.trim_ascii().is_empty() {
                    continue;
                }
                return Ok(Some(line));
            }
            searched = self.buffer.len();
            let chunk = match tokio::time::timeout(SILENCE, self.response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(_)) => return Err(ConsoleError::Away("the stream broke off".to_owned())),
                Err(_) => return Err(ConsoleError::Away("the stream fell silent".to_owned())),
            };
            if self.buffer.len() + chunk.len() > LINE_LIMIT {
                return Err(ConsoleError::Garbled);
            }
            self.buffer.extend_from_slice(&chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_12_the_console_as_this_node_reaches_it_is_protected() {
        let peer: Network = "192.0.2.80".parse().unwrap();
        let mut down = Down::Desired(domain::wire::Desired::default());
        guard(&mut down, Some(peer));
        let Down::Desired(desired) = &down else {
            panic!("{down:?}");
        };
        let refused = domain::guard::may_ban(peer, &desired.never_ban).unwrap_err();
        assert_eq!(refused.why, Protected::Console);
        let mut ping = Down::Ping { now: 1 };
        guard(&mut ping, Some(peer));
        assert_eq!(ping, Down::Ping { now: 1 });
    }
}
