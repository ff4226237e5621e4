//! How the server asks identity providers.

use custos_federation::{Outgoing, UreqOutgoing};
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Longest time for a request and its answer: somebody is waiting.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Over the network, trusting the authorities the system trusts; `SSL_CERT_FILE` names others.
pub(super) fn outgoing() -> Arc<dyn Outgoing> {
    let known = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<Certificate<'static>> = known
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    Arc::new(UreqOutgoing::new(tls, TIMEOUT))
}
