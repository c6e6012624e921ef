//! What a worker is told when something is refused: one table from error to status.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::wire::{Refusal, RefusalKind};

/// Why a request was not done. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// No token, or one that is not (any more) valid.
    #[error("the token is not valid")]
    Token,
    /// The one-time code is wrong, used up or expired.
    #[error("the enrolment code is not valid")]
    Code,
    /// Everybody can sign in at the node's switch.
    #[error(
        "the Event Socket of this FreeSWITCH still has its default password, ClueCon: everybody who \
         reaches it controls the switch. Change param \"password\" in \
         autoload_configs/event_socket.conf.xml to a long random one, load it with \
         fs_cli -x 'reload mod_event_socket' (or restart FreeSWITCH), and enrol again; the code stays valid"
    )]
    DefaultPassword,
    /// Another process acts for the node.
    #[error("another worker has taken over for this node")]
    Fenced,
    /// Larger than any worker sends.
    #[error("the body is too large")]
    TooLarge,
    /// The body did not arrive in time, or broke off.
    #[error("the body did not arrive")]
    Incomplete,
    /// Not the JSON of `domain::wire`.
    #[error("the body is not understood: {0}")]
    Json(#[from] serde_json::Error),
    /// Refused by the use case.
    #[error(transparent)]
    Backend(#[from] backend::Error),
}

impl ApiError {
    fn status(&self) -> StatusCode {
        use backend::Error;
        match self {
            Self::Token | Self::Backend(Error::NotFound) => StatusCode::UNAUTHORIZED,
            Self::Code | Self::Backend(Error::Forbidden) => StatusCode::FORBIDDEN,
            Self::Fenced => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Incomplete => StatusCode::REQUEST_TIMEOUT,
            Self::Json(_) => StatusCode::BAD_REQUEST,
            Self::DefaultPassword | Self::Backend(Error::Invalid { .. }) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Backend(Error::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            Self::Backend(Error::Database(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Backend(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the worker does about it. A body that is not understood is perhaps from a newer worker,
    /// or cut on its way: it may come again.
    fn kind(&self) -> RefusalKind {
        use backend::Error;
        match self {
            Self::Token | Self::Code | Self::Backend(Error::NotFound | Error::Forbidden) => {
                RefusalKind::Token
            }
            Self::Fenced => RefusalKind::Fenced,
            Self::TooLarge => RefusalKind::TooLarge,
            Self::DefaultPassword | Self::Backend(Error::Invalid { .. }) => RefusalKind::Never,
            Self::Incomplete | Self::Json(_) | Self::Backend(_) => RefusalKind::Later,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            let source = std::error::Error::source(&self).map(ToString::to_string);
            tracing::error!(source, "worker request failed: {self}");
        }
        let refusal = Refusal {
            error: self.to_string(),
            kind: self.kind(),
        };
        let mut response = (status, Json(refusal)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}
