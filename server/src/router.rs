//! Every route and layer on one screen.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn, from_fn_with_state as layer};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, with_context};
use leptos_axum::{ErrorHandler, LeptosRoutes, generate_route_list};
use sqlx::Connection;
use tower::{Layer, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;
use tower_http::timeout::TimeoutLayer;

use crate::site::file_or_page;
use crate::{AppState, attacks_csv, away, gate, headers, live, node_api, origin, peer, session};

/// Bytes of a form: the longest has a list of some hundred networks.
const FORM_LIMIT: usize = 64 * 1024;
/// Forms that take a whole file or a table.
const LONG_FORMS: [&str; 2] = ["/api/ui/acl_paste", "/api/ui/acl_import"];
/// 5,000 lines of a list, with their escapes.
const LONG_FORM_LIMIT: usize = 1024 * 1024;
/// For everything that a page or form needs, its slow body included.
const PAGE_LIMIT: Duration = Duration::from_secs(10);

/// The whole console.
pub fn router(state: AppState) -> Router {
    let backend = state.backend.clone();
    let public_url = app::request::PublicUrl(state.public_origin.clone());
    let context = move || {
        provide_context(backend.clone());
        provide_context(public_url.clone());
        // In place of the one that leptos makes: the policy of `headers` names this one.
        let nonce = with_context::<Parts, _>(|parts| parts.extensions.get::<Nonce>().cloned());
        if let Some(nonce) = nonce.flatten() {
            provide_context(nonce);
        }
    };
    let pages = generate_route_list(app::App);
    // Not `file_and_error_handler` of Leptos (0.8.10): it gives a file the status and headers of a page that
    // is being rendered on the same thread.
    let none = ErrorHandler::new_with_context(context.clone(), app::shell, state.leptos.clone());
    let files = ServeDir::new(state.leptos.site_root.as_ref())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .fallback(none.clone());

    let interface = Router::new()
        .leptos_routes_with_context(&state, pages, context, {
            let options = state.leptos.clone();
            move || app::shell(options.clone())
        })
        .fallback_service(tower::service_fn(move |request| {
            file_or_page(files.clone(), none.clone(), request)
        }))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            PAGE_LIMIT,
        ))
        .route("/attacks.csv", get(attacks_csv::export))
        .route("/live", get(live::events))
        .route("/live/poll", get(live::poll))
        .layer(layer(state.clone(), gate::layer))
        .layer(session::layer(state.backend.clone(), &state.settings.http))
        .layer(from_fn(away::layer))
        .layer(from_fn(limited))
        .layer(layer(state.clone(), origin::layer))
        .with_state(state.clone());

    Router::new()
        .merge(node_api::router(
            state.backend.clone(),
            state.shutdown.clone(),
        ))
        .route("/healthz", get(healthz).with_state(state.clone()))
        .fallback_service(interface)
        .layer(CatchPanicLayer::new())
        .layer(layer(state.clone(), headers::layer))
        .layer(layer(state, peer::layer))
}

/// Forms are small, but for the two that take many lines at once.
async fn limited(request: Request, next: Next) -> Response {
    let limit = if LONG_FORMS.contains(&request.uri().path()) {
        LONG_FORM_LIMIT
    } else {
        FORM_LIMIT
    };
    let inner = tower::service_fn(|request: axum::http::Request<_>| {
        let next = next.clone();
        async move { Ok::<_, Infallible>(next.run(request.map(Body::new)).await) }
    });
    let limited = RequestBodyLimitLayer::new(limit).layer(inner);
    let Ok(response) = limited.oneshot(request).await;
    response.into_response()
}

/// For load balancers: can this replica do its work?
async fn healthz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    // The pool gives up after two seconds. It does not ask a connection that was in use a moment ago.
    let answer = async { state.backend.pool.acquire().await?.ping().await };
    match tokio::time::timeout(Duration::from_secs(3), answer).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
