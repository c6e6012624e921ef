//! `GET /api/node/v1/orders`

use axum::body::Body;
use axum::extract;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use backend::nodes::{self, Claim};

use super::State;
use super::auth::Worker;
use super::error::ApiError;
use super::feed::Feed;

/// A stream of `domain::wire::Down`, one JSON object a line, until the token is revoked, another
/// worker takes over, or the console stops.
pub(super) async fn orders(
    extract::State(state): extract::State<State>,
    worker: Worker,
) -> Result<Response, ApiError> {
    let Worker {
        auth,
        token,
        instance,
        peer,
    } = worker;
    // From before the first reading, so that nothing falls between.
    let views = state.backend.watch().subscribe();
    let claim = nodes::claim(&state.backend, auth.id, instance.as_deref(), peer).await?;
    let Claim::Taken(stream) = claim else {
        tracing::warn!(
            node.name = auth.name,
            "a fenced worker of {} asks for orders",
            auth.name
        );
        return Err(ApiError::Fenced);
    };
    let feed = Feed::open(state, auth, token, stream, views).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(feed.into_stream())).into_response())
}
