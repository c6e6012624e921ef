//! What every answer carries for the browser's own defences. A page may load what is ours and run
//! the one inline script that carries this answer's nonce; files and data need nothing and get nothing.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;

use crate::AppState;

const NOTHING: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The name of a file in `pkg/` has the hash of what is in it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const AN_HOUR: &str = "public, max-age=3600";
const NEVER: &str = "no-store";

const ALWAYS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Forms go back to the page they stood on; other sites learn nothing.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds the headers that are not there yet; the page finds its [`Nonce`] in the request.
pub(crate) async fn layer(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let path = request.uri().path();
    let caching = if path.starts_with("/pkg/") {
        FOR_EVER
    } else if state.site.is_file(path) {
        AN_HOUR
    } else {
        NEVER
    };
    let mut response = next.run(request).await;
    let status = response.status();
    let caching = if status.is_success() || status == StatusCode::NOT_MODIFIED {
        caching
    } else {
        NEVER
    };
    let headers = response.headers_mut();
    add(headers, CACHE_CONTROL, caching);
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page
        && !headers.contains_key(CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
    {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    add(headers, CONTENT_SECURITY_POLICY, NOTHING);
    for (name, value) in ALWAYS {
        add(headers, name, value);
    }
    if state.settings.http.is_https() {
        add(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn page_policy(nonce: &Nonce) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
