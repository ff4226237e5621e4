//! The one kind of request the providers need, behind an interface that tests can stand in for.

use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest time for the whole exchange.
const WHOLE: Duration = Duration::from_secs(30);
/// Largest answer that is read, in bytes.
const LARGEST: u64 = 64 * 1024;

/// A POST. No Debug: parameters may be codes.
pub struct HttpRequest {
    /// The whole address.
    pub url: String,
    /// Headers besides `Host` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// What came back.
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The body, at most 64 KiB of it.
    pub body: String,
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpFailure {
    /// No connection, or it broke.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The server did not prove who it is.
    Tls,
}

/// Sends one request and waits for its answer, on a thread that may block.
pub trait HttpPost: Send + Sync {
    /// Sends it. Redirects are not followed.
    ///
    /// # Errors
    /// [`HttpFailure`] when there is no answer; an answer of any status is one.
    fn post(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure>;
}

/// The network.
pub struct HttpsClient(Agent);

impl HttpsClient {
    /// With the certificate authorities the system knows.
    pub fn new() -> Self {
        let known = rustls_native_certs::load_native_certs().certs;
        let roots: Vec<_> = known
            .iter()
            .map(|der| Certificate::from_der(der.as_ref()).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .user_agent("custos")
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE));
        Self(config.build().into())
    }
}

impl Default for HttpsClient {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpPost for HttpsClient {
    fn post(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        let mut post = self.0.post(&request.url);
        for (name, value) in &request.headers {
            post = post.header(*name, value);
        }
        let failed = |error: ureq::Error| match error {
            ureq::Error::Timeout(_) => HttpFailure::TimedOut,
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => HttpFailure::Tls,
            _ => HttpFailure::Unreachable,
        };
        let mut answer = post.send(request.body.as_bytes()).map_err(failed)?;
        let status = answer.status().as_u16();
        let body = answer
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .read_to_string()
            .map_err(failed)?;
        Ok(HttpAnswer { status, body })
    }
}
