//! From an accepted socket to requests: TLS, timeouts, and an end in order.

use super::idle::IdleLimit;
use crate::config::Limits;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Longest head of a request, in bytes, and most headers in it.
const LONGEST_HEAD: usize = 32 * 1024;
const MOST_HEADERS: usize = 100;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// How often a silent HTTP/2 peer is asked whether it is still there.
const PING: Duration = Duration::from_secs(30);
/// The first byte of every TLS connection.
const TLS_HANDSHAKE: u8 = 0x16;
/// What somebody who forgot the `s` is told.
const PLAIN_HTTP: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 76\r\nConnection: close\r\n\r\n\
    This server speaks HTTPS only: write https:// instead of http:// before it.\n";

/// What all connections share.
pub(super) struct Server {
    router: Router,
    tls: watch::Receiver<Arc<ServerConfig>>,
    limits: Limits,
    free: Arc<Semaphore>,
    http: auto::Builder<TokioExecutor>,
}

impl Server {
    pub(super) fn new(
        router: Router,
        tls: watch::Receiver<Arc<ServerConfig>>,
        limits: Limits,
    ) -> Arc<Self> {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LONGEST_HEAD.max(64 * 1024));
        http.http2()
            .timer(TokioTimer::new())
            .max_header_list_size(LONGEST_HEAD as u32)
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING);
        Arc::new(Self {
            router,
            tls,
            free: Arc::new(Semaphore::new(limits.connections)),
            limits,
            http,
        })
    }

    /// Serves connections until `stop` resolves, then lets requests under way finish, no longer than `grace`.
    pub(super) async fn run(
        self: Arc<Self>,
        listeners: Vec<TcpListener>,
        stop: impl Future<Output = ()>,
        grace: Duration,
    ) {
        let graceful = Arc::new(GracefulShutdown::new());
        let accepting: Vec<_> = listeners
            .into_iter()
            .map(|listener| {
                let server = Arc::clone(&self);
                tokio::spawn(server.accept(listener, Arc::clone(&graceful)))
            })
            .collect();
        stop.await;
        for task in &accepting {
            task.abort();
        }
        for task in accepting {
            // It was told to end; how it did says nothing.
            let _ = task.await;
        }
        // The tasks that shared it have ended.
        let Some(graceful) = Arc::into_inner(graceful) else {
            return;
        };
        if timeout(grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests were cut off: they took longer than the time to stop in");
        }
    }

    async fn accept(self: Arc<Self>, listener: TcpListener, graceful: Arc<GracefulShutdown>) {
        loop {
            // The permit first: beyond the limit, connections wait in the kernel's queue and cost nothing here.
            let Ok(permit) = Arc::clone(&self.free).acquire_owned().await else {
                return;
            };
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let server = Arc::clone(&self);
            let watcher = graceful.watcher();
            tokio::spawn(async move {
                server.connection(stream, peer, watcher).await;
                drop(permit);
            });
        }
    }

    async fn connection(&self, mut stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        let mut first = [0];
        match timeout(self.limits.header, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {}
            Ok(Ok(1)) if first[0].is_ascii_uppercase() => {
                // Read what was asked, or closing would reset the connection before the answer is read.
                let mut asked = [0; 4096];
                let answer = async {
                    let _ = stream.read(&mut asked).await;
                    stream.write_all(PLAIN_HTTP).await?;
                    stream.shutdown().await
                };
                let _ = timeout(self.limits.header, answer).await;
                return;
            }
            _ => return,
        }
        // Small answers must not wait for more to send.
        let _ = stream.set_nodelay(true);
        let acceptor = TlsAcceptor::from(self.tls.borrow().clone());
        let Ok(Ok(stream)) = timeout(self.limits.header, acceptor.accept(stream)).await else {
            return;
        };
        let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let stream = IdleLimit::new(stream, self.limits.header, self.limits.idle);
        let http = self.http.clone();
        let http = if h2 {
            http.http2_only()
        } else {
            http.http1_only()
        };
        let service = hyper::service::service_fn(|request: Request<Incoming>| {
            let router = self.router.clone();
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                router
                    .oneshot(request)
                    .await
                    .map_err(|never: Infallible| never)
            }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_a_whole_answer() {
        let text = std::str::from_utf8(PLAIN_HTTP).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
}
