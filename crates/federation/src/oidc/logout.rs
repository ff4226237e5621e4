//! Back-channel logout: a provider says that somebody has left.

use super::claims::{part, texts};
use super::flow::OidcProvider;
use super::{OLDEST_MS, OidcError, SKEW_MS, accepted_algorithms};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_values::Timestamp;
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyId};
use serde_json::Value;

/// The event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Who has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedOut {
    /// The person; with no session named, all of theirs.
    pub subject: Option<String>,
    /// The session.
    pub session_index: Option<String>,
    /// The token's id, to be accepted once.
    pub id: String,
    /// Until when the token could be accepted.
    pub until: Timestamp,
}

impl OidcProvider<'_> {
    /// Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6). That its id is new is for the
    /// caller to see.
    ///
    /// # Errors
    /// See [`OidcError`].
    pub fn logged_out(&self, token: &str, now: Timestamp) -> Result<LoggedOut, OidcError> {
        let invalid = OidcError::Invalid;
        let header = part(token, 0).ok_or(invalid("logout token"))?;
        let kind = header.get("typ").and_then(Value::as_str);
        let plain = kind.is_none_or(|kind| {
            let kind = kind.to_ascii_lowercase();
            matches!(
                kind.as_str(),
                "logout+jwt" | "application/logout+jwt" | "jwt"
            )
        });
        if !plain || header.contains_key("crit") {
            return Err(invalid("type"));
        }
        self.verify_signature(token, &header, now)?;
        let claims = part(token, 1).ok_or(invalid("logout token"))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        if text("iss").as_deref() != Some(&self.config.issuer) {
            return Err(invalid("issuer"));
        }
        let audience = claims.get("aud").map(texts).unwrap_or_default();
        if !audience.contains(&self.config.client_id) {
            return Err(invalid("audience"));
        }
        let millis = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_i64)
                .map(|s| s.saturating_mul(1000))
        };
        let age = millis("iat").map(|issued| now.millis().saturating_sub(issued));
        if !age.is_some_and(|age| (-SKEW_MS..=OLDEST_MS).contains(&age)) {
            return Err(invalid("time"));
        }
        if claims.contains_key("exp") && millis("exp").is_none_or(|end| end <= now.millis()) {
            return Err(invalid("time"));
        }
        if !claims
            .get("events")
            .is_some_and(|events| events.get(EVENT).is_some_and(Value::is_object))
        {
            return Err(invalid("events"));
        }
        // What an id token has and a logout token must not have, so that neither passes for the other.
        if claims.contains_key("nonce") {
            return Err(invalid("nonce"));
        }
        let (subject, session_index) = (text("sub"), text("sid"));
        if subject.is_none() && session_index.is_none() {
            return Err(invalid("nobody"));
        }
        Ok(LoggedOut {
            subject,
            session_index,
            id: text("jti")
                .filter(|id| !id.is_empty())
                .ok_or(invalid("id"))?,
            until: now.plus_millis(OLDEST_MS + 2 * SKEW_MS),
        })
    }

    fn verify_signature(
        &self,
        token: &str,
        header: &serde_json::Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), OidcError> {
        let invalid = OidcError::Invalid("signature");
        let algorithm: CoreJwsSigningAlgorithm = header
            .get("alg")
            .and_then(|alg| serde_json::from_value(alg.clone()).ok())
            .filter(|alg| accepted_algorithms().contains(alg))
            .ok_or(invalid.clone())?;
        let (message, signature) = token.rsplit_once('.').ok_or(invalid.clone())?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| invalid.clone())?;
        let id = header.get("kid").and_then(Value::as_str);
        let metadata = self.metadata(id, now)?;
        let id = id.map(|id| JsonWebKeyId::new(id.to_owned()));
        let fits = |key: &&openidconnect::core::CoreJsonWebKey| {
            let usable = match key.signing_alg() {
                JsonWebKeyAlgorithm::Algorithm(only) => *only == algorithm,
                JsonWebKeyAlgorithm::Unspecified => true,
                JsonWebKeyAlgorithm::Unsupported => false,
            };
            let signs = key
                .key_use()
                .is_none_or(|usage| *usage == openidconnect::core::CoreJsonWebKeyUse::Signature);
            usable && signs && (id.is_none() || key.key_id() == id.as_ref())
        };
        let mut keys = metadata.jwks().keys().iter().filter(fits);
        let verified = |key: &openidconnect::core::CoreJsonWebKey| {
            key.verify_signature(&algorithm, message.as_bytes(), &signature)
                .is_ok()
        };
        if keys.any(verified) {
            Ok(())
        } else {
            Err(invalid)
        }
    }
}
