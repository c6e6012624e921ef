//! Refuses what another site makes a browser send: on every changing request, whatever its route.
//!
//! Server functions have no check of their own, and the cookie is `SameSite=Lax`, which a sibling
//! domain and old browsers pass.

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::AppState;

/// Server functions live below it.
pub(crate) const SERVER_FUNCTIONS: &str = "/api/ui/";

/// Lets a request pass when it only reads, or when our own page sent it.
pub(crate) async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match check(&request, state.public_origin.as_deref()) {
        Ok(()) => next.run(request).await,
        Err((status, reason)) => (status, reason).into_response(),
    }
}

fn check(request: &Request, public: Option<&str>) -> Result<(), (StatusCode, &'static str)> {
    let (method, headers) = (request.method(), request.headers());
    let is_function = request.uri().path().starts_with(SERVER_FUNCTIONS);
    if is_function && method != Method::POST {
        return Err((
            StatusCode::METHOD_NOT_ALLOWED,
            "Only POST is answered here.\n",
        ));
    }
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    if !is_ours(headers, public) {
        tracing::info!(
            path = request.uri().path(),
            "request from another site refused"
        );
        return Err((
            StatusCode::FORBIDDEN,
            "This request did not come from the console's own page.\n",
        ));
    }
    if is_function && !is_form(headers) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "This is not a form.\n"));
    }
    Ok(())
}

/// Whatever the browser says about where the request comes from must say "from here", and it must
/// say something.
fn is_ours(headers: &HeaderMap, public: Option<&str>) -> bool {
    let site = headers.get("sec-fetch-site");
    let origin = headers.get(ORIGIN);
    if site.is_none() && origin.is_none() {
        return false;
    }
    let site_fits = site.is_none_or(|site| site == "same-origin" || site == "none");
    let origin_fits = origin.is_none_or(|origin| {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let is_host = origin
            .split_once("://")
            .is_some_and(|(_, from)| host.is_some_and(|host| from.eq_ignore_ascii_case(host)));
        is_host || public.is_some_and(|public| origin.eq_ignore_ascii_case(public))
    });
    site_fits && origin_fits
}

/// The form encoding, which is what our pages send with and without JavaScript.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const PUBLIC: &str = "https://console.example.org";

    fn answer(method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match check(&request.body(Body::empty()).unwrap(), Some(PUBLIC)) {
            Ok(()) => 200,
            Err((status, _)) => status.as_u16(),
        }
    }

    #[test]
    fn only_our_own_pages_change_things() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let site = |value| ("sec-fetch-site", value);
        let origin = |value| ("origin", value);
        for (headers, expected) in [
            (vec![form], 403),
            (vec![form, site("same-origin")], 200),
            (vec![form, site("none")], 200),
            (vec![form, site("same-site")], 403),
            (vec![form, site("cross-site")], 403),
            (vec![form, origin("http://localhost:3000")], 200),
            (vec![form, origin(PUBLIC)], 200),
            (vec![form, origin("null")], 403),
            (vec![form, origin("")], 403),
            (vec![form, origin("http://localhost:3001")], 403),
            (vec![form, origin("https://evil.example")], 403),
            (
                vec![form, origin("https://console.example.org.evil.example")],
                403,
            ),
            (vec![form, site("cross-site"), origin(PUBLIC)], 403),
            (
                vec![form, site("same-origin"), origin("https://evil.example")],
                403,
            ),
            (
                vec![("content-type", "text/plain"), site("same-origin")],
                415,
            ),
            (
                vec![("content-type", "application/json"), site("same-origin")],
                415,
            ),
            (vec![site("same-origin")], 415),
        ] {
            assert_eq!(
                answer("POST", "/api/ui/ban", &headers),
                expected,
                "{headers:?}"
            );
        }
        for method in ["PUT", "PATCH", "DELETE", "POST", "TRACE", "PURGE"] {
            assert_eq!(answer(method, "/anything", &[]), 403, "{method}");
        }
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            let own = [form, site("same-origin")];
            assert_eq!(answer(method, "/api/ui/ban", &own), 405, "{method}");
        }
        assert_eq!(answer("GET", "/bans", &[site("cross-site")]), 200);
    }
}
