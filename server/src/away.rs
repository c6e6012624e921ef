//! What is said while Postgres does not answer. Nothing here needs it, nor the site's files.

use axum::http::header::{CONTENT_TYPE, REFRESH, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

const PAGE: &str = include_str!("away.html");
const TEXT: &str = "The database does not answer; nothing was saved.\n";

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
