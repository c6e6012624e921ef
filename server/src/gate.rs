//! Who asks, freshly read for each request; and nobody gets past without having signed in.

use std::time::Duration;

use app::request::Visitor;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use backend::accounts::{self, Present};
use tower_sessions::Session;

use crate::connections::ask;
use crate::error::ApiError;
use crate::node_api::Peer;
use crate::origin::SERVER_FUNCTIONS;
use crate::{AppState, away, session};

/// Longer than this Postgres is away: the page that says so comes within three seconds.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// Server functions that somebody unknown may call.
const OPEN: [&str; 4] = ["setup", "sign_in", "set_language", "set_theme"];

/// The database did not say.
struct Away;

/// Puts the [`Visitor`] into the request, or answers in place of the page.
pub(crate) async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_file = request.method() == Method::GET && state.site.is_file(request.uri().path());
    if is_file {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let asked = tokio::time::timeout(PATIENCE, admit(&state, &parts)).await;
    match asked {
        Ok(Ok(Ok(present))) => {
            let address = parts.extensions.get::<Peer>().map(|peer| peer.0);
            let read_only = present.as_ref().is_some_and(|present| present.read_only);
            let stale = present.as_ref().is_some_and(|present| present.stale);
            parts.extensions.insert(Visitor {
                user: present.map(|present| present.user),
                address,
                stale,
                read_only,
            });
            next.run(Request::from_parts(parts, body)).await
        }
        Ok(Ok(Err(instead))) => instead,
        Ok(Err(Away)) | Err(_) => away::page(&parts.method),
    }
}

/// The user, or what is answered instead of what was asked for.
async fn admit(
    state: &AppState,
    request: &Parts,
) -> Result<Result<Option<Present>, Response>, Away> {
    let user = signed_in(state, request).await?;
    let path = request.uri.path();
    let instead = match (&user, path) {
        (Some(_), "/setup" | "/sign-in") => Redirect::to("/").into_response(),
        (Some(_), _) => return Ok(Ok(user)),
        (None, "/setup") if setup_needed(state).await? => return Ok(Ok(None)),
        (None, "/setup") => Redirect::to("/sign-in").into_response(),
        (None, _) if is_open(path) => {
            // Whoever has no session yet shall hear it too when the database is away.
            ask(&state.backend.pool, async || {
                accounts::setup_needed(&state.backend).await
            })
            .await
            .map_err(told)?;
            return Ok(Ok(None));
        }
        (None, _) if path.starts_with("/live") => ApiError::Unauthorized.into_response(),
        (None, _) if setup_needed(state).await? => Redirect::to("/setup").into_response(),
        (None, "/sign-in") => return Ok(Ok(None)),
        (None, _) => sign_in(&request.method, &request.uri),
    };
    Ok(Err(instead))
}

async fn signed_in(state: &AppState, request: &Parts) -> Result<Option<Present>, Away> {
    let Some(session) = request.extensions.get::<Session>() else {
        return Ok(None);
    };
    let Some(id) = session.id() else {
        return Ok(None);
    };
    ask(&state.backend.pool, async || {
        accounts::present(&state.backend, session::key(&id)).await
    })
    .await
    .map_err(told)
}

async fn setup_needed(state: &AppState) -> Result<bool, Away> {
    // Users are never deleted: once there is one, there is one for ever.
    if state.has_users.get().is_some() {
        return Ok(false);
    }
    let needed = ask(&state.backend.pool, async || {
        accounts::setup_needed(&state.backend).await
    })
    .await
    .map_err(told)?;
    if !needed {
        let _ = state.has_users.set(());
    }
    Ok(needed)
}

fn told(error: backend::Error) -> Away {
    let source = std::error::Error::source(&error).map(ToString::to_string);
    tracing::warn!(source, "nobody is let in: {error}");
    Away
}

fn is_open(path: &str) -> bool {
    path.strip_prefix(SERVER_FUNCTIONS)
        .is_some_and(|function| OPEN.contains(&function))
}

/// To the sign-in page, and from there back to the page that was asked for.
fn sign_in(method: &Method, uri: &Uri) -> Response {
    let wanted = uri.path_and_query().map_or("/", |wanted| wanted.as_str());
    if method != Method::GET || wanted == "/" {
        return Redirect::to("/sign-in").into_response();
    }
    let mut to = String::from("/sign-in?next=");
    for byte in wanted.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            use std::fmt::Write;
            // Writing to a String cannot fail.
            let _ = write!(to, "%{byte:02X}");
        }
    }
    Redirect::to(&to).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::header::LOCATION;

    use super::*;

    #[test]
    fn leads_back_to_the_page() {
        let to = |method, uri: &'static str| {
            let response = sign_in(&method, &Uri::from_static(uri));
            assert_eq!(response.status(), 303);
            response.headers()[LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(to(Method::GET, "/"), "/sign-in");
        assert_eq!(
            to(Method::GET, "/bans?a=1&b=%0d"),
            "/sign-in?next=/bans%3Fa%3D1%26b%3D%250d"
        );
        assert_eq!(to(Method::POST, "/api/ui/ban"), "/sign-in");
    }

    #[test]
    fn few_functions_are_open() {
        assert!(is_open("/api/ui/sign_in") && is_open("/api/ui/setup"));
        for path in [
            "/api/ui/ban",
            "/api/ui/sign_out",
            "/api/ui/sign_in/x",
            "/sign_in",
            "/api/ui/",
        ] {
            assert!(!is_open(path), "{path}");
        }
    }
}
