//! Whom a directory's certificate may come from.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::{LdapConfig, LdapError};

/// The configured authorities, for a connection; `None` for those of the system.
pub(super) fn authorities(config: &LdapConfig) -> Result<Option<Arc<ClientConfig>>, LdapError> {
    let Some(pem) = &config.authorities else {
        return Ok(None);
    };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        certificate
            .ok()
            .and_then(|certificate| store.add(certificate).ok())
            .ok_or(LdapError::Configuration)?;
    }
    if store.is_empty() {
        return Err(LdapError::Configuration);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| LdapError::Configuration)?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Some(Arc::new(config)))
}
