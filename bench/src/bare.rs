//! The limit of answers: the server's own stack (rustls, hyper, axum) with an answer that was made before.

use crate::Outcome;
use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Serves an answer of `size` bytes, head included, on any path until it is killed.
pub fn serve(size: usize, chain: &Path, key: &Path) -> Outcome<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let chain = CertificateDer::pem_file_iter(chain)?.collect::<Result<Vec<_>, _>>()?;
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let mut tls = ServerConfig::builder_with_provider(provider)
                .with_protocol_versions(&[&rustls::version::TLS13])?
                .with_no_client_auth()
                .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
            tls.alpn_protocols = vec![b"http/1.1".to_vec()];
            // What the head of such an answer takes: status line, type, length and date.
            let body = Bytes::from(vec![b'x'; size.saturating_sub(130)]);
            let json = [(http::header::CONTENT_TYPE, "application/json")];
            let router = Router::new().fallback(get(async move || (json, body.clone())));
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let url = format!("https://localhost:{}", listener.local_addr()?.port());
            println!("{}", serde_json::json!({"url": url}));
            accept(listener, TlsAcceptor::from(Arc::new(tls)), router).await
        })
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, router: Router) -> Outcome<()> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new());
    loop {
        let (stream, _) = listener.accept().await?;
        let (acceptor, router, http) = (acceptor.clone(), router.clone(), http.clone());
        tokio::spawn(async move {
            // A connection that fails is missed by the client, which says so.
            let _ = stream.set_nodelay(true);
            if let Ok(stream) = acceptor.accept(stream).await {
                let service = TowerToHyperService::new(router);
                let _ = http
                    .http1_only()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        });
    }
}
