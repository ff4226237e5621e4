//! Requests to identity providers.
//!
//! Where they go is what a system administrator, with a factor proven a moment ago, entered as a provider's address, or
//! what that provider names in its metadata: whoever may do that may make this server ask any https address it can
//! reach (server-side request forgery, CWE-918). What is left of that is kept small: https only, so that services
//! that speak plain HTTP inside a network are out of reach, no redirects, a short time, a small answer, and of the
//! answer nothing is shown but whether it was what the protocol expects.

use http::{Request, Response, StatusCode, Uri};
use std::io::Read;
use std::time::Duration;
use thiserror::Error;
use ureq::Agent;
use ureq::tls::TlsConfig;

/// Largest answer, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// Why there is no answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OutgoingError {
    /// The address is not one that may be asked: not https, or with a user name in it.
    #[error("the address may not be asked")]
    Address,
    /// No connection, no valid certificate, or no answer in time.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// The answer is larger than 1 MiB.
    #[error("the answer is too large")]
    TooLarge,
}

/// Sends requests; blocking, to be used where waiting is allowed.
pub trait Outgoing: Send + Sync + 'static {
    /// Sends a request. Answers of every status are answers; redirects are not followed.
    ///
    /// # Errors
    /// See [`OutgoingError`].
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutgoingError>;
}

/// Whether an address may be asked: https, or plain http to this machine itself; without a user name.
///
/// # Errors
/// [`OutgoingError::Address`].
pub fn check_url(uri: &Uri) -> Result<(), OutgoingError> {
    let host = uri.host().unwrap_or_default();
    let loopback = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    let scheme = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => loopback,
        _ => false,
    };
    let named = uri.authority().is_some_and(|a| a.as_str().contains('@'));
    if scheme && !named && !host.is_empty() {
        Ok(())
    } else {
        Err(OutgoingError::Address)
    }
}

/// Over the network.
pub struct UreqOutgoing(Agent);

impl UreqOutgoing {
    /// With the authorities to trust, and the longest time for a request and its answer.
    pub fn new(tls: TlsConfig, timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .tls_config(tls)
            .build();
        Self(config.into())
    }
}

impl Outgoing for UreqOutgoing {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutgoingError> {
        check_url(request.uri())?;
        let unreachable =
            |error: &dyn std::fmt::Display| OutgoingError::Unreachable(error.to_string());
        let answer = self.0.run(request).map_err(|error| unreachable(&error))?;
        let (parts, body) = answer.into_parts();
        let mut bytes = Vec::new();
        let mut reader = body.into_reader().take(MAX_ANSWER + 1);
        reader
            .read_to_end(&mut bytes)
            .map_err(|error| unreachable(&error))?;
        if bytes.len() as u64 > MAX_ANSWER {
            return Err(OutgoingError::TooLarge);
        }
        let mut response = Response::new(bytes);
        *response.status_mut() =
            StatusCode::from_u16(parts.status.as_u16()).map_err(|error| unreachable(&error))?;
        *response.headers_mut() = parts.headers;
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine() {
        for (uri, allowed) in [
            ("https://idp.example", true),
            ("https://idp.example:8443/a?b", true),
            ("http://127.0.0.1:3000/", true),
            ("http://localhost/", true),
            ("http://idp.example", false),
            ("http://127.0.0.1.idp.example", false),
            ("http://localhost@idp.example/", false),
            ("https://user@idp.example/", false),
            ("ftp://idp.example", false),
            ("/path", false),
        ] {
            let uri: Uri = uri.parse().unwrap();
            assert_eq!(check_url(&uri).is_ok(), allowed, "{uri}");
        }
    }
}
