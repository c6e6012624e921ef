//! What is said instead of a page while Postgres does not answer or takes no changes, and to a
//! stranger who tries too often. Nothing here needs the database, nor the site's files.

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, REFRESH, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::origin::SERVER_FUNCTIONS;

const PAGE: &str = include_str!("away.html");
const TOO_MANY: &str = include_str!("too_many.html");
const TEXT: &str = "The database does not answer; nothing was saved.\n";

/// Says it where a form failed, and where the session could not be written (an answer without any
/// content), instead of leading back to a page that knows nothing of it.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let is_form = request.uri().path().starts_with(SERVER_FUNCTIONS);
    let response = next.run(request).await;
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE if is_form => page(&method),
        StatusCode::TOO_MANY_REQUESTS if is_form => {
            let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::TOO_MANY_REQUESTS, kind, TOO_MANY).into_response()
        }
        StatusCode::INTERNAL_SERVER_ERROR if response.body().is_end_stream() => page(&method),
        _ => response,
    }
}

/// For browsers: says so in both languages. A page tries again by itself; a form does not.
pub(crate) fn page(method: &Method) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (RETRY_AFTER, "3"),
    ];
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, headers, PAGE).into_response();
    if method == Method::GET {
        response
            .headers_mut()
            .insert(REFRESH, HeaderValue::from_static("3"));
    }
    response
}

/// For programs.
pub(crate) fn text() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "3")], TEXT).into_response()
}
