//! A router of its own over TLS, beside no product: for programs that serve one thing.

use super::certificate::Certificate;
use super::connection::Server;
use crate::cli::Failure;
use crate::config::{Limits, TlsSettings, TlsVersion};
use axum::Router;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

/// Few ask it, and rarely.
const LIMITS: Limits = Limits {
    connections: 256,
    header: Duration::from_secs(10),
    idle: Duration::from_secs(60),
};
/// Requests under way may go on for so long once it is told to stop.
const GRACE: Duration = Duration::from_secs(5);
/// How often the files are looked at: certificates are renewed by other programs.
const LOOK: Duration = Duration::from_secs(60);

/// Certificate chain and private key, PEM.
#[derive(Debug, Clone)]
pub struct KeyPairFiles {
    /// The chain.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

impl KeyPairFiles {
    fn read(&self) -> Result<Certificate, Failure> {
        let Self { certificate, key } = self;
        Certificate::read(Path::new(certificate), Path::new(key))
    }

    fn settings(&self) -> TlsSettings {
        TlsSettings {
            certificate: Some(self.certificate.clone()),
            key: Some(self.key.clone()),
            min_version: TlsVersion::V1_3,
        }
    }
}

/// Serves until `stop` resolves. A certificate that is replaced is taken up without a restart.
///
/// # Errors
/// [`Failure`] when certificate or key cannot be used at the start.
pub async fn serve_apart(
    router: Router,
    listeners: Vec<TcpListener>,
    files: KeyPairFiles,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let settings = files.settings();
    let certificate = files.read()?;
    let mut current = certificate.fingerprint();
    let (sender, tls) = watch::channel(certificate.server_config(&settings)?);
    let follow = async {
        loop {
            sleep(LOOK).await;
            let Ok(found) = files.read() else { continue };
            let fingerprint = found.fingerprint();
            if fingerprint == current {
                continue;
            }
            if let Ok(config) = found.server_config(&settings) {
                tracing::info!(%fingerprint, "the certificate was replaced");
                sender.send_replace(config);
                current = fingerprint;
            }
        }
    };
    tokio::select! {
        () = Server::new(router, tls, LIMITS).run(listeners, stop, GRACE) => Ok(()),
        () = follow => Ok(()),
    }
}
