//! `POST /api/node/v1/enrol`

use axum::Json;
use axum::body::Body;
use axum::extract;
use backend::nodes;
use domain::wire::{Enrol, Enrolled};

use super::auth::Peer;
use super::error::ApiError;
use super::{State, reports};

/// Bytes; a code and two names.
const LIMIT: usize = 16 * 1024;

pub(super) async fn enrol(
    extract::State(state): extract::State<State>,
    Peer(peer): Peer,
    body: Body,
) -> Result<Json<Enrolled>, ApiError> {
    let body = reports::read(body, LIMIT).await?;
    let asked: Enrol = serde_json::from_slice(&body)?;
    let enrolled = nodes::enrol(&state.backend, &asked, peer).await;
    let enrolled = enrolled.map_err(|error| match error {
        backend::Error::Invalid {
            problem: backend::Problem::DefaultPassword,
            ..
        } => ApiError::DefaultPassword,
        backend::Error::Invalid { .. } => ApiError::Code,
        other => other.into(),
    })?;
    tracing::info!(
        node.name = enrolled.node_name,
        "node {} enrolled",
        enrolled.node_name
    );
    Ok(Json(enrolled))
}
