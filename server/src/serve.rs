//! Connections: each is timed from the moment it is opened, and may finish at shutdown.
//!
//! HTTP/1.1 only: what browsers speak without TLS, and what proxies speak to us. (The detection of
//! HTTP/2 waits without limit for the first byte.)

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use runtime::Shutdown;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::peer::Connection;

/// For the head of a request, also for the first one of a connection and between two.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 32 * 1024;
/// Connections at once; more wait in the system's queue.
const CONNECTIONS: usize = 12_000;
/// Files that are not connections: of the database, of the site, logs.
const OTHER_FILES: usize = 256;
/// What requests that are running at shutdown get.
const FAREWELL: Duration = Duration::from_secs(10);
/// After a failed accept (no file descriptors left) others must first end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers until shutdown, then lets running requests finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, shutdown: &Shutdown) {
    let mut server = http1::Builder::new();
    server
        // Without a timer hyper takes the limit and does nothing.
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(HEAD_BYTES);
    let slots = std::sync::Arc::new(Semaphore::new(CONNECTIONS.min(files())));
    let running = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.stopping() => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, slot)) = accepted else {
            continue;
        };
        let Ok(peer) = stream.peer_addr() else {
            continue;
        };
        let router = router.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Connection(peer));
            router.clone().oneshot(request)
        });
        let connection = server.serve_connection(TokioIo::new(stream), service);
        let connection = running.watch(connection);
        tokio::spawn(async move {
            let _slot = slot;
            // A browser that goes away in the middle is no fault of ours.
            if let Err(error) = connection.await {
                tracing::debug!("connection from {peer}: {error}");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, running.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end; they are cut off");
    }
}

/// Raises the limit of open files to what the system allows, since the usual 1,024 are soon used up by
/// idle connections; how many connections that leaves.
fn files() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!("the limit of open files stays as it is: {error}");
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(files)
        .unwrap_or(usize::MAX)
        .saturating_sub(OTHER_FILES)
        .max(OTHER_FILES)
}

async fn accept(
    listener: &TcpListener,
    slots: &std::sync::Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Events are small and must not wait for more.
            let _ = stream.set_nodelay(true);
            Some((stream, slot))
        }
        Err(error) => {
            tracing::warn!("connection not accepted: {error}");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
