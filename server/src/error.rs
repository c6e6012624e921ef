//! What the console's own endpoints (not pages, not server functions) answer when they cannot.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::away;

/// One table from error to status. Logged here, once.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody is signed in, or the token is not (any more) valid.
    #[error("sign in first")]
    Unauthorized,
    /// Too much at once.
    #[error("too many requests; try again later")]
    TooMany,
    /// The use case failed.
    #[error(transparent)]
    Backend(#[from] backend::Error),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Backend(backend::Error::Forbidden) => StatusCode::FORBIDDEN,
            Self::TooMany | Self::Backend(backend::Error::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            Self::Backend(backend::Error::Invalid { .. }) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Backend(backend::Error::NotFound) => StatusCode::NOT_FOUND,
            Self::Backend(backend::Error::Database(source)) => {
                tracing::error!("database: {source}");
                return away::text();
            }
            Self::Backend(
                error @ (backend::Error::Inconsistent { .. } | backend::Error::Sealed(_)),
            ) => {
                tracing::error!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        (status, format!("{self}\n")).into_response()
    }
}
