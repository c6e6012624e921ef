//! Where a request comes from: the peer, or what a proxy of ours says.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::AppState;
use crate::config::Http;
use crate::node_api::Peer;

const FORWARDED: &str = "x-forwarded-for";

/// The other end of the TCP connection; put into each request by [`crate::serve`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection(pub SocketAddr);

/// Puts [`Peer`] into the request: for throttle, audit, workers and "my address".
pub(crate) async fn layer(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(Connection(peer)) = request.extensions().get::<Connection>().copied() {
        let address = client(peer.ip(), request.headers(), &state.settings.http);
        request.extensions_mut().insert(Peer(address));
    }
    next.run(request).await
}

/// Goes from the peer backwards through what proxies of ours have added, and stops at the first
/// address that is not one of them: everything left of it may be made up.
fn client(peer: IpAddr, headers: &HeaderMap, http: &Http) -> IpAddr {
    let mut client = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all(FORWARDED)
        .iter()
        .flat_map(|header| header.to_str().unwrap_or("?").split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !http.trusts(client) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_proxies_are_believed() {
        let http = Http {
            trusted_proxies: vec!["192.0.2.0/28".parse().unwrap(), "::1/128".parse().unwrap()],
            ..Http::default()
        };
        for (peer, forwarded, expected) in [
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("192.0.2.1", vec![], "192.0.2.1"),
            ("192.0.2.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("192.0.2.1", vec!["10.9.9.9, 198.51.100.1"], "198.51.100.1"),
            (
                "192.0.2.1",
                vec!["10.9.9.9", "198.51.100.1, 192.0.2.2"],
                "198.51.100.1",
            ),
            ("192.0.2.1", vec!["127.0.0.1, rubbish"], "192.0.2.1"),
            (
                "192.0.2.1",
                vec!["198.51.100.1, 192.0.2.2, \u{1}"],
                "192.0.2.1",
            ),
            ("::1", vec!["2001:db8::5"], "2001:db8::5"),
            (
                "::ffff:192.0.2.1",
                vec!["::ffff:198.51.100.1"],
                "198.51.100.1",
            ),
        ] {
            let mut headers = HeaderMap::new();
            for value in &forwarded {
                let value = axum::http::HeaderValue::from_bytes(value.as_bytes())
                    .unwrap_or_else(|_| axum::http::HeaderValue::from_static("?"));
                headers.append(FORWARDED, value);
            }
            let found = client(peer.parse().unwrap(), &headers, &http);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
        }
    }
}
