//! Which server is meant, and which certificates prove that it is the one.

use super::RemoteArguments;
use crate::cli::Failure;
use crate::serve::Places;
use crate::words::Message;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};
use std::net::IpAddr;
use std::path::Path;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts};

/// Where a server is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// `https://host:port`, without a slash at the end.
    pub(super) url: String,
    /// Whether the server is on this machine.
    pub(super) loopback: bool,
}

impl Address {
    /// Reads what `--server` says.
    pub(super) fn parse(server: &str) -> Result<Self, Failure> {
        let malformed = || {
            let mut failure =
                Failure::from(Message::new("remote-address").with("server", server.to_owned()));
            failure.field = Some("--server".to_owned());
            failure
        };
        let uri: Uri = server.parse().map_err(|_| malformed())?;
        let authority = uri.authority().ok_or_else(malformed)?;
        let nothing_more = matches!(uri.path(), "" | "/")
            && uri.query().is_none()
            && !authority.as_str().contains('@');
        if uri.scheme_str() != Some("https") || !nothing_more {
            return Err(malformed());
        }
        let host = authority.host().trim_matches(['[', ']']);
        let loopback = host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        Ok(Self {
            url: format!("https://{authority}"),
            loopback,
        })
    }
}

/// What is given with `--ca`; otherwise the system's authorities, and for a server on this machine its own certificate,
/// which only those can read who may read its data folder.
pub(super) fn roots(arguments: &RemoteArguments, address: &Address) -> Result<RootCerts, Failure> {
    let certificates = match &arguments.ca {
        Some(path) => certificates(path)?,
        None => {
            let mut known = rustls_native_certs::load_native_certs().certs;
            if address.loopback {
                let (own, _) = Places(&arguments.data).own_certificate();
                // Without it the server may still have one that the system knows.
                known.extend(read(&own).unwrap_or_default());
            }
            known
        }
    };
    let roots: Vec<Certificate<'static>> = certificates
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(RootCerts::new_with_certs(&roots))
}

/// The certificates of a file.
///
/// # Errors
/// [`Failure`] when it cannot be read or has none.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let none = || Failure::from(Message::new("remote-no-certificate").with("path", path.display()));
    match read(path) {
        Ok(found) if found.is_empty() => Err(none()),
        Ok(found) => Ok(found),
        Err(pem::Error::Io(error)) => Err(Failure::file(path, &error)),
        Err(_) => Err(none()),
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
    CertificateDer::pem_file_iter(path)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_and_nothing_more() {
        for (given, url, loopback) in [
            ("https://localhost:8443/", "https://localhost:8443", true),
            ("https://[::1]:9", "https://[::1]:9", true),
            ("https://127.9.9.9", "https://127.9.9.9", true),
            ("https://crm.example.com", "https://crm.example.com", false),
        ] {
            let expected = Address {
                url: url.to_owned(),
                loopback,
            };
            assert_eq!(Address::parse(given).unwrap(), expected);
        }
        for refused in [
            "http://localhost",
            "localhost:8443",
            "https://a:b@localhost",
            "https://localhost/api",
            "https://localhost/?x",
            "",
        ] {
            assert!(Address::parse(refused).is_err(), "{refused}");
        }
    }
}
