//! `POST /api/node/v1/reports`

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract;
use backend::{ingest, nodes};
use domain::wire::{Receipt, Report};

use super::State;
use super::auth::Worker;
use super::error::ApiError;

/// Bytes of one report: 5,000 long lines, or a ban list of 100,000.
const LIMIT: usize = 16 * 1024 * 1024;

/// A body that takes longer is given up.
const BODY_TIME: Duration = Duration::from_secs(30);

pub(super) async fn report(
    extract::State(state): extract::State<State>,
    worker: Worker,
    body: Body,
) -> Result<Json<Receipt>, ApiError> {
    if !nodes::acts(&state.backend, worker.auth.id, worker.instance.as_deref()).await? {
        return Err(ApiError::Fenced);
    }
    let body = read(body, LIMIT).await?;
    let report: Report = serde_json::from_slice(&body)?;
    drop(body);
    Ok(Json(
        ingest::accept(&state.backend, worker.auth.id, worker.peer, report).await?,
    ))
}

/// A whole body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let read = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, limit)).await;
    read.map_err(|_| ApiError::Incomplete)?.map_err(|error| {
        // axum tells the two apart by the source only.
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.to_string().contains("length limit")) {
            ApiError::TooLarge
        } else {
            ApiError::Incomplete
        }
    })
}
