//! The way to the identity provider: AuthnRequest by HTTP-Redirect.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_values::{Random, Timestamp};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::{IdentityProvider, ServiceProvider};

/// A request for a sign-in. It is not signed: it carries nothing that a stranger could not write, and the answer goes to
/// the address of our metadata, not to the one the request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRequest {
    id: String,
    url: String,
}

impl SignInRequest {
    /// A request with a new random id of 160 bits. `relay_state` comes back with the response (at most 80 bytes by the
    /// standard). `force` asks the provider to authenticate anew although a session exists there.
    pub fn new(
        service: &ServiceProvider,
        provider: &IdentityProvider,
        relay_state: &str,
        force: bool,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        let mut bytes = [0; 20];
        random.fill(&mut bytes);
        // An XML id begins with a letter or an underscore.
        let id = format!("_{}", hex::encode(bytes));
        let text = service.authn_request(&id, now, provider.sign_in_url(), force);
        let address = provider.sign_in_url();
        let joint = if address.contains('?') { '&' } else { '?' };
        let url = format!(
            "{address}{joint}SAMLRequest={}&RelayState={}",
            percent_encoded(&STANDARD.encode(deflated(&text))),
            percent_encoded(relay_state)
        );
        Self { id, url }
    }

    /// The id, to which the response must refer.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where to send the browser.
    pub fn url(&self) -> &str {
        &self.url
    }
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // A vector takes every byte.
    let written = encoder.write_all(text.as_bytes());
    debug_assert!(written.is_ok());
    encoder.finish().unwrap_or_default()
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
