//! Keeps open pages true: server-sent events, and the same as an answer to polling.

mod sessions;
mod stream;

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use backend::changes::{self, Cursor, Since, Topic};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::AppState;
use crate::error::ApiError;
use crate::session;
pub(crate) use sessions::Sessions;
use stream::Live;

/// Proxies close what is silent for half a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How soon a browser connects again.
const RETRY: Duration = Duration::from_secs(1);

/// Where the page is: the last event it got, or the place it was rendered at.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    after: Option<String>,
}

/// What happened.
#[derive(Debug, Serialize)]
struct News {
    /// Where to go on.
    cursor: String,
    /// What changed; each topic once.
    topics: Vec<&'static str>,
}

impl News {
    fn of(since: &Since) -> Self {
        if since.everything {
            return Self::everything(since.cursor);
        }
        let mut topics: Vec<Topic> = since.changes.iter().map(|change| change.topic).collect();
        topics.sort_unstable();
        topics.dedup();
        Self {
            cursor: since.cursor.to_string(),
            topics: topics.into_iter().map(Topic::as_str).collect(),
        }
    }

    /// Whatever the page shows is to be read again.
    fn everything(cursor: Cursor) -> Self {
        Self {
            cursor: cursor.to_string(),
            topics: Topic::ALL.into_iter().map(Topic::as_str).collect(),
        }
    }
}

/// `GET /live`: a first event `hello` with the place, then one message per burst of changes.
pub(crate) async fn events(
    State(state): State<AppState>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
    session: Session,
) -> Result<Response, ApiError> {
    let id = session.id().ok_or(ApiError::Unauthorized)?;
    let slot = state
        .streams
        .clone()
        .try_acquire_owned()
        .map_err(|_| ApiError::TooMany)?;
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .map(str::to_owned);
    let given = last.or(after).and_then(|text| text.parse().ok());
    // Before the place is read: nothing may fall between.
    let subscription = state.backend.changes().subscribe();
    let cursor = place(&state, given).await?;
    let live = Live::new(
        state.backend.clone(),
        state.shutdown.clone(),
        subscription,
        state.sessions.open(session::key(&id)),
        cursor,
        slot,
    );
    let hello = Event::default()
        .event("hello")
        .id(cursor.to_string())
        .retry(RETRY)
        .data("");
    let first = futures::stream::once(async move { Ok::<_, Infallible>(hello) });
    let events = futures::StreamExt::chain(first, live.events());
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    // nginx would keep the events until its buffer is full.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    response
        .headers_mut()
        .insert(unbuffered, HeaderValue::from_static("no"));
    Ok(response)
}

/// `GET /live/poll?after=…`: what changed since, at once.
pub(crate) async fn poll(
    State(state): State<AppState>,
    Query(After { after }): Query<After>,
) -> Result<Response, ApiError> {
    let Some(cursor) = after.and_then(|text| text.parse().ok()) else {
        let cursor = place(&state, None).await?.to_string();
        return Ok(Json(News {
            cursor,
            topics: Vec::new(),
        })
        .into_response());
    };
    let since = changes::since(&state.backend, cursor).await?;
    Ok(Json(News::of(&since)).into_response())
}

async fn place(state: &AppState, given: Option<Cursor>) -> Result<Cursor, ApiError> {
    match given {
        Some(cursor) => Ok(cursor),
        None => Ok(changes::head(&state.backend).await?),
    }
}
