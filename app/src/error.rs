//! What a server function may answer when it did nothing.

use axum::http::StatusCode;
use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// Faults only: what an operator can mend (a wrong field) goes back into the form instead.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in (any more).
    #[error("sign in first")]
    SignedOut,
    /// The role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// There is no such thing (any more).
    #[error("not found")]
    NotFound,
    /// Too many wrong passwords or tokens; later.
    #[error("too many attempts; wait a few minutes")]
    TooMany,
    /// Nothing was saved.
    #[error("the database does not answer; nothing was saved")]
    Unavailable,
    /// The request was not of the form the server function takes.
    #[error("the request could not be read")]
    Malformed,
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        tracing::debug!("server function refused: {error}");
        Self::Malformed.told()
    }
}

impl AppError {
    /// With its status in the answer; a form's would lead back to its page without a word.
    pub(crate) fn told(self) -> Self {
        let status = match self {
            Self::SignedOut | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Malformed => StatusCode::BAD_REQUEST,
        };
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(status);
        }
        self
    }
}

impl From<backend::Error> for AppError {
    /// The one table from what the backend says to what the browser hears; logged here, once.
    fn from(error: backend::Error) -> Self {
        let error = match error {
            backend::Error::Forbidden => Self::Forbidden,
            backend::Error::NotFound => Self::NotFound,
            backend::Error::TooMany => Self::TooMany,
            backend::Error::Invalid { .. } => Self::Malformed,
            backend::Error::Database(source) => {
                tracing::error!("database: {source}");
                Self::Unavailable
            }
            error @ (backend::Error::Inconsistent { .. } | backend::Error::Sealed(_)) => {
                tracing::error!("{error}");
                Self::Unavailable
            }
        };
        error.told()
    }
}
