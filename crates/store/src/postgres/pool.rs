//! The pool and how it connects.

use super::PgConnection;
use crate::StoreError;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Longest wait for a free connection, and for the server to accept a new one.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// A statement outside a transaction that was opened for writing cannot change anything, as on the other engine.
const READ_ONLY: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
/// Connections kept for the log.
const FOR_LOG: usize = 2;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reading, and the changes of features.
    Feature,
    /// Entries of reads, and the tree over the log. A request may hold a connection while it waits for its entry;
    /// if that needed another one of the same pool, enough such requests would wait for each other.
    Log,
}

/// Connections, read-only unless a transaction says otherwise.
pub(crate) struct PgPool {
    features: Pool,
    log: Pool,
}

impl PgPool {
    /// Connects by URL. A local socket may be used without TLS; anything else must present a certificate that the
    /// system's authorities, or those in the `sslrootcert` file of the URL, vouch for.
    pub(crate) fn open(url: &str, size: usize) -> Result<Self, StoreError> {
        // The library does not know this libpq parameter; it is ours to honour.
        let (url, authorities) = split_parameter(url, "sslrootcert");
        let open_error = |error: String| StoreError::Open(error);
        let mut config = tokio_postgres::Config::from_str(&url)
            .map_err(|_| open_error("the PostgreSQL address is not a valid URL".to_owned()))?;
        let local = config
            .get_hosts()
            .iter()
            .all(|host| matches!(host, Host::Unix(_)));
        if !local {
            config.ssl_mode(SslMode::Require);
        }
        config.application_name("custos");
        let tls = MakeRustlsConnect::new(client_config(authorities.as_deref().map(Path::new))?);
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let pool = |size: usize| {
            let manager = Manager::from_config(config.clone(), tls.clone(), recycling.clone());
            Pool::builder(manager)
                .max_size(size)
                .runtime(Runtime::Tokio1)
                .wait_timeout(Some(LONGEST_WAIT))
                .create_timeout(Some(LONGEST_WAIT))
                .recycle_timeout(Some(LONGEST_WAIT))
                .post_create(Hook::async_fn(|client, _| {
                    Box::pin(async move {
                        client
                            .batch_execute(READ_ONLY)
                            .await
                            .map_err(HookError::Backend)
                    })
                }))
                .build()
                .map_err(|e| open_error(e.to_string()))
        };
        Ok(Self {
            features: pool(size.saturating_sub(FOR_LOG).max(1))?,
            log: pool(FOR_LOG)?,
        })
    }

    pub(crate) async fn take(&self, purpose: Purpose) -> Result<PgConnection, StoreError> {
        let pool = match purpose {
            Purpose::Feature => &self.features,
            Purpose::Log => &self.log,
        };
        Ok(PgConnection::new(pool.get().await?))
    }

    pub(crate) fn close(&self) {
        self.features.close();
        self.log.close();
    }
}

fn client_config(authorities: Option<&Path>) -> Result<rustls::ClientConfig, StoreError> {
    let mut roots = rustls::RootCertStore::empty();
    match authorities {
        Some(path) => {
            let unreadable =
                |e: &dyn std::fmt::Display| StoreError::Open(format!("sslrootcert: {e}"));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unreadable(&e))? {
                roots
                    .add(certificate.map_err(|e| unreadable(&e))?)
                    .map_err(|e| unreadable(&e))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| StoreError::Open(e.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes one `name=value` out of a URL's query.
fn split_parameter(url: &str, name: &str) -> (String, Option<String>) {
    let Some((base, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let prefix = format!("{name}=");
    let (found, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|p| p.starts_with(&prefix));
    let value = found.first().map(|p| p[prefix.len()..].to_owned());
    let rest = rest.join("&");
    (
        if rest.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{rest}")
        },
        value,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_authority_file_out_of_the_url() {
        let (url, file) = split_parameter(
            "postgres://u@h/db?sslrootcert=/x/ca.pem&application_name=a",
            "sslrootcert",
        );
        assert_eq!(url, "postgres://u@h/db?application_name=a");
        assert_eq!(file.as_deref(), Some("/x/ca.pem"));
        assert_eq!(
            split_parameter("postgres://u@h/db", "sslrootcert"),
            ("postgres://u@h/db".to_owned(), None)
        );
    }
}
