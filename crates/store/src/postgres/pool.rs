//! The pool and how it connects.

use super::PgConnection;
use crate::StoreError;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

pub(crate) struct PgPool(Pool);

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
        let manager = Manager::from_config(config, tls, recycling);
        let pool = Pool::builder(manager)
            .max_size(size)
            .build()
            .map_err(|e| open_error(e.to_string()))?;
        Ok(Self(pool))
    }

    pub(crate) async fn take(&self) -> Result<PgConnection, StoreError> {
        Ok(PgConnection::new(self.0.get().await?))
    }

    pub(crate) fn close(&self) {
        self.0.close();
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
