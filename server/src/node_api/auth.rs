//! Which worker asks, and from where.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use backend::nodes::{self, NodeAuth};
use domain::wire::INSTANCE_HEADER;

use super::State;
use super::error::ApiError;

/// The address a request comes from, set by the server's proxy layer.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl Peer {
    pub(super) fn of(parts: &Parts) -> IpAddr {
        let address = parts
            .extensions
            .get::<Self>()
            .map(|peer| peer.0)
            .or_else(|| {
                parts
                    .extensions
                    .get::<ConnectInfo<SocketAddr>>()
                    .map(|info| info.0.ip())
            });
        address
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
            .to_canonical()
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Self::of(parts)))
    }
}

/// A worker with a valid token.
pub(super) struct Worker {
    /// The only node it speaks for.
    pub auth: NodeAuth,
    /// Secret; asked for again while a stream is open.
    pub token: String,
    /// Its process ([`INSTANCE_HEADER`]).
    pub instance: Option<String>,
    pub peer: IpAddr,
}

impl FromRequestParts<State> for Worker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(ApiError::Token)?
            .to_owned();
        let auth = nodes::authenticate(&state.backend, &token)
            .await?
            .ok_or(ApiError::Token)?;
        let instance = parts.headers.get(INSTANCE_HEADER);
        let instance = instance
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Ok(Self {
            auth,
            token,
            instance,
            peer: Peer::of(parts),
        })
    }
}
