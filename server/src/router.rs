//! Every route and layer on one screen.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::{from_fn, from_fn_with_state as layer};
use axum::routing::get;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::{AppState, away, gate, headers, live, node_api, origin, peer, session};

/// Bytes of a form: the longest has a list of some hundred networks.
const FORM_LIMIT: usize = 64 * 1024;
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
        let nonce =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned());
        if let Some(nonce) = nonce {
            provide_context(nonce);
        }
    };
    let pages = generate_route_list(app::App);

    let interface = Router::new()
        .leptos_routes_with_context(&state, pages, context.clone(), {
            let options = state.leptos.clone();
            move || app::shell(options.clone())
        })
        .fallback(file_and_error_handler_with_context::<AppState, _>(
            context,
            app::shell,
        ))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            PAGE_LIMIT,
        ))
        .route("/live", get(live::events))
        .route("/live/poll", get(live::poll))
        .layer(layer(state.clone(), gate::layer))
        .layer(session::layer(state.backend.clone(), &state.settings.http))
        .layer(from_fn(away::layer))
        .layer(RequestBodyLimitLayer::new(FORM_LIMIT))
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

/// For load balancers: can this replica do its work?
async fn healthz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    // The pool gives up after two seconds.
    let answer = tokio::time::timeout(Duration::from_secs(3), state.backend.pool.acquire()).await;
    match answer {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n"),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
