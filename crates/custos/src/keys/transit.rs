//! A root key under a key of a service that speaks the protocol of Vault's transit engine.
//!
//! `POST <url>/v1/<mount>/encrypt/<key>` and `…/decrypt/<key>`, with the token in `X-Vault-Token`. The service sees the root
//! key when it is wrapped and unwrapped, and so does whoever runs it. It is not believed: what it gives back is compared
//! when it wraps, and has to open the keyring when it unwraps.

use super::homes::{Mismatch, checked};
use crate::VERSION;
use crate::cli::Failure;
use crate::cli::remote::certificates;
use crate::words::Message;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use custos_kernel::crypto::{Home, RootKey};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::http::HeaderValue;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

/// What the wrapped key is bound to, and derived by where the service's key asks for it.
const CONTEXT: &[u8] = b"custos/root-key";
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest wait for the whole answer.
const ANSWER: Duration = Duration::from_secs(15);
/// Longest answer: a wrapped key has some hundred bytes.
const LONGEST: u64 = 64 << 10;
/// Longest reason of the service's that is passed on, in characters.
const REASON: usize = 200;

/// A service and who asks it.
pub(super) struct Service<'a> {
    /// `https://host[:port]`.
    pub(super) url: &'a str,
    /// The authorities to trust instead of the system's.
    pub(super) ca: Option<&'a Path>,
    /// What stands in `X-Vault-Token`.
    pub(super) token: Zeroizing<String>,
    /// Where the engine is mounted.
    pub(super) mount: &'a str,
    /// The name of its key.
    pub(super) key: &'a str,
}

impl Service<'_> {
    /// Has the service wrap a root key, and unwrap it once.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be reached, refuses, or gives back something else.
    pub(super) fn wrap(&self, root: &RootKey) -> Result<Home, Failure> {
        let plaintext = Zeroizing::new(BASE64.encode(root.expose()));
        let answer = self.ask("encrypt", json!({ "plaintext": *plaintext }))?;
        let ciphertext = answer["data"]["ciphertext"]
            .as_str()
            .ok_or_else(|| self.wrong())?;
        checked(root, &self.unwrap(ciphertext)?).map_err(|Mismatch| self.wrong())?;
        Ok(Home::Transit {
            mount: self.mount.to_owned(),
            key: self.key.to_owned(),
            ciphertext: ciphertext.to_owned(),
        })
    }

    /// Has the service unwrap a root key. Whether it is the right one, the keyring says.
    ///
    /// # Errors
    /// See [`Self::wrap`].
    pub(super) fn unwrap(&self, ciphertext: &str) -> Result<RootKey, Failure> {
        let answer = self.ask("decrypt", json!({ "ciphertext": ciphertext }))?;
        let plaintext = answer["data"]["plaintext"]
            .as_str()
            .ok_or_else(|| self.wrong())?;
        let bytes = BASE64.decode(plaintext).map_err(|_| self.wrong())?;
        RootKey::from_bytes(&Zeroizing::new(bytes)).ok_or_else(|| self.wrong())
    }

    fn ask(&self, action: &str, mut body: Value) -> Result<Value, Failure> {
        if !named(self.key) || !self.mount.split('/').all(named) {
            return Err(self.about("transit-name"));
        }
        body["associated_data"] = BASE64.encode(CONTEXT).into();
        body["context"] = BASE64.encode(CONTEXT).into();
        let body = Zeroizing::new(body.to_string());
        let url = format!("{}/v1/{}/{action}/{}", self.url, self.mount, self.key);
        let answer = self
            .agent()?
            .post(&url)
            .header("x-vault-token", self.shown()?)
            .header("x-vault-request", "true")
            .header("content-type", "application/json")
            .send(body.as_bytes());
        let mut answer = answer.map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        let read = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
        let read = Zeroizing::new(read.map_err(|error| self.unreachable(&error))?);
        let told: Option<Value> = serde_json::from_slice(&read).ok();
        match (status, told) {
            (200, Some(told)) => Ok(told),
            (200, None) => Err(self.wrong()),
            (403, _) => Err(self.about("transit-refused")),
            (404, _) => Err(self.about("transit-missing")),
            (412 | 429 | 472 | 473 | 500..=599, _) => Err(self
                .message("transit-unavailable")
                .count("status", u64::from(status))
                .into()),
            (_, told) => Err(self
                .message("transit-failed")
                .count("status", u64::from(status))
                .with("reason", reason(told.as_ref()))
                .into()),
        }
    }

    /// The token as a header that no log writes down.
    fn shown(&self) -> Result<HeaderValue, Failure> {
        let value = HeaderValue::from_str(&self.token);
        let mut value = value.map_err(|_| self.about("transit-refused"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn agent(&self) -> Result<Agent, Failure> {
        let known = match self.ca {
            Some(path) => certificates(path)?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        let roots: Vec<Certificate<'static>> = known
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        // The token goes to the address that was configured and nowhere else: no redirects, no proxy of the environment.
        let config = Agent::config_builder()
            .tls_config(tls)
            .user_agent(format!("custos/{VERSION}"))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(ANSWER));
        Ok(config.build().into())
    }

    fn message(&self, id: &'static str) -> Message {
        Message::new(id)
            .with("url", self.url)
            .with("mount", self.mount)
            .with("key", self.key)
    }

    fn about(&self, id: &'static str) -> Failure {
        self.message(id).into()
    }

    fn wrong(&self) -> Failure {
        self.about("transit-wrong-answer")
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        match error {
            ureq::Error::BodyExceedsLimit(_) => self.wrong(),
            ureq::Error::Timeout(_) => self
                .message("transit-silent")
                .count("seconds", ANSWER.as_secs())
                .into(),
            error => self
                .message("transit-unreachable")
                .with("reason", error)
                .into(),
        }
    }
}

/// Whether a part of the path is a name and nothing that leads elsewhere.
fn named(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !part.is_empty() && part.bytes().all(plain) && part.bytes().any(|byte| byte != b'.')
}

/// What the service says went wrong, on one line and no longer than a line.
fn reason(told: Option<&Value>) -> String {
    let errors = told.and_then(|told| told["errors"].as_array());
    let texts: Vec<&str> = errors
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let text = texts.join("; ");
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["custos", "root-key_2", "a.b"] {
            assert!(named(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a?b", "a b", "钥匙", "a%2e"] {
            assert!(!named(bad), "{bad}");
        }
    }

    #[test]
    fn reasons_are_one_short_line() {
        let told = json!({ "errors": ["no\nkey", "x".repeat(500)] });
        let text = reason(Some(&told));
        assert!(text.starts_with("no key; xxx") && text.chars().count() == REASON);
        assert_eq!(reason(None), "");
    }
}
