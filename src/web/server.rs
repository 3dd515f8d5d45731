//! The connections: accepted up to a limit, given a deadline for everything, ended when the program ends.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::App;
use super::router::router;
use super::slow::Unhurried;
use super::who::Peer;

/// Connections at the same time.
const CONNECTIONS: usize = 512;
/// How long a client may take for the head of a request, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(10);
/// How long a client may leave what we send untaken.
const UNTAKEN: Duration = Duration::from_secs(30);
/// How long requests may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Why the pages are served no longer.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener is gone.
    #[error("the pages cannot be served any more: {0}")]
    Listener(#[from] std::io::Error),
}

/// Serves until `stop`.
///
/// # Errors
/// [`ServeError`] when nothing more can be accepted.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: CancellationToken) -> Result<(), ServeError> {
    let router = router(app, stop.clone());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = places.clone().acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                let (router, stop) = (router.clone().layer(Extension(Peer(from))), stop.clone());
                connections.spawn(async move {
                    answer(stream, router, stop).await;
                    drop(place);
                });
            }
            Err(error) => wait_after(error).await?,
        }
        while connections.try_join_next().is_some() {}
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    // What has not ended by then is ended by dropping it.
    let _ = tokio::time::timeout(GRACE, ended).await;
    Ok(())
}

/// A connection that broke before it was accepted is nothing. Having no more file descriptors passes.
async fn wait_after(error: std::io::Error) -> Result<(), ServeError> {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused => Ok(()),
        ErrorKind::InvalidInput | ErrorKind::NotConnected => Err(error.into()),
        _ => {
            tracing::warn!(%error, "a connection to the pages could not be accepted");
            tokio::time::sleep(Duration::from_millis(500)).await;
            Ok(())
        }
    }
}

async fn answer(stream: TcpStream, router: axum::Router, stop: CancellationToken) {
    // Without it each small event of the stream would wait for the answer to the one before.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 * 1024).max_headers(100);
    let io = TokioIo::new(Unhurried::new(stream, UNTAKEN));
    let connection = builder.serve_connection(io, TowerToHyperService::new(router));
    tokio::pin!(connection);
    let is_ended = tokio::select! {
        _ = connection.as_mut() => true,
        () = stop.cancelled() => false,
    };
    if !is_ended {
        connection.as_mut().graceful_shutdown();
        // How a connection ends is the client's affair.
        let _ = connection.await;
    }
}
