//! JSON for workers (`domain::wire`): enrol, report, and the stream of orders.
//!
//! Every route but enrolment asks for the node's token first, before it reads the body.

mod auth;
mod enrol;
mod error;
mod feed;
mod orders;
mod reports;

use axum::Router;
use axum::routing::{get, post};
use backend::Backend;
use runtime::Shutdown;

pub use auth::Peer;

/// What the routes need.
#[derive(Clone)]
struct State {
    backend: Backend,
    shutdown: Shutdown,
}

/// The routes; streams end when `shutdown` says so, so that workers turn to another replica.
///
/// The caller's address is a request extension: [`Peer`] where a configured proxy names it, else
/// axum's `ConnectInfo<SocketAddr>`.
pub fn router(backend: Backend, shutdown: Shutdown) -> Router {
    Router::new()
        .route("/api/node/v1/enrol", post(enrol::enrol))
        .route("/api/node/v1/reports", post(reports::report))
        .route("/api/node/v1/orders", get(orders::orders))
        .with_state(State { backend, shutdown })
}
